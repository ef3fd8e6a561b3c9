"""LinkedIn: members and organizations, as the documentation of the versioned API describes them (202609).

www.linkedin.com, api.linkedin.com and the upload host are one origin here. An account of the sandbox is a page; whoever
chooses it on the consent page logs in as the member who administers it (`members`), and both are authors.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apps.sandbox.core.calls import door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import access, errors, events, login, members
from apps.sandbox.linkedin.headers import RequestIds
from apps.sandbox.linkedin.routes import ROWS, STREAMS


def build(world: World) -> Starlette:
    routes: list[Route] = [
        door(world, PLATFORM, path, handler, operation=operation, methods=[method], streams=streams)
        for rows, streams in ((ROWS, False), (STREAMS, True))
        for path, method, handler, operation in rows
    ]
    return Starlette(
        routes=routes, middleware=[Middleware(RequestIds)], exception_handlers={HTTPException: _no_such_call}
    )


async def _no_such_call(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        return errors.envelope(405, "METHOD_NOT_ALLOWED", f"{request.method} is not allowed on {request.url.path}")
    return errors.envelope(404, "RESOURCE_NOT_FOUND", f"No virtual resource found for {request.url.path}")


PLATFORM = Platform(
    name="linkedin",
    title="LinkedIn",
    build=build,
    open_account=members.open_account,
    issue_credentials=login.issue_credentials,
    find_token=access.find_token,
    rate_limited=errors.rate_limited,
    server_error=errors.server_error,
    remove_post=events.remove_post,
    how_to_connect="Choose a page: you log in as the member who administers it, and can publish as either.",
    settings={
        "client_id": "sandbox-linkedin-client",
        "client_secret": "sandbox-linkedin-secret",
        "app_id": "sandbox-linkedin-client",
        "app_secret": "sandbox-linkedin-secret",
        "app_name": "Postroom",
        "app_scopes": " ".join(scope for scope in access.SCOPES if scope != "r_member_social"),
        "redirect_uris": "",
        "refresh_tokens": True,
        "dead_refresh_error": "invalid_grant",
        "oldest_version": "202511",
        "newest_version": "202611",
        "organization_role": "ADMINISTRATOR",
        "more_channels": 0,
        "acl_key": "organization",
        "member_daily_calls": 150,
        "app_daily_calls": 100_000,
        "image_seconds": 2,
        "document_seconds": 2,
        "video_seconds": 10,
        "unused_asset_days": 14,
        "part_bytes": 4 * 1024 * 1024,
        "min_video_bytes": 75_000,
        "max_video_bytes": 500 * 1024 * 1024,
        "upload_token": False,
        "max_image_bytes": 5 * 1024 * 1024,
        "cut_long_commentary": False,
        "raw_addresses": False,
        "id_header": "x-restli-id",
        "duplicate_hours": 24,
        "ghost_duplicates": False,
        "activity_seconds": 2,
        "old_comment_scopes": False,
        "statistics_seconds": 60,
        "statistics_lag_days": 1,
        "ugc_entity_key": "ugc",
        "webhook_url": "",
        "application_id": "210000700",
        "signature_prefix": False,
    },
)
