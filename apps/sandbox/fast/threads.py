"""Threads, as far as a text goes: a container, its publication, and what is read of both.

https://developers.facebook.com/documentation/threads/posts. A profile's id is its token. A container becomes a post at
most once; publishing it again is refused as if it were not there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.sandbox.fast.tally import Post, Tally
from apps.sandbox.fast.wire import Answer, Request

MOST = 100


@dataclass(slots=True)
class Container:
    account: str
    text: str
    parent: str
    is_published: bool = False


class Threads:
    def __init__(self, tally: Tally, origin: str) -> None:
        self._tally, self._origin = tally, origin
        self._containers: dict[str, Container] = {}

    def is_commit(self, request: Request) -> bool:
        return request.method == "POST" and request.path.endswith("/threads_publish")

    def answer(self, request: Request, account: str, now: float) -> Answer:
        _, _, *place = request.path.split("/")  # the version comes first
        if len(place) > 1 and place[0] not in {"me", account}:
            return _error("Object does not exist", code=100)
        match (request.method, place):
            case ("POST", [_, "threads_publish"]):
                return self._publish(request, account, now)
            case ("POST", [_, "threads"]):
                return self._create(request, account)
            case ("GET", [_, "threads"]):
                return self._listing(request, account)
            case ("GET", [_, "threads_publishing_limit"]):
                used = {"quota_usage": 0, "config": {"quota_total": 250, "quota_duration": 86400}}
                return Answer(json.dumps({"data": [used]}))
            case ("GET", ["me"]):
                return Answer(json.dumps({"id": account, "username": account}))
            case ("GET", [id]):
                return self._read(id, account)
        return _error("Unsupported request", code=100)

    def _create(self, request: Request, account: str) -> Answer:
        said = request.form()
        if said.get("media_type") != "TEXT" or not said.get("text"):
            return _error("Only texts are published here", code=100)
        id = f"c{len(self._containers) + 1}"
        self._containers[id] = Container(account, said["text"], said.get("reply_to_id", ""))
        return Answer(json.dumps({"id": id}))

    def _publish(self, request: Request, account: str, now: float) -> Answer:
        container = self._containers.get(request.form().get("creation_id", ""))
        if container is None or container.account != account or container.is_published:
            return _error("The requested resource does not exist", code=24, error_subcode=4279009)
        container.is_published = True
        return Answer(
            json.dumps({"id": self._tally.accept(account, container.text, at=now, parent=container.parent).id})
        )

    def _read(self, id: str, account: str) -> Answer:
        if container := self._containers.get(id):
            return Answer(json.dumps({"id": id, "status": "PUBLISHED" if container.is_published else "FINISHED"}))
        if post := self._tally.by_id.get(id):
            return Answer(json.dumps(self._entity(post)))
        return _error(f"Object with ID '{id}' does not exist", code=100, error_subcode=33)

    def _listing(self, request: Request, account: str) -> Answer:
        """Posts, the newest first; a cursor is how many were given before."""
        said = request.parameters()
        since, after = float(said.get("since") or 0), int(said.get("after") or 0)
        posts = [post for post in reversed(self._tally.by_account[account]) if post.at >= since and not post.parent]
        until = after + min(int(said.get("limit") or 25), MOST)
        paging = {"cursors": {"after": str(until)}} if until < len(posts) else {}
        return Answer(json.dumps({"data": [self._entity(post) for post in posts[after:until]], "paging": paging}))

    def _entity(self, post: Post) -> dict[str, Any]:
        return {
            "id": post.id,
            "text": post.text,
            "media_type": "TEXT_POST",
            "timestamp": f"{datetime.fromtimestamp(post.at, UTC):%Y-%m-%dT%H:%M:%S}+0000",
            "permalink": f"{self._origin}/@{post.account}/post/{post.id}",
            "is_quote_post": False,
        }


def _error(message: str, **fields: Any) -> Answer:
    return Answer(json.dumps({"error": {"message": message, "type": "THApiException", **fields}}), 400)
