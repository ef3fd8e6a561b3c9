"""Looking for a post, video, story or comment whose answer was lost.

What was uploaded beforehand has ids, and a post that carries them is ours for certain; a video itself says whether it
was published. Only a text has to be found by its words and its time. A foreign post is never taken for ours: without a
single match a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.facebook import consent, publishing, scopes, videos
from apps.platforms.adapters.facebook.faults import is_unseen
from apps.platforms.adapters.facebook.line import (
    Line,
    entries_in,
    instant,
    mapping_in,
    next_cursor,
    remote_id,
)
from apps.platforms.calls import Call
from apps.platforms.contract import Finding, Receipt, Trace, Verdict
from apps.platforms.errors import NotSent
from apps.platforms.meta.likeness import Likeness, plain

MARGIN: Final = timedelta(seconds=60)
SETTLED: Final = timedelta(minutes=2)  # until then a request that is under way may still take effect
MAX_PAGES: Final = 5
POST_FIELDS: Final = "id,message,created_time,permalink_url,attachments{media_type,target{id},subattachments}"
STORY_FIELDS: Final = "post_id,media_id,creation_time"
COMMENT_FIELDS: Final = "id,message,from,created_time"
MEDIA_TYPES: Final = frozenset({"photo", "album", "video"})


@dataclass
class _Sorted:
    """What a listing came to: those that equal the lost one, how many could be it, whether all of it was read."""

    same: list[dict[str, Any]] = field(default_factory=list)
    doubtful: int = 0
    seen: int = 0
    is_complete: bool = False

    @property
    def words(self) -> str:
        extent = "all of them" if self.is_complete else "not all of them"
        return f"{self.seen} compared, {extent}; {len(self.same)} equal this one, {self.doubtful} could be it"


def find(line: Line, trace: Trace) -> Finding:
    kind = publishing.kind_of(trace.draft)
    if kind.name == "comment":
        return _find_comment(line, trace)
    if kind.name == "story":
        return _find_story(line, trace, kind)
    if kind.is_video:
        return _find_video(line, trace, kind)
    return _find_post(line, trace)


# --- posts ------------------------------------------------------------------------------------------------------------


def _find_post(line: Line, trace: Trace) -> Finding:
    params = {"fields": POST_FIELDS, "limit": "25"}
    listing = _sorted_out(line, scopes.POSTED, {}, params, trace, _post_likeness)
    looked = (f"the newest posts of the Page: {listing.words}",)

    def receipt(post: dict[str, Any]) -> Receipt:
        facts = {"kind": "post"}
        url = post.get("permalink_url")
        return Receipt(
            remote_id(post), url if isinstance(url, str) else "", instant(post.get("created_time")), facts=facts
        )

    return _verdict(line, scopes.POSTED, trace, listing, looked, receipt)


def _post_likeness(post: dict[str, Any], trace: Trace) -> Likeness:
    ours = set(publishing.photo_ids(trace.staged))
    carried, kinds = _attached(post.get("attachments"))
    if ours and carried:
        return Likeness.SAME if ours & carried else Likeness.UNLIKE
    words = plain(publishing.message_of(trace.draft))
    if plain(post.get("message")) != words:
        return Likeness.UNLIKE
    if bool(ours) != bool(kinds & MEDIA_TYPES):
        return Likeness.DOUBTFUL if ours else Likeness.UNLIKE
    # With neither ids nor words it is like any other picture of that hour.
    return Likeness.SAME if words else Likeness.DOUBTFUL


def _attached(attachments: object, depth: int = 0) -> tuple[set[str], set[str]]:
    """The ids of what a post carries, and of which kinds that is. An album has an id that is none of its pictures'."""
    ids: set[str] = set()
    kinds: set[str] = set()
    listed = entries_in(attachments) if isinstance(attachments, dict) else None
    for attachment in listed or ():
        kind = str(attachment.get("media_type") or "")
        kinds.add(kind)
        if kind != "album" and (target := remote_id(mapping_in(attachment, "target"))):
            ids.add(target)
        if depth < 2:
            deeper = _attached(attachment.get("subattachments"), depth + 1)
            ids |= deeper[0]
            kinds |= deeper[1]
    return ids, kinds


# --- videos -----------------------------------------------------------------------------------------------------------


def _find_video(line: Line, trace: Trace, kind: publishing.Kind) -> Finding:
    """The video itself tells. Absent is one that nobody has finished, or whose processing failed: it is not public."""
    video = publishing.video_id(trace.staged)
    if not video:
        return Finding(Verdict.UNCLEAR, None, ("no video was prepared",))
    try:
        said = line.ask(scopes.STATUS, {"video": video}, params={"fields": "status,post_id,permalink_url"})
    except NotSent as error:
        if is_unseen(error):
            return Finding(Verdict.UNCLEAR, None, ("Facebook does not show us the video",))
        raise
    status = videos.read_status(said)
    looked = (
        f"the video: {status.video or 'no word'}, publishing: {status.publish or status.publishing or 'no word'}",
    )
    if status.is_public:
        # As publishing it would have answered: a feed video goes by its own name, a reel by its post's.
        named = "" if kind.name == "video" else publishing.post_id(line, remote_id(said, "post_id"), kind.name)
        return Finding(Verdict.FOUND, Receipt(named or video, facts={"kind": kind.name, "video": video}), looked)
    if _is_settled(line, trace) and (status.is_untouched or status.has_failed):
        return Finding(Verdict.ABSENT, None, looked)
    return Finding(Verdict.UNCLEAR, None, looked)


# --- stories ----------------------------------------------------------------------------------------------------------


def _find_story(line: Line, trace: Trace, kind: publishing.Kind) -> Finding:
    ours = publishing.video_id(trace.staged) if kind.is_video else "".join(publishing.photo_ids(trace.staged)[:1])

    def likeness(story: dict[str, Any], trace: Trace) -> Likeness:
        if media := remote_id(story, "media_id"):
            return Likeness.SAME if media == ours else Likeness.UNLIKE
        return Likeness.DOUBTFUL

    params = {"fields": STORY_FIELDS, "limit": "25"}
    listing = _sorted_out(line, scopes.STORIES, {}, params, trace, likeness, id="post_id", at="creation_time")
    looked = (f"the stories of the Page: {listing.words}",)

    def receipt(story: dict[str, Any]) -> Receipt:
        facts = {"kind": "story", ("video" if kind.is_video else "photo"): ours}
        return Receipt(remote_id(story, "post_id"), "", instant(story.get("creation_time")), facts=facts)

    return _verdict(line, scopes.STORIES, trace, listing, looked, receipt)


# --- comments ---------------------------------------------------------------------------------------------------------


def _find_comment(line: Line, trace: Trace) -> Finding:
    if trace.draft.parent is None:
        return Finding(Verdict.UNCLEAR, None, ("the post it belongs to is not known",))

    def likeness(comment: dict[str, Any], trace: Trace) -> Likeness:
        if plain(comment.get("message")) != plain(trace.draft.text):
            return Likeness.UNLIKE
        if remote_id(mapping_in(comment, "from")) not in ("", line.page):
            return Likeness.UNLIKE
        return Likeness.SAME if trace.draft.text.strip() else Likeness.DOUBTFUL

    ids = {"object": trace.draft.parent.remote_id}
    params = {"fields": COMMENT_FIELDS, "order": "reverse_chronological", "limit": "25"}
    listing = _sorted_out(line, scopes.BELOW, ids, params, trace, likeness)
    looked = (f"the comments below the post: {listing.words}",)

    def receipt(comment: dict[str, Any]) -> Receipt:
        at = instant(comment.get("created_time"))
        return Receipt(remote_id(comment), published_at=at, facts={"kind": "comment"})

    return _verdict(line, scopes.BELOW, trace, listing, looked, receipt)


# --- listings ---------------------------------------------------------------------------------------------------------


def _verdict(
    line: Line,
    call: Call,
    trace: Trace,
    listing: _Sorted,
    looked: tuple[str, ...],
    receipt: Callable[[dict[str, Any]], Receipt],
) -> Finding:
    if len(listing.same) == 1 and not listing.doubtful:
        return Finding(Verdict.FOUND, receipt(listing.same[0]), looked)
    is_nowhere = listing.is_complete and not listing.same and not listing.doubtful
    if is_nowhere and _is_settled(line, trace):
        if consent.sees_all(line, call.scopes[0]):
            return Finding(Verdict.ABSENT, None, looked)
        looked = (*looked, "Facebook may show us less than there is")
    return Finding(Verdict.UNCLEAR, None, looked)


def _is_settled(line: Line, trace: Trace) -> bool:
    return trace.quiet_for(line.clock()) >= SETTLED


def _sorted_out(
    line: Line,
    call: Call,
    ids: dict[str, str],
    params: dict[str, str],
    trace: Trace,
    likeness: Callable[[dict[str, Any], Trace], Likeness],
    *,
    id: str = "id",
    at: str = "created_time",
) -> _Sorted:
    """The entries of a list, newest first, down to those from before the request; known others are passed over."""
    sorted_out = _Sorted()
    since = trace.sent_at - MARGIN
    for entries, skew, is_last in _pages(line, call, ids, params):
        sorted_out.is_complete = is_last
        for entry in entries:
            sorted_out.seen += 1
            created_at = instant(entry.get(at))
            # Where their clock is behind ours, a post carries a time before we sent it.
            if created_at is not None and created_at < since + min(skew, timedelta(0)):
                sorted_out.is_complete = True
                continue
            found = likeness(entry, trace)
            if found is Likeness.UNLIKE or remote_id(entry, id) in trace.known_remote_ids:
                continue
            if found is Likeness.SAME and created_at is not None and created_at >= since and remote_id(entry, id):
                sorted_out.same.append(entry)
            else:
                sorted_out.doubtful += 1
        if sorted_out.is_complete:
            break
    return sorted_out


def _pages(
    line: Line, call: Call, ids: dict[str, str], params: dict[str, str]
) -> Iterator[tuple[list[dict[str, Any]], timedelta, bool]]:
    """Up to MAX_PAGES pages, each with the server's clock against ours, and whether it is the last there is."""
    params = dict(params)
    for _ in range(MAX_PAGES):
        answer = line.send(call, ids, params=params)
        entries = entries_in(said := line.said(call, answer))
        if entries is None:
            raise line.unreadable(answer)
        after = next_cursor(said)
        has_more = bool(mapping_in(said, "paging").get("next"))
        yield entries, wire.server_skew(answer.headers, now=line.clock()), not has_more
        if not after:
            return
        params["after"] = after
