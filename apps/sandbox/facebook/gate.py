"""What happens to every call of Graph before and after its handler: version, limits, things that fall due."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.responses import Response

from apps.sandbox.core.calls import Call, Handler, Refusal
from apps.sandbox.facebook import errors, schedule, videos
from apps.sandbox.facebook.access import is_app_token, presented
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta import redelivery, usage
from apps.sandbox.meta.graph import graph_error

# Released versions and their last day; None where none has been announced.
VERSIONS: dict[str, date | None] = {
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
    "v26.0": None,
}


def gate(handler: Handler) -> Handler:
    async def enter(call: Call) -> Response:
        used = _count(call)
        try:
            _check_version(call)
            if used.is_throttled:
                return errors.throttled(call, used)
            schedule.settle(call.world)
            videos.settle(call.world)
            redelivery.repeat(call.world, NAME)
            _refuse_by_setting(call)
            response = await handler(call)
        except Refusal as refusal:
            response = refusal.response
        _tell(call, response, used)
        return response

    return enter


def _check_version(call: Call) -> None:
    """A version that has ended is served by the oldest living one, unless the setting says that it is refused."""
    version = call.part("version")
    if version not in VERSIONS and version > "v20.0":
        raise graph_error(2500, f"Unknown path components: /{version}")
    end = VERSIONS.get(version, date.min)
    if call.world.setting(NAME, "refuse_ended_versions") and end and call.world.now().date() > end:
        raise graph_error(2635, f"(#2635) You are calling a deprecated version of the API: {version}")


def _refuse_by_setting(call: Call) -> None:
    name = str(call.world.setting(NAME, "refuse_with"))
    if name and call.operation in str(call.world.setting(NAME, "refuse_operations")).split(","):
        raise errors.named(name)


def _count(call: Call) -> usage.Usage:
    world, token = call.world, call.token
    if token and token.kind == "page":
        limit, bucket, window = "page_calls_per_day", f"page {token.data['page_id']}", timedelta(hours=24)
    elif token:
        limit, bucket, window = "user_calls_per_hour", f"user {token.data['user_id']}", timedelta(hours=1)
    elif is_app_token(world, presented(call)):
        limit, bucket, window = "app_calls_per_hour", "app", timedelta(hours=1)
    else:
        return usage.Usage(0, 0)
    return usage.count(world, f"{NAME} {bucket}", limit=int(world.setting(NAME, limit)), window=window)


def _tell(call: Call, response: Response, used: usage.Usage) -> None:
    if call.token and call.token.kind == "page":
        usage.tell_business(response, used, id=str(call.token.data["page_id"]), type="pages")
    else:
        usage.tell_app(response, used)
