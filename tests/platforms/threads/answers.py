"""What Threads answers, in the shapes of its documentation."""

from __future__ import annotations

from typing import Any

from apps.platforms.adapters.threads import containers, forms
from apps.platforms.contract import Draft, Staged

ME = "17841405793187218"
CREATE, PUBLISH = "POST /v1.0/me/threads", "POST /v1.0/me/threads_publish"
POSTS, REPLIES = "GET /v1.0/me/threads", "GET /v1.0/me/replies"
QUOTA = "GET /v1.0/me/threads_publishing_limit"
CONTAINER, MEDIA = "GET /v1.0/18000000000000001", "GET /v1.0/18100000000000001"

Answer = tuple[int, dict[str, Any]]


def error(code: int | None, subcode: int | None = None, status: int = 400, message: str = "No", **more: Any) -> Answer:
    described = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "C1", **more}
    return status, {"error": described | ({"error_subcode": subcode} if subcode else {})}


def container(status: str = "FINISHED", said: str = "", *, id: str = "18000000000000001") -> Answer:
    return 200, {"status": status, "id": id} | ({"error_message": said} if said else {})


def created(id: str = "18000000000000001") -> Answer:
    return 200, {"id": id}


def listed(*posts: dict[str, Any]) -> Answer:
    return 200, {"data": list(posts)}


def post(**said: Any) -> dict[str, Any]:
    usual = {
        "id": "18100000000000001",
        "text": "Hello",
        "timestamp": "2026-11-21T10:00:00+0000",
        "media_type": "TEXT_POST",
        "permalink": "https://www.threads.com/@acme/post/AbC",
    }
    return {**usual, **said}


def staged_for(draft: Draft, *, id: str = "18000000000000001", at: str = "2026-11-21T10:00:00+00:00") -> Staged:
    """As the adapter leaves it when the container is ready."""
    made = {**containers.entry(), "id": id, "created_at": at, "finished_at": at}
    data = {"draft": forms.fingerprint(draft), "started_at": at, "polls": 0, "tries": 0, "items": [], "post": made}
    return Staged(data)
