"""Looking for a post or a comment whose answer was lost.

Pages let us list what they published; members let nobody but approved partners, and then a person has to look. A file's
URN belongs to one upload, so a post that carries ours is ours; else words, time and kind have to agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms import text_linkedin as little
from apps.platforms.adapters.linkedin import content, files, permits, publishing
from apps.platforms.adapters.linkedin.line import (
    MARGIN,
    Line,
    encoded,
    has_next,
    moment,
    number_of,
    object_of,
    objects_of,
    text_of,
)
from apps.platforms.calls import Call
from apps.platforms.contract import Finding, Receipt, Role, Trace, Verdict
from apps.platforms.errors import Gone, MissingPermission

SETTLED: Final = timedelta(seconds=60)  # until then a request that is under way may still take effect
PAGE_SIZE: Final = 50
MOST_PAGES: Final = 5
LIVE: Final = frozenset({"", "PUBLISHED", "PUBLISH_REQUESTED"})


class Likeness(StrEnum):
    SAME = "same"
    UNLIKE = "unlike"
    DOUBTFUL = "doubtful"


@dataclass(slots=True)
class _Listing:
    """What was read: entries that equal the lost one, how many could be it, and whether nothing was left out."""

    same: list[dict[str, Any]] = field(default_factory=list)
    doubtful: int = 0
    seen: int = 0
    is_complete: bool = False

    @property
    def words(self) -> str:
        extent = "" if self.is_complete else ", and there are more"
        return f"{self.seen} compared{extent}; {len(self.same)} equal this one, {self.doubtful} could be it"


def find(line: Line, trace: Trace) -> Finding:
    is_comment = trace.draft.role is Role.FIRST_COMMENT
    call = permits.COMMENTS if is_comment else permits.POSTS
    unreadable = Finding(Verdict.UNCLEAR, None, ("LinkedIn does not let us read what this account has published",))
    if not line.allows(call):
        return unreadable
    try:
        return _find_comment(line, trace) if is_comment else _find_post(line, trace)
    except MissingPermission:
        return unreadable


# --- posts ------------------------------------------------------------------------------------------------------------


def _find_post(line: Line, trace: Trace) -> Finding:
    body = publishing.body_of(line, trace.draft, files.urns(trace.staged))
    ours = content.substance_of(body)

    def likeness(post: dict[str, Any]) -> Likeness:
        return _post_likeness(post, trace, ours)

    def is_older(post: dict[str, Any], since: datetime) -> bool:
        changed_at = moment(post.get("lastModifiedAt"))
        return changed_at is not None and changed_at < since

    query = f"q=author&author={encoded(line.author)}&sortBy=LAST_MODIFIED&viewContext=AUTHOR&"
    listing = _listed(line, permits.POSTS, f"/rest/posts?{query}", trace, likeness, is_older, restli="FINDER")

    def receipt(post: dict[str, Any]) -> Receipt:
        urn = text_of(post, "id")
        return Receipt(urn, publishing.address(line, urn), moment(post.get("publishedAt")))

    return _verdict(line, trace, listing, f"posts of this account: {listing.words}", receipt)


def _post_likeness(post: dict[str, Any], trace: Trace, ours: content.Substance) -> Likeness:
    if text_of(post, "lifecycleState") not in LIVE:
        return Likeness.UNLIKE
    theirs, text = content.substance_of(post), little.unescape(text_of(post, "commentary"))
    if "media" in (ours[0], theirs[0]):
        return _likeness_by_files(ours, theirs, is_same_text=content.is_same(trace.draft.text, text))
    if not content.may_carry(ours, theirs):
        return Likeness.UNLIKE
    if content.is_same(trace.draft.text, text):
        return Likeness.SAME if ours == theirs else Likeness.DOUBTFUL
    is_like = content.is_beginning(trace.draft.text, text) or content.is_alike(trace.draft.text, text)
    return Likeness.DOUBTFUL if is_like else Likeness.UNLIKE


def _likeness_by_files(ours: content.Substance, theirs: content.Substance, *, is_same_text: bool) -> Likeness:
    """A post with our words and no files may be one whose files are still being worked on."""
    if ours == theirs:
        return Likeness.SAME
    is_unfinished = theirs == content.NOTHING and is_same_text
    is_partly_ours = ours[0] == theirs[0] and not set(ours[1]).isdisjoint(theirs[1])
    return Likeness.DOUBTFUL if is_unfinished or is_partly_ours else Likeness.UNLIKE


# --- comments ---------------------------------------------------------------------------------------------------------


def _find_comment(line: Line, trace: Trace) -> Finding:
    if trace.draft.parent is None:
        return Finding(Verdict.UNCLEAR, None, ("the post it belongs to is not known",))
    shown, _ = little.plain(trace.draft.text)

    def likeness(comment: dict[str, Any]) -> Likeness:
        actor, text = text_of(comment, "actor"), text_of(object_of(comment, "message"), "text")
        if actor not in {line.author, ""}:
            return Likeness.UNLIKE
        if content.is_same(shown, text):
            return Likeness.SAME if actor else Likeness.DOUBTFUL
        return Likeness.DOUBTFUL if content.is_alike(shown, text) else Likeness.UNLIKE

    path = f"{permits.COMMENTS.path.replace('{urn}', encoded(trace.draft.parent.remote_id))}?"
    try:
        listing = _listed(line, permits.COMMENTS, path, trace, likeness, lambda comment, since: False)
    except Gone:
        return Finding(Verdict.UNCLEAR, None, ("the post it belongs to is not at LinkedIn any more",))

    def receipt(comment: dict[str, Any]) -> Receipt:
        return publishing.comment_receipt(comment) or Receipt(text_of(comment, "id"))

    return _verdict(line, trace, listing, f"comments below the post: {listing.words}", receipt)


# --- listings ---------------------------------------------------------------------------------------------------------


def _verdict(
    line: Line, trace: Trace, listing: _Listing, looked: str, receipt: Callable[[dict[str, Any]], Receipt]
) -> Finding:
    if len(listing.same) == 1 and not listing.doubtful:
        return Finding(Verdict.FOUND, receipt(listing.same[0]), (looked,))
    is_settled = trace.quiet_for(line.clock()) >= SETTLED
    if is_settled and listing.is_complete and not listing.same and not listing.doubtful:
        return Finding(Verdict.ABSENT, None, (looked,))
    return Finding(Verdict.UNCLEAR, None, (looked,))


def _listed(
    line: Line,
    call: Call,
    path: str,
    trace: Trace,
    likeness: Callable[[dict[str, Any]], Likeness],
    is_older: Callable[[dict[str, Any], datetime], bool],
    *,
    restli: str = "",
) -> _Listing:
    """Read page by page until one ends with what was changed before the lost request (`is_older`), or at the end.

    `path` ends where the numbers of the page go."""
    listing, start = _Listing(), 0
    for _ in range(MOST_PAGES):
        answer = line.call(call, f"{path}start={start}&count={PAGE_SIZE}", restli=restli)
        said = line.understood(call, answer)
        elements = objects_of(said, "elements")
        if elements is None:
            raise line.unreadable(answer)
        # A server whose clock is slow dates the post before we sent it.
        since = trace.sent_at - MARGIN + min(wire.server_skew(answer.headers, now=line.clock()), timedelta(0))
        for entry in elements:
            _sort(entry, trace, likeness, listing, since=since)
        listing.seen += len(elements)
        listing.is_complete = _is_last(said, elements) or (bool(elements) and is_older(elements[-1], since))
        if listing.is_complete:
            break
        start += len(elements)
    return listing


def _is_last(said: dict[str, Any], elements: list[dict[str, Any]]) -> bool:
    """Whether nothing comes after this page. A full one that names no next is not taken at its word: what is missed
    here would be published a second time."""
    size = number_of(object_of(said, "paging"), "count")
    return not has_next(said) and len(elements) < min(PAGE_SIZE, size if size is not None else PAGE_SIZE)


def _sort(
    entry: dict[str, Any],
    trace: Trace,
    likeness: Callable[[dict[str, Any]], Likeness],
    listing: _Listing,
    *,
    since: datetime,
) -> None:
    remote_id = text_of(entry, "id")
    if remote_id in trace.known_remote_ids:
        return
    at = moment(entry.get("createdAt")) or moment(object_of(entry, "created").get("time"))
    if at is not None and at < since:
        return
    verdict = likeness(entry)
    if verdict is Likeness.SAME and (at is None or not remote_id):
        verdict = Likeness.DOUBTFUL
    if verdict is Likeness.SAME:
        listing.same.append(entry)
    elif verdict is Likeness.DOUBTFUL:
        listing.doubtful += 1
