"""Looking for a post whose answer was lost, among the account's own newest posts.

Absence is only believed when the whole stretch since the request was read and every post in it is certainly another
one. The caller must have waited until the request can no longer arrive (its lease, the longest request and a margin);
nothing is sent again from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.mastodon import markup, publishing, rights, servers, uploading
from apps.platforms.adapters.mastodon.line import Line
from apps.platforms.contract import Finding, Trace, Verdict
from apps.platforms.errors import PlatformError

MARGIN = timedelta(seconds=60)
KEY_LIFE = timedelta(minutes=50)  # servers that honour keys keep them for an hour
PAGE, MAX_PAGES, MAX_READINGS = 40, 5, 20
STRICTNESS = {"public": 0, "unlisted": 1, "private": 2, "direct": 3}


class Likeness(StrEnum):
    SAME = "same"
    UNLIKE = "unlike"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Listing:
    """The account's posts, newest first. `is_complete`: it reaches back beyond `since` and every entry was readable."""

    statuses: tuple[dict[str, Any], ...]
    since: datetime
    is_complete: bool


def find(line: Line, trace: Trace, *, account_id: str, software: str) -> Finding:
    listing = _own_statuses(line, account_id, trace.sent_at)
    looked = [_listing_words(listing)]
    if software in servers.HONOURS_KEYS and line.clock() - trace.sent_at < KEY_LIFE:
        looked.append(f"{line.name} still remembers the key: sending again would be answered with the same post")
    same, doubtful = _sorted_out(line, listing, trace)
    if len(same) == 1 and (receipt := publishing.read_receipt(same[0])):
        return Finding(Verdict.FOUND, receipt, (*looked, f"one of them is this one: {receipt.remote_id}"))
    if same or doubtful:
        looked.append(f"{len(same)} that equal this one, {len(doubtful)} that could be it")
    elif listing.is_complete:
        if not _pictures_vanished(line, trace, software):
            return Finding(Verdict.ABSENT, None, (*looked, "none of them is this one"))
        looked.append("its uploaded pictures are gone, as they are once a post uses them")
    return Finding(Verdict.UNCLEAR, None, tuple(looked))


def _listing_words(listing: Listing) -> str:
    seen = "all" if listing.is_complete else "not all"
    since = listing.since.isoformat(timespec="seconds")
    return f"{seen} posts of the account since {since} were read; the list has {len(listing.statuses)}"


# --- the listing ------------------------------------------------------------------------------------------------------


def _own_statuses(line: Line, account_id: str, sent_at: datetime) -> Listing:
    statuses: list[dict[str, Any]] = []
    params = {"limit": str(PAGE), "exclude_reblogs": "true"}
    since = sent_at - MARGIN
    is_readable = True
    for _ in range(MAX_PAGES):
        answer = line.send(rights.OWN_POSTS, id=account_id, params=params)
        page = statuses_in(line, answer)
        # A server whose clock is slow dates the post before we sent it.
        skew = wire.server_skew(answer.headers, now=line.clock())
        since = min(since, sent_at - MARGIN + min(skew, timedelta(0)))
        statuses += page
        is_readable = is_readable and all(_is_readable(status) for status in page)
        if not page or not is_readable:
            return Listing(tuple(statuses), since, is_readable)
        if wire.instant(page[-1]["created_at"]) < since:  # type: ignore[operator]  # _is_readable has seen it
            return Listing(tuple(statuses), since, True)
        params["max_id"] = page[-1]["id"]
    return Listing(tuple(statuses), since, False)


def statuses_in(line: Line, answer: wire.Answer) -> list[dict[str, Any]]:
    if answer.status != 200:
        raise line.failure(answer, rights.OWN_POSTS)
    try:
        return answer.mappings()
    except wire.Unreadable:
        pass
    raise line.unreadable(answer)


def _is_readable(status: Mapping[str, Any]) -> bool:
    return isinstance(status.get("id"), str) and wire.instant(status.get("created_at")) is not None


# --- comparing --------------------------------------------------------------------------------------------------------


def _sorted_out(line: Line, listing: Listing, trace: Trace) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The posts that equal the lost one, and those that cannot be told from it."""
    same, doubtful = [], []
    readings = 0
    for status in listing.statuses:
        if not _is_readable(status) or status["id"] in trace.known_remote_ids:
            continue
        likeness = _by_media(status, trace)
        if likeness is None:
            likeness = _by_circumstances(status, trace, listing.since)
        if likeness is None:
            readings += 1
            likeness = _by_text(line, status, trace) if readings <= MAX_READINGS else Likeness.DOUBTFUL
        if likeness is Likeness.SAME:
            same.append(status)
        elif likeness is Likeness.DOUBTFUL:
            doubtful.append(status)
    return same, doubtful


def _by_media(status: Mapping[str, Any], trace: Trace) -> Likeness | None:
    """The ids of our uploads are proof, whatever else the post says."""
    ours, theirs = set(uploading.media_ids(trace.staged)), _attached(status)
    if ours and ours == theirs:
        return Likeness.SAME
    return Likeness.DOUBTFUL if ours & theirs else None


def _attached(status: Mapping[str, Any]) -> set[str]:
    attachments = status.get("media_attachments")
    if not isinstance(attachments, list):
        return set()
    return {str(media.get("id")) for media in attachments if isinstance(media, dict)}


def _by_circumstances(status: Mapping[str, Any], trace: Trace, since: datetime) -> Likeness | None:
    """UNLIKE for a post that cannot be ours by its time, parent or audience; None if its text has to tell."""
    created_at = wire.instant(status["created_at"])
    parent = trace.draft.parent.remote_id if trace.draft.parent else None
    if created_at is None or created_at < since or (status.get("in_reply_to_id") or None) != parent:
        return Likeness.UNLIKE
    shown = STRICTNESS.get(str(status.get("visibility")))
    if shown is not None and shown < STRICTNESS.get(publishing.visibility(trace.draft), 0):
        return Likeness.UNLIKE
    if _attached(status) and not uploading.media_ids(trace.staged):
        return Likeness.UNLIKE
    return None


def _by_text(line: Line, status: Mapping[str, Any], trace: Trace) -> Likeness:
    sent = (markup.flat(trace.draft.text), markup.flat(trace.draft.options.get("content_warning") or ""))
    source = _source(line, status)
    if source is not None:
        text, warning = source
        is_equal = (text, warning) == sent or (not sent[0] and text == sent[1])
        if not is_equal:  # What was changed since may have had our words before.
            return Likeness.DOUBTFUL if status.get("edited_at") else Likeness.UNLIKE
    elif markup.flat(markup.text_of(str(status.get("content") or ""))) != sent[0]:
        # Servers may turn markup into HTML that no longer reads like the text: a difference proves nothing.
        return Likeness.DOUBTFUL
    is_told = str(status.get("visibility")) in STRICTNESS and not uploading.media_ids(trace.staged)
    created_at = wire.instant(status["created_at"])
    is_in_time = created_at is not None and created_at >= trace.sent_at - MARGIN
    # The words are ours; where audience, pictures or time leave a doubt, it may still be an earlier post.
    return Likeness.SAME if is_told and is_in_time else Likeness.DOUBTFUL


def _source(line: Line, status: Mapping[str, Any]) -> tuple[str, str] | None:
    """Text and content warning as they were sent, or None where the server does not tell."""
    said = status if isinstance(status.get("text"), str) else _read_source(line, status["id"])
    text, warning = said.get("text"), said.get("spoiler_text")
    if not isinstance(text, str):
        return None
    return markup.flat(text), markup.flat(warning if isinstance(warning, str) else "")


def _read_source(line: Line, remote_id: str) -> Mapping[str, Any]:
    answer = line.send(rights.SOURCE, id=remote_id)
    try:
        if answer.status == 200:
            return answer.mapping()
    except wire.Unreadable:
        return {}
    failure = line.failure(answer, rights.SOURCE)
    if answer.status in {401, 429} or answer.status >= 500:
        raise failure
    return {}


def _pictures_vanished(line: Line, trace: Trace, software: str) -> bool:
    """On Mastodon an upload is hidden once a post uses it; then an empty listing is no proof of absence."""
    ids = uploading.media_ids(trace.staged)
    if not ids or software not in servers.MASTODON_FAMILY:
        return False
    try:
        return line.send(rights.LOOK, id=ids[0]).status == 404
    except PlatformError:
        return True
