"""What Meta sends to an application on its own: signed webhooks, and the two callbacks with a `signed_request`.

The platform's settings say where to and with which secret: `app_secret`, `webhook_url`, `deauthorize_url`,
`deletion_url`; "" tells nobody. Each delivery is in the box "delivery" (core.hooks). Meta may send one twice:
`webhook_copies` is how many come. See redelivery.py for those that fail.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from apps.sandbox.core import fetching, hooks
from apps.sandbox.core.world import World
from apps.sandbox.meta.signing import escaped_json, hub_signature, signed_request


def send(world: World, platform: str, notice: Mapping[str, Any], *, url: str = "") -> list[str]:
    """A webhook of this body to `url`, or to the one of the settings; the ids of its deliveries."""
    body = escaped_json(notice)
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": hub_signature(body, str(world.setting(platform, "app_secret"))),
    }
    address = url or str(world.setting(platform, "webhook_url"))
    copies = range(int(world.setting(platform, "webhook_copies")))
    return [hooks.deliver(world, platform, address, body, headers) for _ in copies]


def tell_of_user(world: World, platform: str, user_id: str, *, setting: str) -> None:
    """The form `signed_request=...` to the address in `setting`: deauthorize_url or deletion_url."""
    payload = {"user_id": user_id, "algorithm": "HMAC-SHA256", "issued_at": int(world.now().timestamp())}
    form = {"signed_request": signed_request(payload, str(world.setting(platform, "app_secret")))}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    hooks.deliver(world, platform, str(world.setting(platform, setting)), urlencode(form).encode(), headers)


async def shakes_hands(url: str, verify_token: str) -> bool:
    """Whether the application at `url` answers 200 and the bare challenge, as it must before a subscription."""
    challenge = str(secrets.randbelow(2**31))
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    joint = "&" if "?" in url else "?"
    try:
        answer = await fetching.get(f"{url}{joint}{urlencode(query)}", limit=1024, user_agent="facebookplatform/1.0")
    except (fetching.NotFetched, fetching.TooLarge):
        return False
    return answer == challenge.encode()
