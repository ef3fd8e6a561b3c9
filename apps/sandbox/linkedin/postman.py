"""Notices on their way to an application: signed, repeated every five minutes for eight hours until one says 2xx.

An address proves itself with a challenge, again every two hours; three failures in a row block it. One task looks after
all letters by the sandbox's clock, and rests as soon as there is none.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import uuid
from datetime import timedelta
from typing import Any

from apps.sandbox.core import hooks
from apps.sandbox.core.rows import Thing
from apps.sandbox.core.world import World

LINKEDIN = "linkedin"
RETRY_AFTER, GIVE_UP_AFTER = timedelta(minutes=5), timedelta(hours=8)
CONFIRMED_FOR, MOST_FAILURES, ANSWER_SECONDS = timedelta(hours=2), 3, 3
LARGEST_BATCH = 10
LOOK_SECONDS = 0.05
_rounds: dict[int, asyncio.Task[None]] = {}  # by world: a task that nobody holds may be collected


def sign(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def signature(secret: str, body: bytes) -> str:
    """The prefix is part of what is signed."""
    return sign(secret, b"hmacsha256=" + body)


def send(world: World, url: str, notices: list[dict[str, Any]]) -> None:
    """Hand notices to the postman; at most ten go into one letter."""
    letters = world.box(LINKEDIN, "letter")
    now = world.now().timestamp()
    for start in range(0, len(notices), LARGEST_BATCH):
        content = {"url": url, "notices": notices[start : start + LARGEST_BATCH]}
        letters.put(str(world.number()), {**content, "first_at": now, "due_at": now, "delivery": ""})
    running = _rounds.get(id(world))
    if running is None or running.done():
        _rounds[id(world)] = asyncio.get_running_loop().create_task(_go_round(world))


async def _go_round(world: World) -> None:
    letters = world.box(LINKEDIN, "letter")
    while waiting := letters.all():
        for letter in waiting:
            await _look_after(world, letter)
        await asyncio.sleep(LOOK_SECONDS)


async def _look_after(world: World, letter: Thing) -> None:
    letters, data, now = world.box(LINKEDIN, "letter"), letter.data, world.now().timestamp()
    if data["delivery"]:
        status = (world.box(LINKEDIN, "delivery").get(data["delivery"]) or {"status": 0})["status"]
        if status is None:
            return
        if 200 <= status < 300 or now >= data["first_at"] + GIVE_UP_AFTER.total_seconds():
            letters.delete(letter.id)
            return
        data = data | {"delivery": "", "due_at": data["due_at"] + RETRY_AFTER.total_seconds()}
    elif now >= data["due_at"]:
        if not await is_confirmed(world, data["url"]):
            data = data | {"due_at": data["due_at"] + RETRY_AFTER.total_seconds()}
            if now >= data["first_at"] + GIVE_UP_AFTER.total_seconds():
                letters.delete(letter.id)
                return
        else:
            data = data | {"delivery": _deliver(world, data)}
    # A reset has taken the letters away, and none must come back.
    if letters.get(letter.id):
        letters.put(letter.id, data)


def _deliver(world: World, data: dict[str, Any]) -> str:
    said = {"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": data["notices"]}
    body = json.dumps(said, separators=(",", ":")).encode()
    signed = signature(str(world.setting(LINKEDIN, "client_secret")), body)
    if world.setting(LINKEDIN, "signature_prefix"):
        signed = f"hmacsha256={signed}"
    headers = {"Content-Type": "application/json", "X-LI-Signature": signed}
    return hooks.deliver(world, LINKEDIN, data["url"], body, headers)


async def is_confirmed(world: World, url: str) -> bool:
    """Whether this address has answered a challenge within two hours; asks it if it has not."""
    box, now = world.box(LINKEDIN, "endpoint"), world.now().timestamp()
    known = box.get(url) or {"confirmed_at": 0.0, "failures": 0}
    if known["failures"] >= MOST_FAILURES:
        return False
    if now < known["confirmed_at"] + CONFIRMED_FOR.total_seconds():
        return True
    if await _challenge(world, url):
        box.put(url, {"confirmed_at": now, "failures": 0})
        return True
    box.put(url, {"confirmed_at": 0.0, "failures": known["failures"] + 1})
    return False


async def _challenge(world: World, url: str) -> bool:
    import httpx  # here, because it would double the time of a start

    code = str(uuid.uuid4())
    query = {"challengeCode": code, "applicationId": str(world.setting(LINKEDIN, "application_id"))}
    try:
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
            answer = await client.get(httpx.URL(url).copy_merge_params(query))
        said = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False
    secret = str(world.setting(LINKEDIN, "client_secret"))
    return said == {"challengeCode": code, "challengeResponse": sign(secret, code.encode())}
