"""Passing another post on: one request, and nothing that could be prepared but the id of that post.

https://developers.facebook.com/documentation/threads/posts/reposts. No call leads from an address to the id of somebody
else's post; those of the account itself are listed. There is no container either: whether a repost whose answer was
lost is out, the list of the account's posts tells alone, in which it is a front without content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from apps.platforms.adapters.threads import forms, requests
from apps.platforms.adapters.threads.line import Line, entries, next_cursor, remote_id
from apps.platforms.contract import Draft, Staged
from apps.platforms.errors import Gone, PlatformError, Rejected
from apps.platforms.meta.likeness import Likeness

FACADE: Final = "REPOST_FACADE"
FIELD: Final = "options.repost"
MAX_PAGES: Final = 8
_UNKNOWN: Final = (
    "Threads tells the number of a post only for those that this account published lately: enter the number of the "
    "post in place of its address."
)


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    """The post to pass on. Raises Rejected where it cannot be told, and where the repost is to say something."""
    if draft.text.strip() or draft.media or draft.link:
        words = "A repost on Threads carries nothing of its own: leave it empty, or quote the post instead."
        raise Rejected(words, field="media" if draft.media else "text")
    made = forms.fingerprint(draft)
    if before is not None and before.data.get("draft") == made:
        return Staged(before.data)
    return Staged({"draft": made, "repost": _named(line, draft.options.get("repost", "").strip())})


def original_of(staged: Staged) -> str:
    return str(staged.data.get("repost") or "")


def _named(line: Line, written: str) -> str:
    """The id that a person entered, or that of the account's post at the address they entered."""
    if written.isdecimal():
        return written
    if not (end := _end_of(written)):
        raise Rejected("This is neither the number nor the address of a post on Threads.", field=FIELD)
    params = {"fields": "id,media_type,permalink,shortcode", "limit": "100"}
    for _ in range(MAX_PAGES):
        said, _ = line.read(requests.OWN_POSTS, params)
        for post in entries(said) or ():
            if post.get("media_type") != FACADE and end in {post.get("shortcode"), _end_of(post.get("permalink"))}:
                return remote_id(post)
        if not (after := next_cursor(said)):
            break
        params["after"] = after
    raise Rejected(_UNKNOWN, field=FIELD)


def _end_of(address: object) -> str:
    """The last part of an address, which names the post: https://www.threads.com/@acme/post/AbC."""
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
    except ValueError:
        return ""
    return parts.path.rstrip("/").rpartition("/")[2] if parts.scheme in {"https", "http"} else ""


def refusal(error: PlatformError) -> PlatformError:
    """What a refused repost means: where nothing is to be seen, it is the post that was to be passed on."""
    if not isinstance(error, Gone):
        return error
    return Rejected("Threads does not show this account the post to repost.", field=FIELD, evidence=error.evidence)


def likeness(post: Mapping[str, Any], staged: Staged) -> Likeness:
    """Whether `post` of the account's list passes the same post on."""
    if post.get("media_type") != FACADE:
        return Likeness.UNLIKE
    shown = post.get("reposted_post")
    original = remote_id(shown) if isinstance(shown, dict) else ""
    if not original:  # It may be hidden from us, or removed since.
        return Likeness.DOUBTFUL
    return Likeness.SAME if original == original_of(staged) else Likeness.UNLIKE
