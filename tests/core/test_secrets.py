from __future__ import annotations

import base64
import logging
import pickle

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from pytest_django import Settings

from apps.core import checks, tenancy
from apps.core.encryption import CannotOpen, Keyring
from apps.core.fields import SecretField
from apps.core.logs import NoSecrets
from apps.core.secrets import Secret
from apps.social_accounts.models import Grant, SocialAccount
from apps.tenants.models import Workspace
from tests.support import factories

KEY = base64.b64encode(b"k" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()


class TestASecret:
    def test_shows_itself_to_nobody_who_does_not_ask(self) -> None:
        secret = Secret("hunter2")

        assert {str(secret), repr(secret), f"{secret}", f"{secret!r:>3}"} == {"***"}
        assert secret.reveal() == "hunter2"

    def test_travels_in_no_message(self) -> None:
        with pytest.raises(TypeError, match="never pickled"):
            pickle.dumps(Secret("hunter2"))


class TestAKeyring:
    def test_opens_with_any_key_and_seals_with_the_first(self) -> None:
        sealed = Keyring.parse(f"old:{KEY}").seal(Secret("hunter2"), bound_to="a row")
        ring = Keyring.parse(f"new:{OTHER}, old:{KEY}")

        assert ring.open(sealed, bound_to="a row").reveal() == "hunter2"
        assert ring.key_id(ring.seal(Secret("hunter2"), bound_to="a row")) == "new"

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "empty"),
            (KEY, "entry 1"),
            (f"k1:{KEY},{OTHER}", "entry 2"),
            ("k1:not base64", "'k1' is not base64"),
            ("k1:c2hvcnQ=", "'k1' is not 32 bytes"),
            (f"k.1:{KEY}", "free of dots"),
            (f"k1:{KEY},k1:{OTHER}", "'k1' stands there twice"),
        ],
    )
    def test_with_a_slip_in_it_is_refused_in_words_that_hold_no_key(self, text: str, words: str) -> None:
        with pytest.raises(ImproperlyConfigured, match=words) as refused:
            Keyring.parse(text)
        assert KEY not in str(refused.value)
        assert OTHER not in str(refused.value)

    def test_with_a_slip_in_it_is_found_at_the_start(self, settings: Settings) -> None:
        assert checks.keyring_can_be_read() == []

        settings.KEYRING = "no key at all"
        assert [found.id for found in checks.keyring_can_be_read()] == ["postroom.E002"]

    @pytest.mark.parametrize("broken", ["v1.k1.", "v1.k1.AAAA", "v1.k1.????", "v2.k1.AAAA", "plain text", "v1.k9.AAAA"])
    def test_opens_nothing_that_was_changed(self, broken: str) -> None:
        with pytest.raises(CannotOpen):
            Keyring.parse(f"k1:{KEY}").open(broken, bound_to="a row")


@pytest.mark.django_db
class TestAColumn:
    def test_opens_for_its_own_row_alone(self, workspace: Workspace) -> None:
        first, second = (factories.account(workspace, token=token) for token in ("one", "two"))
        with tenancy.scope(organization_id=workspace.organization_id):
            stolen = grant_of(first).__dict__["access_token"]
            Grant.objects.filter(pk=second.grant_id).update(access_token=stolen)

            with pytest.raises(CannotOpen):
                assert grant_of(second).access_token

    def test_takes_no_text_in_the_clear(self, workspace: Workspace) -> None:
        account = factories.account(workspace)
        with tenancy.scope(organization_id=workspace.organization_id):
            with pytest.raises(TypeError, match="takes a Secret"):
                grant_of(account).access_token = "plain"
            with pytest.raises(TypeError, match="in the clear"), transaction.atomic():
                Grant.objects.filter(pk=account.grant_id).update(access_token="plain")

    def test_keeps_nothing_where_there_is_nothing(self, workspace: Workspace) -> None:
        with tenancy.scope(organization_id=workspace.organization_id):
            grant = grant_of(factories.account(workspace))
        assert isinstance(Grant._meta.get_field("refresh_token"), SecretField)
        assert not grant.refresh_token


@pytest.mark.parametrize(
    "said",
    [
        "GET https://graph.example/me?access_token=EAABsecret123&fields=id",
        '{"refresh_token": "EAABsecret123"}',
        "Authorization: Bearer EAABsecret123",
        "Authorization: DPoP EAABsecret123",
        "app_password=EAABsecret123",
        "/callback/mastodon/?code=EAABsecret123&state=x",
        "client_assertion=EAABsecret123",
    ],
)
def test_what_looks_like_a_credential_is_masked_in_logs(said: str) -> None:
    assert "EAABsecret123" not in line(said)


def test_a_traceback_is_masked_too() -> None:
    try:
        raise ValueError("for url https://graph.example/me?access_token=EAABsecret123")
    except ValueError as error:
        written = line("It failed", exc_info=(type(error), error, error.__traceback__))

    assert "Traceback" in written
    assert "EAABsecret123" not in written


@pytest.mark.parametrize("room", ["connect", "review"])
def test_the_address_of_a_link_lets_nobody_in_who_reads_the_log(room: str) -> None:
    written = line(f"Gone: /{room}/vjygfrZcx6aEWX4Br9Zs07n2l9XGwj7mjjcWhiOHDKk/rest/")

    assert written == f"INFO Gone: /{room}/***/rest/"


def line(message: str, **more: object) -> str:
    record = logging.makeLogRecord({"msg": "%s", "args": (message,), "levelname": "INFO", **more})
    return NoSecrets("%(levelname)s %(message)s").format(record)


def grant_of(account: SocialAccount) -> Grant:
    return Grant.objects.get(pk=account.grant_id)
