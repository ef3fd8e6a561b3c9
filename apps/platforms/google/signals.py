"""Cross-Account Protection (RISC): https://developers.google.com/identity/protocols/risc.

Google posts one signed token (RFC 8417) for each event: RS256, with a key of its own, for one of our client ids. It has
no end, for what happened stays true; whoever sends an old one again changes nothing, because what it says is about
tokens that were there before it. Of single refresh tokens only a prefix or a hash is told, and not whose they are.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, ClassVar, Final

import jwt

from apps.core.secrets import Secret
from apps.platforms.google.faults import text_in
from apps.platforms.inbound import Incoming, Notice, NoticeKind
from apps.platforms.signals import JSONKey, NotAccepted, Signal

ISSUER: Final = "https://accounts.google.com"  # with a slash behind it in some tokens
MEDIA_TYPE: Final = "application/secevent+jwt"
MOST_BYTES: Final = 16 * 1024
PREFIX_LENGTH: Final = 16

_FORM = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_PROJECT = re.compile(r"(\d{6,})-")  # a client id begins with the number of its project
_RISC, _OAUTH = (
    "https://schemas.openid.net/secevent/risc/event-type/",
    "https://schemas.openid.net/secevent/oauth/event-type/",
)
_SIGNALS: Final[Mapping[str, Signal]] = {
    f"{_OAUTH}tokens-revoked": Signal.CONSENT_ENDED,
    f"{_OAUTH}token-revoked": Signal.TOKEN_ENDED,
    f"{_RISC}sessions-revoked": Signal.DOUBTFUL,
    f"{_RISC}account-credential-change-required": Signal.DOUBTFUL,
    f"{_RISC}account-disabled": Signal.DISABLED,
    f"{_RISC}account-enabled": Signal.ENABLED,
    f"{_RISC}account-purged": Signal.DELETED,
    f"{_RISC}verification": Signal.TEST,
}
HIJACKING: Final = "hijacking"


def person(sub: str) -> str:
    """How a Google account is named in `facts[SHARED_CONSENT]`."""
    return f"google:{sub}"


def is_issuer(said: object) -> bool:
    return isinstance(said, str) and said.rstrip("/") in {ISSUER, ISSUER.removeprefix("https://")}


class GoogleSignals:
    """The same for every platform of Google's: one Google account may have granted several of them."""

    name: ClassVar[str] = "Cross-Account Protection"
    label: ClassVar[str] = "Google"

    def is_one(self, incoming: Incoming) -> bool:
        kind = incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
        return incoming.method == "POST" and (
            kind == MEDIA_TYPE or _FORM.fullmatch(incoming.body[:MOST_BYTES]) is not None
        )

    def key_id(self, incoming: Incoming) -> str:
        found = text_in(_header(incoming.body), "kid")
        if not found:
            raise NotAccepted("The signal does not say which key has signed it.")
        return found

    def notices(self, incoming: Incoming, *, key: JSONKey, client_ids: Collection[str]) -> tuple[Notice, ...]:
        said = _object(_signed(incoming.body, key))
        audience = _audience(said)
        if not is_issuer(said.get("iss")) or not any(one in client_ids for one in audience):
            raise NotAccepted("The signal is not Google's, or not for an app of ours.")
        events, name = said.get("events"), text_in(said, "jti")
        if not name or not isinstance(events, dict) or not events:
            raise NotAccepted("The token tells of nothing: it may be one of Google's that says who somebody is.")
        at = _instant(said.get("iat"), now=incoming.received_at)
        return tuple(notice for kind, told in events.items() for notice in _told(kind, told, name, at, audience))

    def is_meant(self, client_id: str, audience: Collection[str]) -> bool:
        """A person grants to a project, with all its clients."""
        projects = {match[1] for one in audience if (match := _PROJECT.match(one))}
        own = _PROJECT.match(client_id)
        return client_id in audience or (own is not None and own[1] in projects)

    def names(self, token: Secret, told: Mapping[str, Any]) -> bool:
        wanted, text = text_in(told, "token").encode(), token.reveal().encode()
        match text_in(told, "token_identifier_alg"):
            case "prefix":
                return len(wanted) == PREFIX_LENGTH and compare_digest(text[:PREFIX_LENGTH], wanted)
            case "hash_base64_sha512_sha512":
                digest = base64.b64encode(hashlib.sha512(hashlib.sha512(text).digest()).digest())
                return bool(text) and compare_digest(digest.rstrip(b"="), wanted.translate(_STANDARD).rstrip(b"="))
            case _:
                return False


GOOGLE: Final = GoogleSignals()
_STANDARD = bytes.maketrans(b"-_", b"+/")


def _header(body: bytes) -> dict[str, Any]:
    """What a token says before anything of it is proven."""
    if len(body) > MOST_BYTES or not _FORM.fullmatch(body):
        raise NotAccepted("This has not the form of a signed token.")
    try:
        return jwt.get_unverified_header(body)
    except jwt.PyJWTError:
        pass
    raise NotAccepted("The token's header cannot be read.")


def _signed(body: bytes, key: JSONKey) -> bytes:
    """What was signed; the library proves that and nothing more, because these tokens have claims of their own."""
    _header(body)
    try:
        return jwt.PyJWS().decode(body, jwt.PyJWK(dict(key), "RS256"), algorithms=["RS256"])
    except (jwt.PyJWTError, ValueError):
        pass
    raise NotAccepted("Google's key has not signed this.")


def _object(text: bytes) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise NotAccepted("The token holds no claims, and so is for no app of ours.")
    return said


def _audience(said: Mapping[str, Any]) -> list[str]:
    told = said.get("aud")
    listed = told if isinstance(told, list) else [told]
    return [one for one in listed if isinstance(one, str) and one]


def _instant(said: object, *, now: datetime) -> datetime | None:
    """When it was signed, and never later than it came: tokens that came since then are not meant."""
    if not isinstance(said, int) or isinstance(said, bool) or not 0 < said < 2**33:
        return None
    return min(datetime.fromtimestamp(said, UTC), now)


def _told(kind: str, told: Any, name: str, at: datetime | None, audience: list[str]) -> Iterator[Notice]:
    said = told if isinstance(told, dict) else {}
    signal, subject = _SIGNALS.get(kind), said.get("subject")
    subject = subject if isinstance(subject, dict) else {}
    if signal is Signal.DISABLED and said.get("reason") == HIJACKING:
        signal = Signal.HIJACKED
    who = person(sub) if is_issuer(subject.get("iss")) and (sub := text_in(subject, "sub")) else ""
    key, data = f"{name}:{kind}", {"signal": signal or "", "audience": audience}
    if signal is Signal.TOKEN_ENDED:
        token = {part: text_in(subject, part) for part in ("token_type", "token_identifier_alg", "token")}
        yield Notice(NoticeKind.SIGNAL, "", key, at=at, data={**data, "token": token})
    elif signal is Signal.TEST:
        yield Notice(NoticeKind.TEST, "", key, at=at)
    elif signal is None or not who:  # What Google invents next year, or tells of nobody.
        yield Notice(NoticeKind.OTHER, "", key, at=at)
    else:
        yield Notice(NoticeKind.SIGNAL, who, key, at=at, data=data)
    if signal is Signal.DELETED and who:
        yield Notice(NoticeKind.DATA_DELETION, who, f"{key}:data", at=at)
