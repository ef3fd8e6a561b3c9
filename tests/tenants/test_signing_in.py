"""Signing in by mail address and password, with a second factor where there is one, and never uncounted."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from apps.tenants.models import User
from tests.support import factories

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/login/"


@pytest.fixture
def person(organization, workspace):
    return factories.member(organization, person=factories.user("anna@example.org")).user


def sign_in(client: Client, *, email: str = "anna@example.org", password: str = factories.PASSWORD):
    return client.post(SIGN_IN, {"login": email, "password": password})


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_password_lets_in(client, person):
    answer = sign_in(client)

    assert answer.status_code == 302
    assert is_signed_in(client)


def test_a_mail_address_is_the_same_in_capitals(client, person):
    sign_in(client, email="Anna@Example.org")

    assert is_signed_in(client)


def test_a_wrong_password_does_not_say_which_half_was_wrong(client, person):
    wrong = sign_in(client, password="not this").content.decode()
    unknown = sign_in(client, email="nobody@example.org").content.decode()

    assert "not correct" in wrong
    assert "not correct" in unknown
    assert not is_signed_in(client)


def test_after_five_wrong_passwords_even_the_right_one_waits(client, person):
    for _ in range(5):
        sign_in(client, password="not this")

    answer = sign_in(client)

    assert not is_signed_in(client)
    assert "Too many failed" in answer.content.decode()


def test_thirty_tries_a_minute_from_one_address_are_enough(client, person):
    answers = [client.post(SIGN_IN, {"login": f"p{number}@example.org", "password": "x"}) for number in range(31)]

    assert answers[-1].status_code == 429
    assert "too often" in answers[-1].content.decode()


def test_without_the_cache_nobody_is_let_in_uncounted(client, person, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }

    answer = sign_in(client)

    assert answer.status_code == 503
    assert "Not available right now" in answer.content.decode()
    assert not is_signed_in(client)


def test_signing_up_waits_for_the_mail_address(client, db, mailbox):
    form = {"name": "Nia", "email": "nia@example.org", "password1": "a long enough pass"}
    assert client.post("/accounts/signup/", form).url == "/accounts/confirm-email/"
    assert not is_signed_in(client)

    link = mailbox.link(to="nia@example.org")
    path = link.replace("http://testserver", "")
    assert "nia@example.org" in client.get(path).content.decode()
    client.post(path)

    assert is_signed_in(client)
    assert User.objects.get(email="nia@example.org").name == "Nia"


def test_signing_up_with_a_known_address_tells_the_browser_nothing(client, person, mailbox):
    form = {"name": "Nia", "email": "anna@example.org", "password1": "a long enough pass"}

    assert client.post("/accounts/signup/", form).url == "/accounts/confirm-email/"
    assert "already" in mailbox.to("anna@example.org")[0].body


def test_mail_about_a_sign_in_speaks_of_postroom_and_not_of_a_host(client, db, person, mailbox):
    form = {"name": "Nia", "email": "nia@example.org", "password1": "a long enough pass"}
    client.post("/accounts/signup/", form)
    client.post("/accounts/signup/", {**form, "email": "anna@example.org"})
    client.post("/accounts/password/reset/", {"email": "anna@example.org"})
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})

    sent = [*mailbox.to("nia@example.org"), *mailbox.to("anna@example.org"), *mailbox.to("nobody@example.org")]
    assert len(sent) == 4
    for mail in sent:
        assert "Postroom" in mail.subject
        assert "example.com" not in mail.body
        assert "user account" not in mail.body


def test_a_closed_sign_up_says_so(client, db, settings):
    settings.SIGNUP_OPEN = False

    assert "by invitation" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", {"name": "N", "email": "nia@example.org", "password1": "a long enough pass"})
    assert not User.objects.exists()
    assert "Create one" not in client.get(SIGN_IN).content.decode()


def test_a_forgotten_password_is_replaced_through_the_mail(client, person, mailbox):
    client.post("/accounts/password/reset/", {"email": "anna@example.org"})
    path = mailbox.link(to="anna@example.org").replace("http://testserver", "")

    form_path = client.get(path).url
    assert "Choose a new password" in client.get(form_path).content.decode()
    client.post(form_path, {"password1": "an altogether new one", "password2": "an altogether new one"})

    assert not is_signed_in(client)
    sign_in(client, password="an altogether new one")
    assert is_signed_in(client)


def test_a_reset_for_an_unknown_address_looks_the_same(client, db):
    assert (
        client.post("/accounts/password/reset/", {"email": "nobody@example.org"}).url
        == "/accounts/password/reset/done/"
    )


def switch_on_app(client: Client) -> str:
    """Add an authenticator app and return its secret."""
    page = client.get("/accounts/2fa/totp/activate/")
    if page.status_code == 302:
        client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
        page = client.get("/accounts/2fa/totp/activate/")
    secret = re.search(r"<code>(\w+)</code>", page.content.decode()).group(1)
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)}).status_code == 302
    return secret


def test_a_second_factor_is_asked_for_from_then_on(client, person):
    sign_in(client)
    secret = switch_on_app(client)
    client.post("/accounts/logout/")

    assert sign_in(client).url.startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert not is_signed_in(client)

    cache.clear()  # a code is good once; this stands for the next half minute
    client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert is_signed_in(client)


def test_a_recovery_code_lets_in_once(client, person):
    sign_in(client)
    switch_on_app(client)
    codes = re.search(
        r'<pre class="codes">(.*?)</pre>', client.get("/accounts/2fa/recovery-codes/").content.decode(), re.S
    )
    code = codes.group(1).split()[0]
    client.post("/accounts/logout/")

    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_signed_in(client)

    client.post("/accounts/logout/")
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert not is_signed_in(client)


def test_secrets_of_second_factors_lie_sealed(client, person):
    sign_in(client)
    secret = switch_on_app(client)

    stored = {row.type: row.data for row in Authenticator.objects.all()}
    assert secret not in str(stored)
    assert stored["totp"]["secret"].startswith("v1.")
    assert stored["recovery_codes"]["seed"].startswith("v1.")


SIGNED_OUT = [
    "login/",
    "signup/",
    "confirm-email/",
    "confirm-email/nonsense/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-set-password/",
    "password/reset/key/done/",
    "inactive/",
]
SIGNED_IN = [
    "logout/",
    "email/",
    "password/change/",
    "reauthenticate/",
    "2fa/",
    "2fa/totp/activate/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
]


@pytest.mark.parametrize("path", SIGNED_OUT)
def test_a_page_for_the_signed_out_has_our_look_and_no_inline_script(client, db, path):
    look_at(client.get(f"/accounts/{path}"))


@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_page_for_the_signed_in_has_our_look_and_no_inline_script(client, person, path):
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    look_at(client.get(f"/accounts/{path}"))


def look_at(answer) -> None:
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="card auth-card"' in page
    assert "style=" not in page
    for script in re.findall(r"<script\b[^>]*>", page):
        assert "src=" in script or 'type="application/json"' in script, script
    assert not re.search(r"\son\w+=", page)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "words"),
    [(SIGN_IN, "Stay signed in on this device"), ("/accounts/password/change/", "New password, once more")],
)
def test_labels_are_sentences(client, person, path, words):
    if path != SIGN_IN:
        sign_in(client)
    page = client.get(path).content.decode()

    assert words in page
    assert "Remember Me" not in page
    assert "New Password" not in page
