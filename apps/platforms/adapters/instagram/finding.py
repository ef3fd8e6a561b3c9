"""Looking for a post or a comment whose answer was lost.

The container itself says whether it was published; which post it became has to be found among the newest posts, for no
documented way leads from the one to the other. A foreign post is never taken for ours: without a single match by time,
caption and kind a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.instagram import containers, forms, requests
from apps.platforms.adapters.instagram.capabilities import REEL, STORY
from apps.platforms.adapters.instagram.line import Line, entries, has_next, mapping_in, next_cursor, remote_id, text_in
from apps.platforms.calls import Call
from apps.platforms.contract import Credential, Draft, Finding, Receipt, Role, Trace, Verdict
from apps.platforms.meta.likeness import Likeness, plain

MARGIN: Final = timedelta(seconds=60)
SETTLED: Final = timedelta(seconds=60)  # until then a publish that is under way may still take effect
MAX_PAGES: Final = 5
POST_FIELDS: Final = "id,caption,timestamp,media_type,media_product_type,permalink"
# Of a container in progress, or in a state without a name here, nobody knows whether it is about to be out.
_UNPUBLISHED: Final = frozenset({containers.FINISHED, containers.EXPIRED})
# An error may be that of publishing, after which the post may be live.
_UNTOLD: Final = frozenset({containers.ERROR, containers.UNSEEN})


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What a listing came to: posts that equal the lost one, how many could be it, whether all of it was read."""

    same: tuple[dict[str, Any], ...]
    doubtful: int
    seen: int
    is_complete: bool

    @property
    def is_empty(self) -> bool:
        """Whether it is certain that the list does not have it."""
        return self.is_complete and not self.same and not self.doubtful

    @property
    def words(self) -> str:
        return f"{self.seen} compared, {len(self.same)} equal this one, {self.doubtful} could be it"


def find(line: Line, trace: Trace, credential: Credential) -> Finding:
    if trace.draft.role is Role.FIRST_COMMENT:
        return _find_comment(line, trace, credential)
    return _find_post(line, trace)


# --- posts ------------------------------------------------------------------------------------------------------------


def _find_post(line: Line, trace: Trace) -> Finding:
    container = containers.published_id(trace.staged)
    status = containers.status(line, container)[0] if container else containers.UNSEEN
    name = forms.format_name(trace.draft)
    call = requests.STORIES if name == STORY else requests.OWN_POSTS
    listing = _sorted_out(line, call, "", POST_FIELDS, trace, _post_likeness, is_newest_first=True)
    what = "stories" if name == STORY else "posts"
    looked = (f"Instagram says of what was prepared: {status or 'nothing'}", f"its newest {what}: {listing.words}")
    if status in _UNPUBLISHED and listing.is_empty and trace.quiet_for(line.clock()) >= SETTLED:
        return Finding(Verdict.ABSENT, None, looked)
    if _may_be_out(status, trace.draft) and len(listing.same) == 1 and not listing.doubtful:
        return Finding(Verdict.FOUND, _post_receipt(listing.same[0], name), looked)
    return Finding(Verdict.UNCLEAR, None, looked)


def _may_be_out(status: str, draft: Draft) -> bool:
    """Whether a lone post like it is the one. Without words it is like any other of its kind: the container has to say
    that it is out."""
    return status == containers.PUBLISHED or (status in _UNTOLD and bool(plain(draft.text)))


def _post_receipt(post: dict[str, Any], name: str) -> Receipt:
    return Receipt(
        remote_id=remote_id(post),
        remote_url=text_in(post, "permalink"),
        published_at=wire.instant(post.get("timestamp")),
        facts={"kind": name},
    )


def _post_likeness(post: dict[str, Any], trace: Trace) -> Likeness:
    if not _is_of_kind(post, trace.draft):
        return Likeness.UNLIKE
    # A story has no caption, so that of two stories which could be it neither is taken.
    return Likeness.SAME if plain(post.get("caption")) == plain(trace.draft.text) else Likeness.UNLIKE


def _is_of_kind(post: dict[str, Any], draft: Draft) -> bool:
    """Whether the post is what the draft would become; `media_product_type` may be missing."""
    name = forms.format_name(draft)
    alone = "VIDEO" if draft.media[0].is_video else "IMAGE"
    kind = "CAROUSEL_ALBUM" if forms.is_carousel(draft) else alone
    product = {REEL: "REELS", STORY: "STORY"}.get(name, "FEED")
    return post.get("media_type") == kind and post.get("media_product_type") in {product, None, ""}


# --- comments ---------------------------------------------------------------------------------------------------------


def _find_comment(line: Line, trace: Trace, credential: Credential) -> Finding:
    if trace.draft.parent is None:
        return Finding(Verdict.UNCLEAR, None, ("the post it belongs to is not known",))

    def likeness(comment: dict[str, Any], trace: Trace) -> Likeness:
        if plain(comment.get("text")) != plain(trace.draft.text):
            return Likeness.UNLIKE
        return Likeness.SAME if _is_ours(comment, credential) else Likeness.DOUBTFUL

    below = trace.draft.parent.remote_id
    fields = "id,text,username,from,timestamp"
    listing = _sorted_out(line, requests.COMMENTS_BELOW, below, fields, trace, likeness)
    extent = "all" if listing.is_complete else "not all"
    looked = (f"{extent} comments below the post: {listing.words}",)
    if len(listing.same) == 1 and not listing.doubtful:
        comment = listing.same[0]
        receipt = Receipt(remote_id(comment), published_at=wire.instant(comment.get("timestamp")))
        return Finding(Verdict.FOUND, receipt, looked)
    if listing.is_empty and trace.quiet_for(line.clock()) >= SETTLED:
        return Finding(Verdict.ABSENT, None, looked)
    return Finding(Verdict.UNCLEAR, None, looked)


def _is_ours(comment: dict[str, Any], credential: Credential) -> bool:
    """Whether we wrote it; where Instagram does not say, the words and the time have to do."""
    author = mapping_in(comment, "from")
    ours = {
        credential.channel_id or credential.remote_user_id,
        credential.facts.get("app_scoped_id"),
        credential.facts.get("username"),
    }
    theirs = {author.get("id"), author.get("username"), comment.get("username")} - {None, ""}
    return not theirs or not ours.isdisjoint(theirs)


# --- listings ---------------------------------------------------------------------------------------------------------


def _sorted_out(
    line: Line,
    call: Call,
    at: str,
    fields: str,
    trace: Trace,
    likeness: Callable[[dict[str, Any], Trace], Likeness],
    *,
    is_newest_first: bool = False,
) -> _Sorted:
    """What the list comes to. One that is known to have the newest first is read down to those from before."""
    same: list[dict[str, Any]] = []
    doubtful = seen = 0
    is_complete = False
    since = trace.sent_at - MARGIN
    for page, skew, is_last in _pages(line, call, at, fields):
        # Where their clock is behind ours, the entry carries a time before we sent it.
        earliest = since + min(skew, timedelta(0))
        is_complete = is_last or (is_newest_first and bool(page) and _is_before(page[-1], earliest))
        for entry in page:
            seen += 1
            found = Likeness.UNLIKE if _is_before(entry, earliest) else likeness(entry, trace)
            if found is Likeness.UNLIKE or remote_id(entry) in trace.known_remote_ids:
                continue
            if found is Likeness.SAME and _is_since(entry, since) and remote_id(entry):
                same.append(entry)
            else:
                doubtful += 1
        if is_complete:
            break
    return _Sorted(tuple(same), doubtful, seen, is_complete)


def _is_before(entry: dict[str, Any], instant: datetime) -> bool:
    at = wire.instant(entry.get("timestamp"))
    return at is not None and at < instant


def _is_since(entry: dict[str, Any], instant: datetime) -> bool:
    at = wire.instant(entry.get("timestamp"))
    return at is not None and at >= instant


def _pages(line: Line, call: Call, at: str, fields: str) -> Iterator[tuple[list[dict[str, Any]], timedelta, bool]]:
    """Up to MAX_PAGES pages of a list, each with the server's clock against ours, and whether it is the last there
    is."""
    params = {"fields": fields, "limit": "25"}
    for _ in range(MAX_PAGES):
        said, answer = line.read_with_answer(call, params, at=at)
        data = entries(said)
        if data is None:
            raise line.unreadable(answer)
        yield data, wire.server_skew(answer.headers, now=line.clock()), not has_next(said)
        if not (after := next_cursor(said)):
            return
        params["after"] = after
