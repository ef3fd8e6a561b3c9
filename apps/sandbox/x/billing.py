"""Pay per use: what each call costs, credits that can run out, and the cap on posts read in a month.

`credits_usd` is what the owner of the application has paid in. Reading the same post twice a day costs twice here,
and nobody is charged the lower price of owned reads.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.limits import Window
from apps.sandbox.x import errors
from apps.sandbox.x.access import application

# In thousandths of a dollar.
POST, POST_WITH_URL, METADATA, POST_READ, USER_READ = 15, 200, 5, 5, 10
MONTH = timedelta(days=30)


def charge(call: Call, mills: int) -> None:
    """Take it from the credits; refuses when they do not suffice."""
    bills = call.world.box("x", "bill")
    spent = (bills.get("credits") or {"spent_mills": 0})["spent_mills"]
    if spent + mills > call.world.setting("x", "credits_usd") * 1000:
        raise errors.no_credits(call)
    bills.put("credits", {"spent_mills": spent + mills})


def charge_reading(call: Call, posts: int) -> None:
    """Each post that an answer shows costs, and counts against the month."""
    limit, now = int(call.world.setting("x", "monthly_reads")), call.world.now()
    window = call.world.limits.hit("x posts read", limit=limit, window=MONTH, now=now, cost=posts)
    if window.is_exceeded:
        raise errors.capped(call)
    charge(call, posts * POST_READ)


async def usage(call: Call) -> Response:
    """GET /2/usage/tweets"""
    application(call)
    window = _month(call)
    return JSONResponse({"data": {"project_cap": str(window.limit), "project_usage": str(window.used)}})


def _month(call: Call) -> Window:
    limit = int(call.world.setting("x", "monthly_reads"))
    return call.world.limits.look("x posts read", limit=limit, window=MONTH, now=call.world.now())
