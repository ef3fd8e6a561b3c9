"""Own posts, from the account's server, and figures, from the AppView: https://docs.bsky.app/docs/category/http-reference.

The AppView is asked without a sign-in first; what it does not show to everybody is asked for through the account's own
server. Counts are those of now: there is no history, and no views, reach or clicks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from apps.platforms import http as wire
from apps.platforms.adapters.bluesky import records, rights
from apps.platforms.adapters.bluesky.dpop import Clock
from apps.platforms.adapters.bluesky.refusals import PLATFORM
from apps.platforms.adapters.bluesky.repository import Repository, public_answer, public_record
from apps.platforms.calls import Call
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Gone, NotSent
from apps.platforms.insights import Metric, Metrics, OwnPost, OwnPosts

PAGE: Final = 50
_COUNTS: Final[Mapping[Metric, tuple[str, ...]]] = {
    Metric.LIKES: ("likeCount",),
    Metric.COMMENTS: ("replyCount",),
    Metric.SHARES: ("repostCount", "quoteCount"),
    Metric.SAVES: ("bookmarkCount",),
}
_NAMES: Final = tuple(name for names in _COUNTS.values() for name in names)
_OF_ACCOUNT: Final[Mapping[Metric, tuple[str, ...]]] = {
    Metric.FOLLOWERS: ("followersCount",),
    Metric.POSTS: ("postsCount",),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one account; `appview` is an origin."""

    http: httpx.Client
    clock: Clock
    repository: Repository
    appview: str

    def own_posts(self, *, cursor: str) -> OwnPosts:
        """Without replies: they belong to their threads."""
        params = {"repo": self.repository.did, "collection": records.POST, "limit": str(PAGE)}
        if cursor:
            params["cursor"] = cursor
        url = f"{self.repository.server}{rights.RECORDS.path}"
        told = public_answer(wire.send(self.http, "GET", url, platform=PLATFORM, params=params), self.clock)
        listed = told.get("records")
        if not isinstance(listed, list):
            raise NotSent("Bluesky sent an answer that makes no sense.")
        posts = [post for one in listed if (post := self._own_post(one)) is not None]
        following = told.get("cursor")
        return OwnPosts(tuple(posts), following if isinstance(following, str) and len(listed) == PAGE else "")

    def post_metrics(self, post: RemotePost) -> Metrics:
        params = {"uris": [post.remote_id]}
        found = _first(self._public(rights.POSTS, params)) or self._seen_by_the_account(post, params)
        return _metrics(found, _COUNTS)

    def many_post_metrics(self, posts: Sequence[RemotePost]) -> dict[str, Metrics]:
        """Those that everybody is told of."""
        wanted = sorted({post.remote_id for post in posts})
        told = self._public(rights.POSTS, {"uris": wanted}).get("posts")
        known = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
        counted = {one.get("uri"): one for one in known if any(_is_count(one.get(name)) for name in _NAMES)}
        return {uri: _metrics(counted[uri], _COUNTS) for uri in wanted if uri in counted}

    def account_metrics(self) -> Metrics:
        params = {"actor": self.repository.did}
        found = self._public(rights.PROFILE, params) or self.repository.view(rights.PROFILE, params)
        return _metrics(found, _OF_ACCOUNT)

    def _public(self, call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
        """What everybody is told; {} for a refusal, which may be for those alone who are not signed in."""
        answer = wire.send(self.http, "GET", f"{self.appview}{call.path}", platform=PLATFORM, params=params)
        if answer.status in (400, 401, 403, 404):
            return {}
        return public_answer(answer, self.clock)

    def _seen_by_the_account(self, post: RemotePost, params: Mapping[str, Any]) -> dict[str, Any]:
        """A post that the public is not told of is gone, or hidden from it, or too fresh."""
        repo, collection, rkey = records.place_of(post.remote_id)
        server = self.repository.server
        if public_record(self.http, self.clock, server=server, repo=repo, collection=collection, rkey=rkey) is None:
            raise Gone("This post is not on Bluesky any more.")
        found = _first(self.repository.view(rights.POSTS, params))
        if not found:
            raise NotSent("Bluesky does not count this post yet.")
        return found

    def _own_post(self, listed: object) -> OwnPost | None:
        entry = listed if isinstance(listed, Mapping) else {}
        uri, cid, record = entry.get("uri"), entry.get("cid"), entry.get("value")
        if not isinstance(uri, str) or not isinstance(record, Mapping) or "reply" in record:
            return None
        text = record.get("text")
        return OwnPost(
            remote_id=uri,
            text=text if isinstance(text, str) else "",
            published_at=wire.instant(record.get("createdAt")),
            kind=records.kind_of(record),
            media_urls=tuple(self._blob_url(link) for link in records.pictures_in(record)),
            facts={"cid": cid} if isinstance(cid, str) else {},
        )

    def _blob_url(self, link: str) -> str:
        query = urlencode({"did": self.repository.did, "cid": link})
        return f"{self.repository.server}/xrpc/com.atproto.sync.getBlob?{query}"


def _first(told: Mapping[str, Any]) -> dict[str, Any]:
    posts = told.get("posts")
    return posts[0] if isinstance(posts, list) and posts and isinstance(posts[0], dict) else {}


def _metrics(found: Mapping[str, Any], names: Mapping[Metric, tuple[str, ...]]) -> Metrics:
    """What was told, in our words; one that is the sum of two is told when either is."""
    raw = {name: found[name] for names_ in names.values() for name in names_ if _is_count(found.get(name))}
    values: dict[Metric, int | float] = {}
    for metric, parts in names.items():
        if told := [raw[name] for name in parts if name in raw]:
            values[metric] = sum(told)
    if not values:
        raise NotSent("Bluesky sent an answer that makes no sense.")
    return Metrics(values, raw)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
