"""Looking for a post whose answer was lost, and listing the location's posts.

https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts/list. The order of the list
is not documented, so that only all of it proves that a post is not there.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.google_business import abilities, content, permits, publishing
from apps.platforms.adapters.google_business.line import Line, is_post, object_in
from apps.platforms.contract import Draft, Finding, Trace, Verdict
from apps.platforms.google.faults import objects_in, text_in
from apps.platforms.insights import OwnPost, OwnPosts

PAGE: Final = "100"
MAX_PAGES: Final = 10
MARGIN: Final = timedelta(seconds=60)
SKEW: Final = timedelta(
    minutes=10
)  # by as much Google's clock and ours may differ: what is a little too old could be it
SETTLED: Final = timedelta(minutes=2)  # until then a request that is under way may still take effect
_NOT_SHOWN: Final = frozenset({"REJECTED", "SCHEDULED"})


def find(line: Line, trace: Trace) -> Finding:
    """A post counts whatever its state: one that was rejected was created as well. One without a word is like any
    other without one, and left to a person."""
    posts, is_all = _posts(line)
    alike = [post for post in posts if _is_alike(post, trace)]
    sure = [post for post in alike if is_post(post) and _is_certain(post, trace)]
    looked = (f"{len(posts)} posts of the location", f"{len(alike)} of them like this one")
    if len(alike) == len(sure) == 1:
        return Finding(Verdict.FOUND, publishing.receipt_of(sure[0]), looked)
    is_absent = not alike and is_all and trace.quiet_for(line.clock()) >= SETTLED
    return Finding(Verdict.ABSENT if is_absent else Verdict.UNCLEAR, None, looked)


def _posts(line: Line) -> tuple[list[dict[str, Any]], bool]:
    """The location's posts, and whether these are all."""
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(MAX_PAGES):
        page, cursor = line.page(permits.LISTED, "localPosts", at=line.place, cursor=cursor, pageSize=PAGE)
        found += page
        if not cursor:
            return found, True
    return found, False


def _is_alike(post: dict[str, Any], trace: Trace) -> bool:
    if text_in(post, "name") in trace.known_remote_ids:
        return False
    created_at = wire.instant(post.get("createTime"))
    if created_at is not None and created_at < trace.sent_at - SKEW:
        return False
    return _told(post) == _wanted(trace.draft)


def _is_certain(post: dict[str, Any], trace: Trace) -> bool:
    created_at = wire.instant(post.get("createTime"))
    summary, _, address, title = _told(post)
    return created_at is not None and created_at >= trace.sent_at - MARGIN and any((summary, address, title))


def _told(post: dict[str, Any]) -> tuple[str, str, str, str]:
    return (
        _flat(text_in(post, "summary")),
        text_in(post, "topicType"),
        text_in(object_in(post, "callToAction"), "url"),
        _flat(text_in(object_in(post, "event"), "title")),
    )


def _wanted(draft: Draft) -> tuple[str, str, str, str]:
    topic = abilities.TOPICS[abilities.kind_of(draft)]
    return (_flat(draft.text), topic, content.button(draft).get("url", ""), _flat(content.title_of(draft)))


def _flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def own_posts(line: Line, *, cursor: str) -> OwnPosts:
    """Newest first within a page: Google does not say in what order its pages come."""
    page, token = line.page(permits.LISTED, "localPosts", at=line.place, cursor=cursor, pageSize=PAGE)
    posts = [_own_post(post) for post in page if is_post(post) and text_in(post, "state") not in _NOT_SHOWN]
    posts.sort(key=lambda post: post.published_at.timestamp() if post.published_at else 0.0, reverse=True)
    return OwnPosts(tuple(posts), token)


def _own_post(post: dict[str, Any]) -> OwnPost:
    pictures = (text_in(one, "googleUrl") for one in objects_in(post, "media"))
    return OwnPost(
        remote_id=text_in(post, "name"),
        text=text_in(post, "summary"),
        published_at=wire.instant(post.get("createTime")),
        url=text_in(post, "searchUrl"),
        kind=text_in(post, "topicType"),
        media_urls=tuple(one for one in pictures if one),
        facts={"state": text_in(post, "state")},
    )
