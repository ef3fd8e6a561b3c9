"""Webhooks: what a platform sends to the application on its own when something happens.

A platform keeps a setting `webhook_url` ("": nobody is told), signs the body as it is documented, and hands both to
`deliver`. Each delivery is remembered in the box "delivery" of the platform, newest last, and shown by the control API.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

TIMEOUT_SECONDS = 10
ANSWER_KEPT = 2000  # characters: enough for a confirmation code
_under_way: set[asyncio.Task[None]] = set()  # a task that nobody holds may be collected


def deliver(world: World, platform: str, url: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Send `body` to `url` in the background, once; the id under which the outcome is remembered."""
    id = str(world.number())
    _note(world, platform, id, url=url, body=body, headers=headers, status=None)
    if url:
        task = asyncio.get_running_loop().create_task(_send(world, platform, id, url, body, headers))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)
    return id


async def _send(world: World, platform: str, id: str, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    import httpx  # here, because it would double the time of a start

    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            response = await client.post(url, content=body, headers=dict(headers))
            status, answer = response.status_code, response.text[:ANSWER_KEPT]
    except httpx.HTTPError:
        status, answer = 0, ""
    _note(world, platform, id, url=url, body=body, headers=headers, status=status, answer=answer)


def _note(
    world: World,
    platform: str,
    id: str,
    *,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    status: int | None,
    answer: str = "",
) -> None:
    said: dict[str, Any] = {
        "url": url,
        "body": body.decode(),
        "headers": dict(headers),
        "status": status,
        "answer": answer,
    }
    world.box(platform, "delivery").put(id, said)
