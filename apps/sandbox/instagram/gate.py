"""What happens to every call of Graph before and after its handler: limits, refusals by setting, things that fall due.

The bucket is one for each account: 4800 times its impressions of a day, here a fixed number of calls. Whether
graph.instagram.com tells how full it is, is uncertain: `usage_headers`.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from apps.sandbox.core.calls import Call, Handler, Refusal
from apps.sandbox.instagram import errors, refusals
from apps.sandbox.instagram.access import is_facebook_login
from apps.sandbox.meta import redelivery, usage


def gate(handler: Handler) -> Handler:
    async def enter(call: Call) -> Response:
        used = _count(call)
        try:
            if used.is_throttled:
                return errors.throttled(call, used)
            redelivery.repeat(call.world, "instagram")
            refusals.refuse_by_setting(call)
            response = await handler(call)
        except Refusal as refusal:
            response = refusal.response
        _tell(call, response, used)
        return response

    return enter


def _count(call: Call) -> usage.Usage:
    if call.account is None:
        return usage.Usage(0, 0)
    limit = int(call.world.setting("instagram", "daily_calls"))
    return usage.count(call.world, f"instagram {call.account.id}", limit=limit, window=timedelta(hours=24))


def _tell(call: Call, response: Response, used: usage.Usage) -> None:
    if call.account and (is_facebook_login(call) or call.world.setting("instagram", "usage_headers")):
        usage.tell_app(response, used)
        usage.tell_business(response, used, id=call.account.id, type="instagram")
