"""A Mastodon server, as far as publishing a text, looking for it and counting goes.

https://docs.joinmastodon.org/methods/statuses/ and https://docs.joinmastodon.org/methods/accounts/#statuses. An
account's id is its token.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from apps.sandbox.fast.tally import FIRST_ID, Post, Tally
from apps.sandbox.fast.wire import Answer, Request

PAGE = 40
MOST_AT_ONCE = 20  # statuses that are told of with one request
OLDEST_ID = FIRST_ID - 10_000_000_000  # what an account had published before this server began
UNWELL = Answer('{"error": "Service Unavailable"}', 503)
NOT_FOUND = Answer('{"error": "Record not found"}', 404)


class Mastodon:
    """`honours_keys`: a repeated Idempotency-Key is answered with the first post. Real servers do; a benchmark that
    wants to see whether its sender sends twice switches it off. `lists`: the posts of an account are told to who asks;
    a server that is ill below answers 503 there and publishes all the same. `tells_many`: statuses are told of
    together, as they are since 4.3. `asked`: of how many statuses and accounts figures were asked, and
    in how many calls for several."""

    def __init__(self, tally: Tally, origin: str, *, honours_keys: bool = True) -> None:
        self._tally, self._origin = tally, origin
        self.honours_keys = honours_keys
        self.lists = True
        self.tells_many = True
        self.asked: Counter[str] = Counter()
        self._keys: dict[tuple[str, str], Post] = {}

    def is_commit(self, request: Request) -> bool:
        return request.method == "POST" and request.path == "/api/v1/statuses"

    def answer(self, request: Request, account: str, now: float) -> Answer:
        if self.is_commit(request):
            return self._publish(request, account, now)
        _, _, _, kind, *rest = request.path.split("/")
        if kind == "accounts" and rest == ["verify_credentials"]:
            self.asked["accounts"] += 1
            return Answer(json.dumps(self._account(account)))
        if kind == "statuses" and not rest:
            return self._many(request, account) if self.tells_many else NOT_FOUND
        if kind == "statuses" and len(rest) == 1 and _is_old(rest[0]):
            self.asked["statuses"] += 1
            return Answer(json.dumps(self._entity(_old(rest[0], account))))
        if kind == "accounts" and rest == [account, "statuses"]:
            return self._listing(request, account) if self.lists else UNWELL
        if kind == "statuses" and (post := self._tally.by_id.get(rest[0] if rest else "")):
            if rest[1:] == ["source"]:
                return Answer(json.dumps({"id": post.id, "text": post.text, "spoiler_text": ""}))
            return Answer(json.dumps(self._entity(post)))
        return NOT_FOUND

    def _publish(self, request: Request, account: str, now: float) -> Answer:
        key = (account, request.headers.get("idempotency-key", ""))
        known = self._keys.get(key) if key[1] else None
        if known is not None:
            self._tally.replayed += 1
            if self.honours_keys:
                return Answer(json.dumps(self._entity(known)))
        is_json = request.headers.get("content-type", "").startswith("application/json")
        fields = json.loads(request.body) if is_json else request.form()
        if not (text := fields.get("status", "")):
            return Answer('{"error": "Validation failed: Text can\'t be blank"}', 400)
        post = self._tally.accept(account, text, at=now, parent=fields.get("in_reply_to_id") or "")
        self._keys[key] = post
        return Answer(json.dumps(self._entity(post)))

    def _many(self, request: Request, account: str) -> Answer:
        ids = [value for name, value in parse_qsl(request.query) if name == "id[]"][:MOST_AT_ONCE]
        self.asked["statuses"] += len(ids)
        self.asked["calls"] += 1
        found = (_old(id, account) if _is_old(id) else self._tally.by_id.get(id) for id in ids)
        return Answer(json.dumps([self._entity(post) for post in found if post]))

    def _listing(self, request: Request, account: str) -> Answer:
        said = request.parameters()
        before = int(said.get("max_id") or 0)
        newest = [post for post in reversed(self._tally.by_account[account]) if not before or int(post.id) < before]
        page = newest[: min(int(said.get("limit") or 20), PAGE)]
        return Answer(json.dumps([self._entity(post) for post in page]))

    def _account(self, account: str) -> dict[str, Any]:
        return {
            "id": account, "username": account, "acct": account, "url": f"{self._origin}/@{account}",
            "followers_count": 100 + _spread(account, 900), "following_count": 10,
            "statuses_count": len(self._tally.by_account[account]),
        }  # fmt: skip

    def _entity(self, post: Post) -> dict[str, Any]:
        return {
            "id": post.id,
            "created_at": datetime.fromtimestamp(post.at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "in_reply_to_id": post.parent or None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public" if not post.parent else "unlisted",
            "url": f"{self._origin}/@{post.account}/{post.id}",
            "content": f"<p>{escape(post.text, quote=False)}</p>",
            "edited_at": None,
            "media_attachments": [],
            "account": {"id": post.account},
            "favourites_count": _spread(post.id, 90),
            "reblogs_count": _spread(post.id, 20),
            "replies_count": _spread(post.id, 7),
        }


def _is_old(id: str) -> bool:
    return id.isdecimal() and OLDEST_ID <= int(id) < FIRST_ID


def _old(id: str, account: str) -> Post:
    return Post(id, account, "Of the time before.", 0.0)


def _spread(of: str, most: int) -> int:
    """A number below `most` that is always the same for this."""
    return sum(of.encode()) * 31 % most
