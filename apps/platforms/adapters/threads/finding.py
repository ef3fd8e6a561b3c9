"""Looking for a post whose answer was lost.

The container itself says whether it was published; which post it became has to be found in the account's list, for no
call leads from the one to the other. A foreign post is never taken for ours: without a single match by time, text, kind
and parent a person decides, and is told where to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.threads import consent, containers, forms, reposts, requests
from apps.platforms.adapters.threads.capabilities import REPOST
from apps.platforms.adapters.threads.line import Line, entries, next_cursor, remote_id
from apps.platforms.contract import Credential, Draft, Finding, Receipt, Role, Trace, Verdict
from apps.platforms.meta.likeness import Likeness, plain

MARGIN: Final = timedelta(seconds=60)
SETTLED: Final = timedelta(seconds=60)  # until then a publish that is under way may still take effect
LISTED: Final = timedelta(minutes=3)  # by then a list that lags has what it is the only one to tell of
CLOCKS_APART: Final = timedelta(minutes=10)
MAX_PAGES: Final = 8
POST_FIELDS: Final = "id,text,timestamp,media_type,permalink,is_quote_post"
REPLY_FIELDS: Final = "id,text,timestamp,media_type,permalink,replied_to{id},root_post{id}"
REPOST_FIELDS: Final = "id,timestamp,media_type,permalink,reposted_post{id}"
_UNPUBLISHED: Final = frozenset({containers.FINISHED, containers.ERROR, containers.EXPIRED})


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What a listing came to: posts that equal the lost one, how many could be it, whether all of it was read."""

    same: tuple[dict[str, Any], ...]
    doubtful: int
    seen: int
    is_complete: bool

    @property
    def words(self) -> str:
        extent = "all" if self.is_complete else "the newest"
        return f"{extent} {self.seen} since then compared, {len(self.same)} equal this one, {self.doubtful} could be it"


def find(line: Line, trace: Trace, credential: Credential) -> Finding:
    if forms.is_repost(trace.draft):
        return _find_repost(line, trace)
    container = str(trace.staged.data.get("post", {}).get("id") or "")
    status = containers.status(line, container)[0] if container else containers.UNSEEN
    listing = _sorted_out(line, trace)
    what = "posts" if trace.draft.role is Role.MAIN else "replies"
    looked = [f"Threads says of what was prepared: {status or 'nothing'}", f"the profile's {what}: {listing.words}"]
    is_nowhere = not listing.same and not listing.doubtful
    if status in _UNPUBLISHED:
        if is_nowhere and listing.is_complete and trace.quiet_for(line.clock()) >= SETTLED:
            return Finding(Verdict.ABSENT, None, tuple(looked))
    elif len(listing.same) == 1 and not listing.doubtful and _may_be_out(status, trace.draft):
        return Finding(Verdict.FOUND, _receipt(listing.same[0]), tuple(looked))
    if status == containers.PUBLISHED:
        looked.append(f"it is out: see {consent.profile_url(line, str(credential.facts.get('username') or ''))}")
    return Finding(Verdict.UNCLEAR, None, tuple(looked))


def _find_repost(line: Line, trace: Trace) -> Finding:
    """By the list alone: it has each repost with the post that it passes on."""
    listing = _sorted_out(line, trace)
    looked = (f"the profile's reposts: {listing.words}",)
    if len(listing.same) == 1 and not listing.doubtful:
        return Finding(Verdict.FOUND, replace(_receipt(listing.same[0]), facts={"kind": REPOST}), looked)
    is_nowhere = listing.is_complete and not listing.same and not listing.doubtful
    if is_nowhere and trace.quiet_for(line.clock()) >= LISTED:
        return Finding(Verdict.ABSENT, None, looked)
    return Finding(Verdict.UNCLEAR, None, looked)


def _may_be_out(status: str, draft: Draft) -> bool:
    """Whether a lone post like it is the one. Without words it is like any other of its kind: the container has to say
    that it is out."""
    return status == containers.PUBLISHED or (status != containers.WORKING and bool(plain(draft.text)))


def _receipt(post: dict[str, Any]) -> Receipt:
    permalink = post.get("permalink")
    return Receipt(
        remote_id=remote_id(post),
        remote_url=permalink if isinstance(permalink, str) else "",
        published_at=wire.instant(post.get("timestamp")),
    )


# --- comparing --------------------------------------------------------------------------------------------------------


def _sorted_out(line: Line, trace: Trace) -> _Sorted:
    since = trace.sent_at - MARGIN
    same: list[dict[str, Any]] = []
    doubtful = seen = 0
    is_complete = False
    for page, skew, is_last in _pages(line, trace, since):
        is_complete = is_last
        for post in page:
            seen += 1
            likeness = _likeness(post, trace, since, skew)
            if likeness is Likeness.UNLIKE or remote_id(post) in trace.known_remote_ids:
                continue
            if likeness is Likeness.SAME:
                same.append(post)
            else:
                doubtful += 1
    return _Sorted(tuple(same), doubtful, seen, is_complete)


def _likeness(post: dict[str, Any], trace: Trace, since: datetime, skew: timedelta) -> Likeness:
    at = wire.instant(post.get("timestamp"))
    if at is not None and at < since + min(skew, timedelta(0)):
        return Likeness.UNLIKE
    is_repost = forms.is_repost(trace.draft)
    likeness = reposts.likeness(post, trace.staged) if is_repost else _is_like(post, trace.draft)
    # Where their clock is behind ours, the post carries a time before we sent it.
    is_told = at is not None and at >= since and bool(remote_id(post))
    return likeness if likeness is not Likeness.SAME or is_told else Likeness.DOUBTFUL


def _is_like(post: dict[str, Any], draft: Draft) -> Likeness:
    if plain(post.get("text")) != plain(draft.text):
        return Likeness.UNLIKE
    # How a post with a GIF is called when it is read is not documented.
    if not draft.options.get("gif") and post.get("media_type") != forms.kind_of(draft):
        return Likeness.UNLIKE
    if draft.role is Role.MAIN:
        is_no_quote = bool(draft.options.get("quote")) and post.get("is_quote_post") is False
        return Likeness.UNLIKE if is_no_quote else Likeness.SAME
    above = post.get("replied_to")
    parent = remote_id(above) if isinstance(above, dict) else ""
    if not parent:
        return Likeness.DOUBTFUL
    return Likeness.SAME if draft.parent is not None and parent == draft.parent.remote_id else Likeness.UNLIKE


# --- listing ----------------------------------------------------------------------------------------------------------


def _pages(line: Line, trace: Trace, since: datetime) -> Iterator[tuple[list[dict[str, Any]], timedelta, bool]]:
    """Pages of what was published since, each with the server's clock against ours, and whether it is the last one."""
    is_post = trace.draft.role is Role.MAIN
    call, fields = (requests.OWN_POSTS, POST_FIELDS) if is_post else (requests.OWN_REPLIES, REPLY_FIELDS)
    if forms.is_repost(trace.draft):
        fields = REPOST_FIELDS
    # A server whose clock is behind ours dates posts earlier: the list begins a while before, and each is compared.
    begin = since - CLOCKS_APART
    params = {"fields": fields, "limit": "25", "since": str(int(begin.timestamp()))}
    for _ in range(MAX_PAGES):
        said, answer = line.read(call, params)
        page = entries(said)
        if page is None:
            raise line.unreadable(answer)
        after = next_cursor(said)
        is_last = not after or _reaches_back(page, begin)
        yield page, wire.server_skew(answer.headers, now=line.clock()), is_last
        if is_last:
            return
        params["after"] = after


def _reaches_back(page: list[dict[str, Any]], begin: datetime) -> bool:
    """Whether the list, newest first, has come to posts from before; Threads may give more than it was asked for."""
    at = wire.instant(page[-1].get("timestamp")) if page else None
    return at is not None and at < begin
