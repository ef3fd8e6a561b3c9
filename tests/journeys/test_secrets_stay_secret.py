"""After a journey with all its detours, no secret is to be read where none belongs: logs, queue, pages, database."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import quote, urlsplit

import jwt
import pytest

from tests.journeys import steps
from tests.journeys.listening import Heard, listening
from tests.journeys.visitor import Visitor, words
from tests.support.running import PASSWORD, Postroom
from tests.support.sandbox import ROOT

pytestmark = pytest.mark.browser  # the whole of Postroom runs for it, as for the journeys in a browser

OWNER = "owner@northlight.example"
APP_PASSWORD, WRONG_PASSWORD = "abcd-efgh-ijkl-mnop", "zyxw-vuts-rqpo-nmlk"
INSTAGRAM_SECRET = "sandbox-instagram-secret"
PATIENCE_SECONDS = 60
UNDER_WAY = re.compile(r'class="card target"[^>]*? data-state="(scheduled|staging|publishing)"')
AUTHORIZE = re.compile(r'<a class="btn primary lg" href="([^"]+)"')


@pytest.fixture
def ear(running: Postroom) -> Iterator[Heard]:
    with listening(_queue(running)) as heard:
        yield heard


def test_no_secret_is_to_be_read_in_logs_messages_pages_or_database(running: Postroom, ear: Heard):
    operator_password = secrets.token_urlsafe(16)
    known = {APP_PASSWORD, WRONG_PASSWORD, INSTAGRAM_SECRET, operator_password, *own_keys(running)}
    with Visitor(running.url) as owner, Visitor(running.url) as operator:
        owner.sign_in(OWNER, PASSWORD)
        known |= connect_by_every_way(owner, running)
        known |= publish_with_and_without_trouble(owner, running)
        owner.walk("/", "/settings/profile/", "/accounts/2fa/", "/social-accounts/connect/")
        become_operator(operator, running, operator_password)
        assert len(operator.walk("/operator/")) > 30
        pages = [*owner.answers, *operator.answers]
    kept = opened(running)
    known |= {text for texts in kept["secrets"].values() for text in texts}

    assert len(known) > 20
    assert "publishing.publish_due" in ear.text
    places = [
        ("the log", running.log),
        ("the queue", ear.text),
        ("the database", kept["rows"] + database_file(running)),
        *pages,
    ]
    assert {place: leaked for place, text in places if (leaked := found(known, text))} == {}


# --- the journey


def connect_by_every_way(owner: Visitor, running: Postroom) -> set[str]:
    """Consent given, denied and shown twice, app passwords right and wrong; what was secret on the way."""
    found: set[str] = set()
    for account in steps.accounts_of(running.sandbox, "alderandfinchhome"):
        for allow in (False, True):
            page = owner.post("/social-accounts/connect/", {"platform": account.platform, "address": account.address})
            authorize = AUTHORIZE.search(page)
            assert authorize, words(page)
            found |= secrets_of(running)  # while the verifier is kept
            back = urlsplit(running.sandbox.consent(unescape(authorize[1]), account.handle, allow=allow))
            for _ in range(2):
                owner.get(f"{back.path}?{back.query}")
    for password in (WRONG_PASSWORD, APP_PASSWORD):
        form = {"platform": "bluesky", "address": "northlight.test", "method": "app_password", "app_password": password}
        owner.post("/social-accounts/connect/", form)
    assert "northlight.test" in owner.get("/social-accounts/")
    return found


def publish_with_and_without_trouble(owner: Visitor, running: Postroom) -> set[str]:
    """Tokens are refreshed and revoked, answers fail and are garbage; every publication comes to rest."""
    sandbox = running.sandbox
    access_tokens = opened(running)["secrets"]["Grant.access_token"]
    readable = [token for token in access_tokens if token.startswith("eyJ")]
    named = [jwt.decode(token, options={"verify_signature": False})["jti"] for token in readable]
    assert sum(sandbox.expire_token("bluesky", name) for name in named) >= 1
    publish(owner, "A tray of oak offcuts, free to a good home.")
    found = secrets_of(running)
    sandbox.fault("error_before", platform="mastodon", account="alderandfinchhome", path="commit")
    sandbox.fault("garbage_before", platform="bluesky", account="alderandfinchhome.test", path="stage")
    sandbox.fault("token_revoked", platform="instagram", account="alderandfinchhome", path="stage")
    publish(owner, "Two trays, in fact.")
    sandbox.clear()
    return found


def publish(owner: Visitor, text: str) -> None:
    page = owner.get("/compose/")
    chosen = re.findall(r'name="accounts" value="([^"]+)"[^>]*?aria-label="[^"]*@alderandfinchhome', page)
    key = re.search(r'name="form_key" value="([^"]+)"', page)
    assert len(chosen) == 3, words(page)
    assert key
    form = {"form_key": unescape(key[1]), "text": text, "accounts": chosen, "action": "publish_now"}
    post = owner.post("/compose/", form, on="/compose/", files={"files": ("oak.jpg", steps.jpeg(), "image/jpeg")})
    address = owner.here
    give_up = time.monotonic() + PATIENCE_SECONDS
    while UNDER_WAY.search(post):
        assert time.monotonic() < give_up, words(post)
        time.sleep(0.5)
        post = owner.get(address)
    assert "card target" in post, words(post)


def become_operator(operator: Visitor, running: Postroom, password: str) -> None:
    environment = {**running.environment, "DJANGO_SUPERUSER_PASSWORD": password}
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput", "--email", "operator@northlight.example"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    operator.sign_in("operator@northlight.example", password)
    assert "Postroom operator" in operator.get("/operator/")


# --- what is secret, and where it might be


def own_keys(running: Postroom) -> set[str]:
    ring = (running.var / "keyring").read_text().strip()
    return {(running.var / "secret_key").read_text().strip(), ring.partition(":")[2]}


def opened(running: Postroom) -> dict[str, Any]:
    """Every secret of the database in the clear, and its rows as they are."""
    command = [sys.executable, "-m", "tests.journeys.opened"]
    done = subprocess.run(command, cwd=ROOT, env=running.environment, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def secrets_of(running: Postroom) -> set[str]:
    return {text for texts in opened(running)["secrets"].values() for text in texts}


def database_file(running: Postroom) -> str:
    """On SQLite the file itself, with what deleted rows have left in it."""
    return "".join(path.read_bytes().decode(errors="replace") for path in running.var.glob("postroom.sqlite3*"))


def found(known: set[str], text: str) -> set[str]:
    """Which of these stand in the text, as they are or as in an address; the first letters, for these are secrets."""
    return {f"{secret[:6]}…" for secret in known if secret in text or quote(secret, safe="") in text}


def _queue(running: Postroom) -> str:
    if url := running.environment.get("REDIS_URL"):
        return url
    words = dict(line.split(maxsplit=1) for line in (running.var / "queue.conf").read_text().splitlines())
    return f"redis://:{words['requirepass']}@127.0.0.1:{words['port']}/0"
