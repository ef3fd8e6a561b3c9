"""TikTok comes and gets the media, from addresses whose owner has proved to be the application's.

`verified` lists the proved properties with commas between them: domains, which cover what is below them, and
beginnings of addresses, such as https://media.example.com/t/. In the world an address is https and its host no number;
`https_only` is that strict here, too. An address that leads elsewhere is as good as none.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from apps.sandbox.core import fetching
from apps.sandbox.core.calls import Call
from apps.sandbox.core.fetching import NotFetched, TooLarge
from apps.sandbox.core.rows import Medium
from apps.sandbox.core.uploads import MEBIBYTE, Intake
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import errors, judging, publishes
from apps.sandbox.tiktok.access import names_in
from apps.sandbox.tiktok.names import NAME
from apps.sandbox.tiktok.publishes import DOWNLOADING, Publish

USER_AGENT = "TikTokPull/1.0"
MAX_PHOTO = 20 * MEBIBYTE
_under_way: set[asyncio.Task[None]] = set()  # a task that nobody holds may be collected


def refuse_unowned(call: Call, urls: Sequence[str]) -> None:
    is_strict, verified = call.world.setting(NAME, "https_only"), names_in(call.world.setting(NAME, "verified"))
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme not in ({"https"} if is_strict else {"https", "http"}) or not parts.hostname:
            raise errors.invalid(call, "The URL must be https")
        if is_strict and _is_number(parts.hostname):
            raise errors.invalid(call, "The host of the URL must not be an IP address")
        if not any(_covers(one, url, parts.hostname) for one in verified):
            raise errors.refused(call, "url_ownership_unverified")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _covers(verified: str, url: str, host: str) -> bool:
    if "://" in verified:
        return url.startswith(verified)
    return host == verified or host.endswith(f".{verified}")


def begin(world: World, publish: Publish) -> None:
    task = asyncio.get_running_loop().create_task(_pull(world, publish))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


async def _pull(world: World, publish: Publish) -> None:
    """Get everything; the first file that cannot be had, or be used, decides."""
    pull = _pull_photo if publish.media_type == "PHOTO" else _pull_video
    media, problem, size = [], "", 0
    for url in publish.urls:
        medium, wrong = await pull(world, publish, url)
        problem = problem or wrong
        if medium:
            media.append(medium)
            size += medium.size
    # Meanwhile it may have been cancelled, or have taken more than an hour.
    now = publishes.load(world, publish.id)
    if now and now.status == DOWNLOADING and not now.has_expired(world.now()):
        now.intake = {"size": size}
        publishes.arrived(world, now, media, problem)


async def _pull_video(world: World, publish: Publish, url: str) -> tuple[Medium | None, str]:
    limit = int(world.setting(NAME, "max_video_bytes"))
    try:
        intake = await fetching.measure(url, limit=limit, user_agent=USER_AGENT, redirects=False)
    except NotFetched:
        return None, "video_pull_failed"
    except TooLarge:
        return None, "file_format_check_failed"
    return judging.judge_video(world, publish, intake)


async def _pull_photo(world: World, publish: Publish, url: str) -> tuple[Medium | None, str]:
    try:
        content = await fetching.get(url, limit=MAX_PHOTO, user_agent=USER_AGENT, redirects=False)
    except NotFetched:
        return None, "photo_pull_failed"
    except TooLarge:
        return None, "picture_size_check_failed"
    intake = Intake()
    intake.add(content)
    return judging.judge_photo(world, publish, content, intake)
