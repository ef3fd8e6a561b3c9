"""Platforms that come and get the media: one client, an address, and at most so many bytes."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING

from apps.sandbox.core.uploads import Intake, TooMuch

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10


class NotFetched(Exception):
    """The address cannot be called, or answers with something else than 200."""


class TooSlow(NotFetched):
    pass


class TooLarge(Exception):
    pass


@cache
def _client() -> httpx.AsyncClient:
    import httpx  # here and below, because it would double the time of a start

    return httpx.AsyncClient(
        timeout=TIMEOUT_SECONDS,
        follow_redirects=True,
        max_redirects=3,
        trust_env=False,
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50),
    )


async def get(url: str, *, limit: int, user_agent: str, redirects: bool = True) -> bytes:
    """The content at `url`; raises NotFetched, TooSlow, or TooLarge beyond `limit` bytes.

    Without `redirects` an address that leads elsewhere is not fetched."""
    async with _stream(url, user_agent, redirects=redirects) as pieces:
        body = io.BytesIO()
        async for piece in pieces:
            body.write(piece)
            if body.tell() > limit:
                raise TooLarge
        return body.getvalue()


async def measure(url: str, *, limit: int, user_agent: str, redirects: bool = True) -> Intake:
    """The content at `url` counted and summed up, but not kept: for what may be large. Raises as `get` does."""
    intake = Intake()
    async with _stream(url, user_agent, redirects=redirects) as pieces:
        try:
            await intake.take(pieces, limit=limit)
        except TooMuch:
            raise TooLarge from None
    return intake


@asynccontextmanager
async def _stream(url: str, user_agent: str, *, redirects: bool) -> AsyncIterator[AsyncIterator[bytes]]:
    import httpx

    if not url.isascii() or not url.startswith(("http://", "https://")):
        raise NotFetched
    try:
        headers = {"User-Agent": user_agent}
        async with _client().stream("GET", url, headers=headers, follow_redirects=redirects) as response:
            if response.status_code != 200:
                raise NotFetched
            yield response.aiter_bytes()
    except httpx.ReadTimeout:
        raise TooSlow from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise NotFetched from None
