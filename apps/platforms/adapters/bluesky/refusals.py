"""What Bluesky's refusals mean for the caller: each answer that is no success becomes one error of the taxonomy.

Servers answer `{"error": name, "message": text}`, OAuth endpoints `{"error", "error_description"}`; the name decides
first, then the status.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.errors import (
    AccountDisabled,
    Disconnected,
    Evidence,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
    TokenExpired,
    Uncertain,
)

PLATFORM: Final = "Bluesky"

_RECONNECT: Final = "Bluesky no longer accepts this connection. Reconnect the account."
MOVED: Final = "This Bluesky account is no longer on the server it was connected at. Reconnect the account."
_SUSPENDED: Final = "Bluesky has suspended this account. Its owner has to settle that with Bluesky, then reconnect."
_DEACTIVATED: Final = "This Bluesky account is deactivated. Its owner has to reactivate it, then reconnect."

_DISCONNECTED: Final[Mapping[str, str]] = {
    "InvalidToken": _RECONNECT,
    "AuthMissing": _RECONNECT,
    "AuthenticationRequired": _RECONNECT,
    "invalid_grant": _RECONNECT,
    "AccountNotFound": MOVED,
    "RepoNotFound": MOVED,
    "AccountTakedown": _SUSPENDED,
    "RepoTakendown": _SUSPENDED,
    "AccountSuspended": _SUSPENDED,
    "RepoSuspended": _SUSPENDED,
    "AccountDeactivated": _DEACTIVATED,
    "RepoDeactivated": _DEACTIVATED,
}
_STATUS_WORDS: Final[Mapping[str, str]] = {
    "takendown": _SUSPENDED,
    "suspended": _SUSPENDED,
    "deactivated": _DEACTIVATED,
}
_EXPIRED: Final = frozenset({"ExpiredToken", "invalid_token"})
_OUR_FAULT: Final = frozenset(
    {
        "invalid_client",
        "invalid_client_metadata",
        "invalid_client_id",
        "invalid_redirect_uri",
        "invalid_scope",
        "invalid_dpop_proof",
        "invalid_request",
        "unauthorized_client",
    }
)
_NOT_DONE: Final = frozenset({400, 401, 403, 404, 405, 413})  # even where no name is told
_NOT_A_SERVER: Final = frozenset({"XRPCNotSupported", "MethodNotImplemented"})
_SCOPE = re.compile(r'required scope "([^"]+)"')
_FIELDS: Final[Mapping[str, str]] = {
    "$.record.langs": "language",
    "$.record.tags": "options.tags",
    "$.record.labels": "options.label",
    "$.record.embed.external": "link",
    "$.record.embed.video": "media.0",
}
_IMAGE = re.compile(r"\$\.record\.embed\.(?:images|items)\[?\.?(\d+)?")


def name_and_message(answer: wire.Answer) -> tuple[str, str]:
    """The platform's own name for the error and its text, "" where the body is not its envelope."""
    try:
        body = answer.mapping()
    except wire.Unreadable:
        return "", ""
    name, message = body.get("error", ""), body.get("message") or body.get("error_description") or ""
    return (name if isinstance(name, str) else ""), (message if isinstance(message, str) else "")


def said(answer: wire.Answer, secrets: Iterable[Secret | None] = ()) -> Evidence:
    """The platform's words for support, without `secrets`."""
    name, message = name_and_message(answer)
    return wire.evidence(answer, code=name, text=message, secrets=secrets)


def refusal(
    answer: wire.Answer, *, now: datetime, acting: bool = False, secrets: Iterable[Secret | None] = ()
) -> PlatformError:
    """The error for an answer that is no success; `acting` says that the call would have made something public."""
    name, message = name_and_message(answer)
    evidence = said(answer, secrets)
    if answer.status == 429 or name == "RateLimitExceeded":
        pause = wire.reset_at(answer.headers, "ratelimit-reset", now=now) or wire.retry_after(answer.headers, now=now)
        return Throttled("Bluesky takes no more calls from here for a while.", retry_at=pause, evidence=evidence)
    if named := _by_name(name, message, evidence):
        return named
    if acting and answer.status not in _NOT_DONE:
        return Uncertain("Bluesky failed while publishing: the post may be out.", evidence=evidence)
    if answer.status >= 500:
        return NotSent("Bluesky has a problem at the moment.", evidence=evidence)
    return _by_status(answer.status, name, message, evidence)


def inactive(status: str) -> PlatformError:
    """The error for an account whose session is fine and that may not act."""
    return AccountDisabled(_STATUS_WORDS.get(status, _DEACTIVATED), evidence=Evidence(code=status[:100]))


def unreadable(answer: wire.Answer, *, secrets: Iterable[Secret | None] = ()) -> NotSent:
    """The error for a success whose body makes no sense, of a call that may be repeated."""
    return NotSent("Bluesky sent an answer that makes no sense.", evidence=said(answer, secrets))


def _by_name(name: str, message: str, evidence: Evidence) -> PlatformError | None:
    if name in _EXPIRED:
        return TokenExpired("The access to this Bluesky account has to be renewed.", evidence=evidence)
    if name == "use_dpop_nonce":
        return NotSent("Bluesky asked for a fresh signature once too often.", evidence=evidence)
    if name == "ScopeMissingError" or (name == "InvalidToken" and "scope" in message.lower()):
        scopes = tuple(_SCOPE.findall(message))
        words = "This connection may not do that. Reconnect the account and grant what Postroom asks for."
        return MissingPermission(words, scopes=scopes, evidence=evidence)
    if name in _DISCONNECTED:
        words = _DISCONNECTED[name]
        kind = AccountDisabled if words in (_SUSPENDED, _DEACTIVATED) else Disconnected
        return kind(words, evidence=evidence)
    if name == "BlobNotFound":
        return StagedLost("Bluesky has let go of the uploaded pictures; they are uploaded again.", evidence=evidence)
    if name in _OUR_FAULT:
        words = "Bluesky does not accept how this installation of Postroom identifies itself; tell its operator."
        return NotSent(words, evidence=evidence)
    if name in _NOT_A_SERVER:
        return NotSent("The account's server does not answer as a Bluesky server does.", evidence=evidence)
    if name == "InvalidRequest":
        return _invalid(message, evidence)
    return None


def _by_status(status: int, name: str, message: str, evidence: Evidence) -> PlatformError:
    if status == 413:
        return Rejected("Bluesky says that this is too large.", field="media", evidence=evidence)
    if status == 401:
        return Disconnected(_RECONNECT, evidence=evidence)
    if status == 403 and name:  # without one it is a machine in front of the server that speaks
        return MissingPermission("Bluesky does not let this connection do that. Reconnect.", evidence=evidence)
    return NotSent(f"Bluesky did not take the call{f': {message[:200]}' if message else ''}.", evidence=evidence)


def _invalid(message: str, evidence: Evidence) -> PlatformError:
    message = message.replace("$.record.embed.media.", "$.record.embed.")  # beside a quote
    if "could not find repo" in message.lower():
        return Disconnected(MOVED, evidence=evidence)
    field = _field(message)
    if field == "text" and "grapheme too big" in message:
        return Rejected("The text is too long for Bluesky.", field=field, evidence=evidence)
    if field.startswith("media") and "array too big" in message:
        return Rejected("The account's server takes fewer pictures in one post.", field=field, evidence=evidence)
    if field.startswith("media") and ("blob too big" in message or "too large" in message):
        return Rejected("This picture is too large for the account's server.", field=field, evidence=evidence)
    words = f"Bluesky does not accept this post: {message[:200]}" if message else "Bluesky does not accept this post."
    return Rejected(words, field=field, evidence=evidence)


def _field(message: str) -> str:
    if image := _IMAGE.search(message):
        return f"media.{image[1]}" if image[1] else "media"
    for path, field in _FIELDS.items():
        if path in message:
            return field
    return "text" if "$.record." in message else ""
