"""Security events of Google accounts: what is genuine, for whom, and what it means."""

from __future__ import annotations

import base64
import json

import pytest

from apps.core.secrets import Secret
from apps.platforms.errors import NotSent
from apps.platforms.google.keys import read_keys
from apps.platforms.google.signals import GOOGLE, MOST_BYTES
from apps.platforms.inbound import Incoming, NoticeKind
from apps.platforms.signals import NotAccepted, Signal
from tests.platforms.conftest import Script
from tests.support import google_events as google

CLIENT = "123456789-abc.apps.googleusercontent.com"
OTHER = "123456789-xyz.apps.googleusercontent.com"
KEY = google.public_keys()[google.KEY_ID]


@pytest.fixture
def letter(clock):
    def write(body: bytes, kind: str = "application/secevent+jwt") -> Incoming:
        return Incoming("POST", {"content-type": kind}, {}, body, clock())

    return write


@pytest.fixture
def said(clock):
    def write(kind=google.TOKENS_REVOKED, told=None, **changes):
        return {**google.claims(kind, at=int(clock().timestamp()) - 5, aud=CLIENT, told=told), **changes}

    return write


def read(incoming, *client_ids):
    return GOOGLE.notices(incoming, key=KEY, client_ids=client_ids or (CLIENT,))


def test_a_lost_consent_is_told_with_its_person_its_time_and_whom_it_is_for(letter, said, clock):
    claims = said()
    incoming = letter(google.signed(claims))

    (notice,) = read(incoming)

    assert GOOGLE.is_one(incoming)
    assert GOOGLE.key_id(incoming) == google.KEY_ID
    assert (notice.kind, notice.remote_user_id) == (NoticeKind.SIGNAL, google.PERSON)
    assert notice.dedupe_key == f"{claims['jti']}:{google.TOKENS_REVOKED}"
    assert notice.at.timestamp() == claims["iat"]
    assert notice.data == {"signal": Signal.CONSENT_ENDED, "audience": [CLIENT]}


@pytest.mark.parametrize(
    ("kind", "more", "signal"),
    [
        (google.TOKENS_REVOKED, {}, Signal.CONSENT_ENDED),
        (f"{google.RISC}sessions-revoked", {}, Signal.DOUBTFUL),
        (f"{google.RISC}account-credential-change-required", {}, Signal.DOUBTFUL),
        (f"{google.RISC}account-disabled", {}, Signal.DISABLED),
        (f"{google.RISC}account-disabled", {"reason": "bulk-account"}, Signal.DISABLED),
        (f"{google.RISC}account-disabled", {"reason": "hijacking"}, Signal.HIJACKED),
        (f"{google.RISC}account-enabled", {"reason": "hijacking"}, Signal.ENABLED),
        (f"{google.RISC}account-purged", {}, Signal.DELETED),
    ],
)
def test_each_event_means_something(letter, said, kind, more, signal):
    notice, *rest = read(letter(google.signed(said(kind, {"subject": google.subject(), **more}))))

    assert notice.data["signal"] == signal
    wants_deletion = [NoticeKind.DATA_DELETION] if signal is Signal.DELETED else []
    assert [(one.kind, one.remote_user_id) for one in rest] == [(kind, google.PERSON) for kind in wants_deletion]


@pytest.mark.parametrize(
    ("kind", "told", "wanted"),
    [
        (f"{google.RISC}verification", {"state": "hello"}, NoticeKind.TEST),
        (f"{google.RISC}invented-next-year", {"subject": google.subject()}, NoticeKind.OTHER),
        (google.TOKENS_REVOKED, {}, NoticeKind.OTHER),
        (google.TOKENS_REVOKED, {"subject": {"iss": "https://other.example/", "sub": "1"}}, NoticeKind.OTHER),
        (google.TOKENS_REVOKED, {"subject": {"iss": google.ISSUER, "sub": 5}}, NoticeKind.OTHER),
        (google.TOKENS_REVOKED, "rubbish", NoticeKind.OTHER),
    ],
)
def test_what_is_about_nobody_is_stored_and_no_more(letter, said, kind, told, wanted):
    (notice,) = read(letter(google.signed(said(kind, told))))
    assert (notice.kind, notice.remote_user_id, notice.data) == (wanted, "", {})


@pytest.mark.parametrize("iss", ["https://accounts.google.com/", "https://accounts.google.com", "accounts.google.com"])
@pytest.mark.parametrize("aud", [CLIENT, ["another", CLIENT]])
def test_google_writes_its_name_and_ours_in_several_ways(letter, said, iss, aud):
    assert len(read(letter(google.signed(said(iss=iss, aud=aud))))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://accounts.google.com.example/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": []},
        {"aud": [5, None]},
        {"aud": None},
        {"events": {}},
        {"events": []},
        {"jti": ""},
        {"jti": 5},
    ],
    ids=str,
)
def test_what_google_signed_for_others_or_for_something_else_is_not_accepted(letter, said, changes):
    with pytest.raises(NotAccepted):
        read(letter(google.signed({**said(), **changes})))


def test_a_token_that_says_who_somebody_is_is_no_event(letter, said):
    claims = said()
    del claims["events"]
    with pytest.raises(NotAccepted):
        read(letter(google.signed({**claims, "sub": google.SUB})))


def again(token: bytes) -> bytes:
    """The same claims, read and written again."""
    head, body, signature = token.split(b".")
    claims = json.loads(base64.urlsafe_b64decode(body + b"=="))
    written = base64.urlsafe_b64encode(json.dumps(claims, indent=1).encode()).rstrip(b"=")
    return b".".join((head, written, signature))


SPOILED = {
    "signed by another": lambda said: google.signed(said, owner="somebody else"),
    "signed by nobody": lambda said: google.signed(said, alg="none"),
    "signed with a secret": lambda said: google.signed(said, alg="HS256"),
    "written again": lambda said: again(google.signed(said)),
    "a byte more": lambda said: google.signed(said) + b"\n",
    "a byte that decoders skip": lambda said: google.signed(said)[:-4] + b"*" + google.signed(said)[-4:],
    "a byte less": lambda said: google.signed(said)[:-1],
    "half": lambda said: google.signed(said).rpartition(b".")[0],
    "larger than any": lambda said: google.signed({**said, "more": "x" * MOST_BYTES}),
    "nothing": lambda said: b"",
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_the_key_has_not_signed_as_it_stands_is_not_accepted(letter, said, how):
    claims = said()
    with pytest.raises(NotAccepted):
        read(letter(SPOILED[how](claims)))
    assert read(letter(google.signed(claims))), "the event itself is genuine"


@pytest.mark.parametrize("key", [{}, {"kty": "RSA", "kid": "k", "n": "!", "e": "AQAB"}, {"kty": "oct", "k": "YWJj"}])
def test_a_key_that_is_none_proves_nothing(letter, said, key):
    with pytest.raises(NotAccepted):
        GOOGLE.notices(letter(google.signed(said())), key=key, client_ids=(CLIENT,))


@pytest.mark.parametrize("body", [b"", b"{}", b"a.b.c", b"eyJ9.e30.c2ln", google.signed({}, key_id="")])
def test_what_names_no_key_is_not_accepted(letter, body):
    with pytest.raises(NotAccepted):
        GOOGLE.key_id(letter(body))


def test_an_event_of_the_future_happened_when_it_came(letter, said, clock):
    """Else it would be about tokens that come after it."""
    (notice,) = read(letter(google.signed(said(iat=int(clock().timestamp()) + 86_400))))
    assert notice.at == clock()
    for iat in (None, "now", True, -1, 10**30):
        (notice,) = read(letter(google.signed(said(iat=iat))))
        assert notice.at is None


def test_a_feed_is_no_signal_and_a_token_is_one_whatever_it_is_called(letter, said):
    assert not GOOGLE.is_one(letter(b"<feed/>", "application/atom+xml"))
    assert GOOGLE.is_one(letter(google.signed(said()), "text/plain"))
    assert GOOGLE.is_one(letter(b"anything", "application/secevent+jwt; charset=utf-8"))


@pytest.mark.parametrize("alg", ["prefix", "hash_base64_sha512_sha512"])
def test_a_single_token_is_known_by_what_is_told_of_it(letter, said, alg):
    kept, others = Secret("1//0abcdefghijklmnopqrstuvwxyz"), ("1//0zbcdefghijklmnopqrstuvwxyz", "")
    body = google.signed(said(google.TOKEN_REVOKED, {"subject": google.token_subject(kept.reveal(), alg)}))

    (notice,) = read(letter(body))

    assert (notice.data["signal"], notice.remote_user_id) == (Signal.TOKEN_ENDED, "")
    assert GOOGLE.names(kept, notice.data["token"])
    assert not any(GOOGLE.names(Secret(other), notice.data["token"]) for other in others)


@pytest.mark.parametrize("told", [{}, {"token_identifier_alg": "prefix", "token": ""}, {"token_identifier_alg": "x"}])
def test_what_names_no_token_means_none(told):
    assert not GOOGLE.names(Secret("1//0abcdefghijklmnop"), told)
    assert not GOOGLE.names(Secret(""), told)


def test_a_project_is_all_its_clients():
    assert GOOGLE.is_meant(CLIENT, [CLIENT])
    assert GOOGLE.is_meant(OTHER, [CLIENT])
    assert not GOOGLE.is_meant("987654321-abc.apps.googleusercontent.com", [CLIENT])
    assert not GOOGLE.is_meant("sandbox-a", ["sandbox-b"])


# --- keys

CONFIGURATION, CERTIFICATES = "GET /.well-known/risc-configuration", "GET /oauth2/v3/certs"


def test_keys_are_read_where_the_configuration_says(serve, http):
    answers = {CERTIFICATES: [(200, {"keys": [KEY, {"kty": "EC", "kid": "other"}, {"kty": "RSA"}, 5]})]}
    server = serve(Script(answers))
    answers[CONFIGURATION] = [(200, {"issuer": google.ISSUER, "jwks_uri": f"{server.origin}/oauth2/v3/certs"})]

    assert read_keys(http, login=server.origin) == {google.KEY_ID: KEY}


@pytest.mark.parametrize("address", ["", "https://keys.example.com/", "http://127.0.0.1:1/", "file:///etc/passwd", 5])
def test_keys_are_read_from_nobody_else(serve, http, address):
    server = serve(Script({CONFIGURATION: [(200, {"jwks_uri": address})]}))
    with pytest.raises(NotSent):
        read_keys(http, login=server.origin)


@pytest.mark.parametrize("answer", [(500, {}), (200, b"<html>"), (200, {}), (200, {"keys": []}), (302, b"")])
def test_keys_that_are_not_told_are_no_keys(serve, http, answer):
    answers = {CERTIFICATES: [answer]}
    server = serve(Script(answers))
    answers[CONFIGURATION] = [(200, {"jwks_uri": f"{server.origin}/oauth2/v3/certs"})]
    with pytest.raises(NotSent):
        read_keys(http, login=server.origin)
