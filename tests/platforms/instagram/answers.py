"""What Instagram answers, in the shapes of its documentation."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from apps.platforms.adapters.instagram import containers
from apps.platforms.adapters.instagram.forms import fingerprint
from apps.platforms.contract import Draft, Staged

ME = "17841400000000001"
MEDIA, PUBLISH = f"/v26.0/{ME}/media", f"/v26.0/{ME}/media_publish"
QUOTA = f"GET /v26.0/{ME}/content_publishing_limit"
CALLBACK = "https://p.example/back"

Answer = tuple[int, dict[str, Any]]

FINISHED: Answer = (200, {"status_code": "FINISHED", "status": "Finished: ready", "id": "1"})
WORKING: Answer = (200, {"status_code": "IN_PROGRESS", "status": "In Progress", "id": "1"})


def failed(subcode: int) -> Answer:
    text = f"Error: Media upload has failed with error code {subcode}"
    return (200, {"status_code": "ERROR", "status": text, "id": "1"})


def error(code: int, subcode: int | None = None, status: int = 400, message: str = "No", **more: Any) -> Answer:
    described = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "B1", **more}
    return (status, {"error": described | ({"error_subcode": subcode} if subcode else {})})


def staged_for(written: Draft, container: str = "c1") -> Staged:
    """As the adapter leaves it when the container is ready."""
    made = {**containers.entry(), "id": container, "is_finished": True}
    return Staged({"draft": fingerprint(written), "items": [], "post": made})


def forms(server: Any, path: str) -> list[dict[str, str]]:
    """The forms that were posted to `path`."""
    pairs = zip(server.requests, server.bodies, strict=True)
    return [dict(parse_qsl(body.decode())) for (method, where), body in pairs if (method, where) == ("POST", path)]
