"""Google Business Profile: Google's login, accounts and locations, local posts (v4), figures, settings of notices.

accounts.google.com, oauth2.googleapis.com and the six hosts of the APIs are one origin here. An account of the sandbox
is a location; its id is the name by which v4 posts to it. Not simulated: reviews, the gallery of photos and its upload,
changes to a location, and Pub/Sub itself.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World
from apps.sandbox.google_business import access, errors, places, routes, settings, states
from apps.sandbox.google_business.names import NAME


def build(world: World) -> Starlette:
    return Starlette(routes=list(routes.routes(world, PLATFORM)), exception_handlers={HTTPException: _no_such_call})


async def _no_such_call(request: Request, error: Exception) -> Response:
    return errors.envelope("NOT_FOUND")


PLATFORM = Platform(
    name=NAME,
    title="Google Business",
    build=build,
    open_account=places.open_account,
    issue_credentials=places.issue_credentials,
    find_token=access.find_token,
    rate_limited=errors.rate_limited,
    server_error=errors.server_error,
    how_to_connect="Choose a location: its manager logs in, and its posts go out under its group's name.",
    settle=states.settle,
    settings=settings.DEFAULTS,
    data_of_past_posts=states.OF_PAST_POSTS,
)
