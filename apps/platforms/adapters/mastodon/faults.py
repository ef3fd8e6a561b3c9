"""What a refusal of a Mastodon server means. The status decides first: texts are partly translated.

https://docs.joinmastodon.org/methods/statuses/ and https://docs.joinmastodon.org/api/rate-limits/; where the texts of
other software are known to differ, they are here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

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
    Uncertain,
)

_ACCOUNT_STATE = ("login is currently disabled", "confirmed e-mail", "currently pending approval", "two-factor")
_MEDIA_GONE = ("media not found", "could not be found", "media could not")
_NOT_DONE = frozenset({404, 405, 410, 413, 415})  # what has no words of its own, and yet is certainly a refusal
# What a refusal speaks of is what a person has to change; the first that fits.
_FIELDS = (
    ("options.poll", ("option", "expires at")),
    ("options.quote", ("quote",)),
    ("options.visibility", ("visibility",)),
    ("text", ("character", "blank", "exceed max chars", "no text", "too long")),
    ("media", ("cannot attach", "content type", "supported")),
)


def error_words(answer: wire.Answer) -> tuple[str, str]:
    """The server's own code and sentence, from `{"error": ..., "error_description": ...}` if that is what it sent."""
    try:
        said = answer.mapping()
    except wire.Unreadable:
        return "", ""
    error, description = said.get("error"), said.get("error_description")
    code = error if isinstance(error, str) else ""
    return (code, description) if isinstance(description, str) else ("", code)


def failure(
    answer: wire.Answer,
    *,
    server: str,
    now: datetime,
    secrets: Iterable[Secret] = (),
    acting: bool = False,
    writing: bool = False,
    needs: tuple[str, ...] = (),
    media: int | None = None,
    is_reply: bool = False,
) -> PlatformError:
    """The error that `answer` stands for.

    `acting`: the request would have made something public. `writing`: it had a text to be judged, and may be made
    again. `needs`: the scopes it wants. `media`: the position of the
    file it was about. `is_reply`: it named a parent."""
    code, said = error_words(answer)
    seen = wire.evidence(answer, code=code, text=said, secrets=secrets)
    status, said = answer.status, wire.concealed(said, secrets)[:200]
    if status == 429:
        return Throttled(f"{server} asks us to slow down.", retry_at=_pause_end(answer, now), evidence=seen)
    if status == 401:
        return Disconnected(f"{server} no longer accepts our access to this account: connect it again.", evidence=seen)
    if status == 403:
        return _forbidden(answer, server, said, needs, seen)
    if media is not None and (status in {413, 415, 422} or (status == 500 and "thumbnail" in said.lower())):
        words = f"{server} does not take this file" + (f": {said}" if said else ".")
        return Rejected(words, field=f"media.{media}", evidence=seen)
    if status >= 500 or status == 408:
        if acting:
            return Uncertain(f"{server} failed while publishing: the post may be out.", evidence=seen)
        return NotSent(f"{server} is having trouble.", evidence=seen)
    if status in {400, 422} and (acting or writing):
        return _unprocessable(server, said, seen)
    if status == 404 and is_reply:
        return Rejected("The post this one answers is gone.", field="parent", evidence=seen)
    if acting and status not in _NOT_DONE:
        return Uncertain(f"{server} gave an answer that makes no sense: the post may be out.", evidence=seen)
    return NotSent(f"{server} answered {status} where we did not expect it.", evidence=seen)


def _forbidden(answer: wire.Answer, server: str, said: str, needs: tuple[str, ...], seen: Evidence) -> PlatformError:
    lowered = said.lower()
    if "scope" in lowered:
        words = f"Postroom was not given the permission to do this on {server}: connect the account again and allow it."
        return MissingPermission(words, scopes=needs, evidence=seen)
    if any(state in lowered for state in _ACCOUNT_STATE):
        words = f"{server} wants the owner of this account to act there first: {said}"
        return AccountDisabled(words, evidence=seen)
    if not said:  # A proxy in front of the server, not the server.
        return NotSent(f"{server} is closed to us at the moment.", evidence=seen)
    return Rejected(f"{server} refuses this: {said}", evidence=seen)


def _unprocessable(server: str, said: str, seen: Evidence) -> PlatformError:
    lowered = said.lower()
    if "not finished processing" in lowered:
        return NotSent(f"{server} is still working on the media.", evidence=seen)
    if "already attached" in lowered:
        return Uncertain(f"{server} says that these files are already published.", evidence=seen)
    if any(text in lowered for text in _MEDIA_GONE):
        return StagedLost(f"{server} no longer has the uploaded files.", evidence=seen)
    field = next((name for name, texts in _FIELDS if any(text in lowered for text in texts)), "")
    return Rejected(f"{server} does not take this post" + (f": {said}" if said else "."), field=field, evidence=seen)


def _pause_end(answer: wire.Answer, now: datetime) -> datetime | None:
    """Mastodon names the instant in X-RateLimit-Reset; proxies in front of it use Retry-After."""
    return wire.retry_after(answer.headers, now=now) or wire.reset_at(answer.headers, "x-ratelimit-reset", now=now)
