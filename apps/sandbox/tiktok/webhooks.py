"""What TikTok tells the application on its own, at the one address of the setting `webhook_url`.

Everything is delivered at least once (`webhook_copies`), and whatever is not answered with 200 comes again, after a
minute, two, four and so on for 72 hours. Whether such a repetition is signed anew is not documented: `resigns_retries`.
`reason_name` is what a failure's reason is called: both names have been seen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core import hooks
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import alarm
from apps.sandbox.tiktok.names import NAME

FIRST_PAUSE = timedelta(minutes=1)
GIVES_UP_AFTER = timedelta(hours=72)


def signature(secret: str, instant: int, body: bytes) -> str:
    """The value of `TikTok-Signature`."""
    digest = hmac.new(secret.encode(), f"{instant}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={instant},s={digest}"


def body_of(client_key: str, event: str, instant: int, open_id: str, content: dict[str, Any]) -> bytes:
    """`content` is JSON inside of JSON."""
    said = {
        "client_key": client_key,
        "event": event,
        "create_time": instant,
        "user_openid": open_id,
        "content": json.dumps(content, separators=(",", ":")),
    }
    return json.dumps(said, separators=(",", ":")).encode()


def tell(world: World, account: Account, event: str, content: dict[str, Any], *, at: datetime | None = None) -> None:
    """Tell the application what happened `at` some moment, which may be a little ago."""
    if not world.setting(NAME, "webhook_url"):
        return
    instant = int((at or world.now()).timestamp())
    body = body_of(str(world.setting(NAME, "client_key")), event, instant, account.id, content).decode()
    for _ in range(world.setting(NAME, "webhook_copies")):
        notice = {"body": body, "began_at": world.now().timestamp(), "pause": FIRST_PAUSE.total_seconds()}
        _send(world, str(world.number()), notice)


def _send(world: World, id: str, notice: dict[str, Any]) -> None:
    now, url = world.now(), str(world.setting(NAME, "webhook_url"))
    body = notice["body"].encode()
    if "signature" not in notice or world.setting(NAME, "resigns_retries"):
        notice["signature"] = signature(str(world.setting(NAME, "client_secret")), int(now.timestamp()), body)
    headers = {"Content-Type": "application/json", "TikTok-Signature": notice["signature"]}
    notice["delivery"] = hooks.deliver(world, NAME, url, body, headers)
    notice["again_at"] = now.timestamp() + notice["pause"]
    world.box(NAME, "notice").put(id, notice, lives=GIVES_UP_AFTER)
    alarm.wake(world, notice["pause"], settle)


def settle(world: World) -> None:
    """Send again what is due and has not been answered with 200."""
    box, deliveries, now = world.box(NAME, "notice"), world.box(NAME, "delivery"), world.now().timestamp()
    for thing in box.all():
        notice = thing.data
        answered = (deliveries.get(notice["delivery"]) or {}).get("status")
        if answered == 200 or now > notice["began_at"] + GIVES_UP_AFTER.total_seconds():
            box.delete(thing.id)
        elif answered is not None and notice["again_at"] <= now:
            _send(world, thing.id, notice | {"pause": notice["pause"] * 2})
