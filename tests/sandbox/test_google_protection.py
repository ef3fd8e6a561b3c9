"""Cross-Account Protection: what Google tells of a person's account, and what has happened then."""

from __future__ import annotations

import base64
import hashlib

import jwt
import pytest

from tests.sandbox.test_youtube_login import ENDED, read_signed
from tests.sandbox.youtube_client import READONLY, YouTube

NOWHERE = "http://127.0.0.1:9/events"
KINDS = "https://schemas.openid.net/secevent/"


@pytest.fixture
def visitor(sandbox):
    sandbox.set("youtube", risc_url=NOWHERE)
    with YouTube(sandbox, "lumenyoga", token="none") as client:
        yield client


def happen(visitor: YouTube, event: str, **more: str):
    fields = {"handle": visitor.handle, "event": event, **more}
    return visitor.http.post("/settings/security/events", data=fields)


def told(visitor: YouTube) -> list[tuple[str, dict]]:
    """What was sent, by its signature."""
    sent = [read_signed(visitor, one["body"])["events"] for one in visitor.sandbox.things("youtube", "delivery")]
    return [(kind.removeprefix(KINDS), said) for events in sent for kind, said in events.items()]


def test_a_person_who_removes_the_application_is_told_in_a_signed_event(visitor, sandbox):
    answer = visitor.log_in(scope=f"openid {READONLY}")
    subject = read_signed(visitor, answer["id_token"])["sub"]

    visitor.http.post("/settings/security/permissions", data={"handle": "lumenyoga"})

    assert visitor.refresh(answer["refresh_token"]).json() == ENDED
    (event,) = sandbox.things("youtube", "delivery")
    assert event["headers"] == {"Content-Type": "application/secevent+jwt"}
    ((kind, said),) = told(visitor)
    assert kind == "oauth/event-type/tokens-revoked"
    assert said["subject"] == {"subject_type": "iss-sub", "iss": "https://accounts.google.com/", "sub": subject}


def test_nobody_is_told_without_an_address(visitor, sandbox):
    sandbox.set("youtube", risc_url="")
    visitor.log_in()
    visitor.http.post("/settings/security/permissions", data={"handle": "lumenyoga"})
    assert sandbox.things("youtube", "delivery") == []


@pytest.mark.parametrize(
    ("event", "kind", "is_alive"),
    [
        ("tokens-revoked", "oauth/event-type/tokens-revoked", False),
        ("sessions-revoked", "risc/event-type/sessions-revoked", True),
        ("account-credential-change-required", "risc/event-type/account-credential-change-required", True),
        ("account-disabled", "risc/event-type/account-disabled", False),
        ("account-enabled", "risc/event-type/account-enabled", True),
        ("account-purged", "risc/event-type/account-purged", False),
    ],
)
def test_each_event_happens_and_is_told(visitor, event, kind, is_alive):
    token = visitor.log_in()["refresh_token"]

    assert happen(visitor, event).status_code == 200

    assert visitor.refresh(token).status_code == (200 if is_alive else 400)
    assert [name for name, _ in told(visitor)] == [kind]


def test_a_disabled_account_has_its_tokens_back_once_it_is_enabled(visitor):
    token = visitor.log_in()["refresh_token"]

    happen(visitor, "account-disabled", reason="hijacking")
    assert visitor.refresh(token).json() == ENDED
    happen(visitor, "account-enabled")

    assert visitor.refresh(token).status_code == 200
    assert [said.get("reason") for _, said in told(visitor)] == ["hijacking", None]


@pytest.mark.parametrize("identifier", ["prefix", "hash_base64_sha512_sha512"])
def test_one_token_ends_and_is_named_without_being_told(visitor, identifier):
    first, second = (visitor.log_in(prompt="consent")["refresh_token"] for _ in range(2))

    happen(visitor, "token-revoked", identifier=identifier)

    assert [visitor.refresh(token).status_code for token in (first, second)] == [200, 400]
    ((kind, said),) = told(visitor)
    twice = base64.b64encode(hashlib.sha512(hashlib.sha512(second.encode()).digest()).digest()).decode()
    assert kind == "oauth/event-type/token-revoked"
    assert said["subject"]["token"] == (second[:16] if identifier == "prefix" else twice)
    assert "sub" not in said["subject"]


def test_a_verification_tells_the_state_that_was_asked_for(visitor):
    happen(visitor, "verification", state="is anybody there?")
    assert is_genuine(visitor, visitor.sandbox.things("youtube", "delivery")[0]["body"])
    assert told(visitor) == [("risc/event-type/verification", {"state": "is anybody there?"})]


@pytest.mark.parametrize("spoil", ["signature", "key", "key_id", "audience", "issuer", "events"])
def test_what_google_would_never_send_changes_nothing_and_is_not_genuine(visitor, sandbox, spoil):
    token = visitor.log_in()["refresh_token"]

    assert happen(visitor, "tokens-revoked", spoil=spoil).status_code == 200

    assert visitor.refresh(token).status_code == 200
    (event,) = sandbox.things("youtube", "delivery")
    assert not is_genuine(visitor, event["body"])


def is_genuine(visitor: YouTube, body: str) -> bool:
    try:
        said = read_signed(visitor, body)
    except jwt.PyJWTError:
        return False
    is_known = jwt.get_unverified_header(body)["kid"] == "sandbox-google-key"
    return is_known and said["iss"] == "https://accounts.google.com/" and bool(said["events"])


def test_what_nobody_knows_does_not_happen(visitor):
    assert happen(visitor, "account-lost").status_code == 400
    assert happen(visitor, "verification", spoil="everything").status_code == 400
    assert happen(visitor, "token-revoked").status_code == 400, "there is none"
    assert happen(visitor, "verification", handle="nobody").status_code == 400
