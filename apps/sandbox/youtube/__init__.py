"""YouTube: Google's login, the Data API v3 with its resumable uploads, the Analytics API v2 and the WebSub hub.

accounts.google.com, oauth2, www and youtubeanalytics.googleapis.com, www.youtube.com and pubsubhubbub.appspot.com are
one origin here. An account of the sandbox is a channel with a Google account of its own. Not simulated: changes of
captions, ratings, live streams and the bulk reports.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World
from apps.sandbox.google import settings as google
from apps.sandbox.youtube import access, channels, errors, pushes, quota, routes


def build(world: World) -> Starlette:
    return Starlette(routes=list(routes.routes(world, PLATFORM)), exception_handlers={HTTPException: _no_such_call})


async def _no_such_call(request: Request, error: Exception) -> Response:
    return errors.envelope("notFound", message=f"{request.method} {request.url.path} was not found.")


PLATFORM = Platform(
    name="youtube",
    title="YouTube",
    build=build,
    open_account=channels.open_account,
    issue_credentials=channels.issue_credentials,
    find_token=access.find_token,
    rate_limited=errors.rate_limited,
    server_error=errors.server_error,
    remove_post=pushes.remove_post,
    how_to_connect="Choose a channel: each consent is for one of them.",
    settings={
        **google.of("sandbox-youtube-client", "sandbox-youtube-secret"),
        "channel_problem": "",
        "refusal": "",
        "refusal_path": "",
        "api_enabled": True,
        "refuses_unknown_names": True,
        "rate_limit_status": 403,
        "quota_status": 403,
        **quota.USUAL,
        "channel_daily_uploads": 0,
        "charges_uploads_at_end": False,
        "session_seconds": 7 * 86_400,
        "dead_session_status": 404,
        "equal_chunks": False,
        "default_privacy": "public",
        "forces_private": False,
        "forbidden_privacies": "",
        "forbids_creative_commons": False,
        "long_uploads": "allowed",
        "video_seconds": 10,
        "failure_reason": "codec",
        "processing_failure_reason": "transcodeFailed",
        "rejection_reason": "",
        "rejects_duplicates": False,
        "details_after_processing": False,
        "slug_names_file": True,
        "uploads_list_private": True,
        "hides_subscribers": False,
        "custom_thumbnails": True,
        "daily_thumbnails": 0,
        "comments_on_private": False,
        "max_comment": 10_000,
        "search_lag_seconds": 600,
        "analytics_lag_hours": 48,
        "lease_seconds": 432_000,
        "webhook_url": "",
        "webhook_secret": "sandbox-youtube-hub-secret",
        "pushes_deletions": False,
    },
)
