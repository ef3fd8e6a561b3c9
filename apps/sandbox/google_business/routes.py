"""Every call that this platform knows: path, API, parameters, and the operation by which faults find it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from apps.sandbox.core.calls import Call, Handler, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World
from apps.sandbox.google.routes import routes as google_routes
from apps.sandbox.google_business import directory, notifications, performance, posts, states
from apps.sandbox.google_business.access import Api, admit, check_names
from apps.sandbox.google_business.scopes import KNOWN_SCOPES

POSTS = "/v4/accounts/{account}/locations/{location}/localPosts"
POST = f"{POSTS}/{{post}}"
PAGES = "pageSize pageToken"
RANGE = " ".join(f"dailyRange.{end}Date.{part}" for end in ("start", "end") for part in ("year", "month", "day"))
MONTHS = " ".join(f"monthlyRange.{end}Month.{part}" for end in ("start", "end") for part in ("year", "month", "day"))


@dataclass(frozen=True, slots=True)
class Method:
    verb: str
    path: str
    handler: Handler
    operation: str
    api: Api
    known: str = ""


METHODS = (
    Method("POST", POSTS, posts.create, "commit", Api.V4),
    Method("GET", POSTS, posts.list_posts, "find", Api.V4, PAGES),
    Method("GET", POST, posts.get, "read", Api.V4),
    Method("PATCH", POST, posts.patch, "edit", Api.V4, "updateMask"),
    Method("DELETE", POST, posts.delete, "delete", Api.V4),
    Method("GET", "/v1/accounts", directory.list_accounts, "read", Api.ACCOUNTS, f"{PAGES} parentAccount filter"),
    Method(
        "GET", "/v1/accounts/{account}/locations", directory.list_locations, "read", Api.LOCATIONS,
        f"{PAGES} readMask orderBy filter",
    ),
    Method(
        "GET", "/v1/locations/{location}:fetchMultiDailyMetricsTimeSeries", performance.daily, "metrics",
        Api.PERFORMANCE, f"dailyMetrics {RANGE}",
    ),
    Method(
        "GET", "/v1/locations/{location}/searchkeywords/impressions/monthly", performance.keywords, "metrics",
        Api.PERFORMANCE, f"{PAGES} {MONTHS}",
    ),
    Method(
        "GET", "/v1/locations/{location}/VoiceOfMerchantState", directory.voice_of_merchant, "read", Api.VERIFICATIONS
    ),
    Method("GET", "/v1/locations/{location}", directory.get_location, "read", Api.LOCATIONS, "readMask"),
    Method("GET", "/v1/accounts/{account}/notificationSetting", notifications.get, "read", Api.NOTIFICATIONS),
    Method(
        "PATCH", "/v1/accounts/{account}/notificationSetting", notifications.patch, "edit", Api.NOTIFICATIONS,
        "updateMask",
    ),
)  # fmt: skip


def routes(world: World, platform: Platform) -> Iterator[Route]:
    yield from google_routes(world, platform, known_scopes=KNOWN_SCOPES)
    for method in METHODS:
        handler = _guarded(method)
        yield door(world, platform, method.path, handler, operation=method.operation, methods=[method.verb])


def _guarded(method: Method) -> Handler:
    async def enter(call: Call) -> Response:
        admit(call, method.api)
        check_names(call, method.known.split())
        states.settle(call.world)
        return await method.handler(call)

    return enter
