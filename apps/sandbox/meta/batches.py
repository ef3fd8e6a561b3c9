"""Batches on graph.facebook.com: many operations in one POST, each answered as if it had come alone.

Each operation goes through the whole of Graph again with the token that is a field of the batch, so that it is counted,
limited and refused by itself. Only reads are played here. What Graph says to a batch that is too long is known from
what people report; its code is not documented.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import JSONResponse, Response
from starlette.types import Message

from apps.sandbox.core.calls import Call
from apps.sandbox.meta.graph import graph_error

LONGEST = 50
INHERITED = ("access_token", "appsecret_proof")


async def run(call: Call) -> Response:
    """POST /{version}/ with `batch`, and `include_headers` which is true unless it is said to be false"""
    if not call.fields.text("access_token"):
        raise graph_error(104, "An access token is required to request this resource.")
    batch = _operations(call)
    with_headers = call.fields.flag("include_headers", True)
    return JSONResponse([await _outcome(call, one, with_headers) for one in batch])


def _operations(call: Call) -> list[dict[str, Any]]:
    try:
        batch = json.loads(call.fields.text("batch"))
    except ValueError:
        batch = None
    if not isinstance(batch, list) or not batch or not all(isinstance(one, dict) for one in batch):
        raise graph_error(100, "(#100) The parameter batch is required and must be a JSON array of objects")
    if len(batch) > LONGEST:
        said = f"Too many requests in batch message. Maximum batch size is {LONGEST}"
        raise graph_error(100, said, type="GraphBatchException")
    return batch


async def _outcome(call: Call, operation: dict[str, Any], with_headers: bool) -> dict[str, Any] | None:
    """Status, headers and body as text; null for one that hung up."""
    if operation.get("method") != "GET" or not isinstance(operation.get("relative_url"), str):
        raise graph_error(100, "(#100) Only GET with a relative_url is played here")
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"} if sent else {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await call.request.app(_scope(call, operation["relative_url"], sent), receive, send)
    begun = next((one for one in sent if one["type"] == "http.response.start"), None)
    if begun is None:
        return None
    body = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body").decode()
    headers = [{"name": name.decode(), "value": value.decode()} for name, value in begun["headers"]]
    return {"code": begun["status"], **({"headers": headers} if with_headers else {}), "body": body}


def _scope(call: Call, relative_url: str, sent: list[Message]) -> dict[str, Any]:
    """A request of its own; what the batch was sent with holds for it, too. Hanging up ends this one alone."""
    split = urlsplit(relative_url)
    query = dict(parse_qsl(split.query))
    query = {name: value for name in INHERITED if (value := call.fields.text(name))} | query
    path = "/" + split.path.lstrip("/")
    outer = call.request.scope
    kept = {name: outer[name] for name in ("type", "asgi", "http_version", "scheme", "server", "client")}

    def hang_up() -> None:
        sent.append({"type": "hung_up"})

    return kept | {
        "method": "GET", "path": path, "raw_path": path.encode(), "root_path": "", "headers": [],
        "query_string": urlencode(query).encode(), "state": {**outer.get("state", {}), "hang_up": hang_up},
    }  # fmt: skip
