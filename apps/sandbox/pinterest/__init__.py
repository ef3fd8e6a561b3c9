"""Pinterest, as the documentation of its API v5 describes it.

www.pinterest.com, api.pinterest.com and the store of uploads are one origin here; the API Sandbox is below
/api-sandbox/v5 (see `gate`). Each module says what it answers where the documentation is silent.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apps.sandbox.core.calls import door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World
from apps.sandbox.pinterest import accounts, errors, gate, limits, login
from apps.sandbox.pinterest.routes import API, OAUTH, UPLOADS
from apps.sandbox.pinterest.settings import SETTINGS


def build(world: World) -> Starlette:
    rows = list(OAUTH)
    for start in ("/v5", gate.SANDBOX_PATH):
        rows += [(start + path, method, handler, operation) for path, method, handler, operation in API]
    routes: list[Route] = [
        door(world, PLATFORM, path, handler, operation=operation, methods=[method])
        for path, method, handler, operation in rows
    ]
    routes += [
        door(world, PLATFORM, path, handler, operation=operation, methods=[method], streams=True)
        for path, method, handler, operation in UPLOADS
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_such_call})


async def _no_such_call(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        return errors.envelope(405, 405, "Method not allowed.")
    return errors.envelope(404, 404, "There is no such endpoint.")


PLATFORM = Platform(
    name=gate.PINTEREST,
    title="Pinterest",
    build=build,
    open_account=accounts.open_account,
    issue_credentials=login.issue_credentials,
    find_token=gate.find_token,
    rate_limited=limits.rate_limited,
    server_error=errors.server_error,
    settings=SETTINGS,
    data_of_past_posts={
        "title": None,
        "description": None,
        "link": None,
        "alt_text": None,
        "dominant_color": "#6E7874",
        "board_id": "",
        "board_section_id": None,
        "parent_pin_id": None,
        "creative_type": "REGULAR",
        "environment": gate.PRODUCTION,
    },
)
