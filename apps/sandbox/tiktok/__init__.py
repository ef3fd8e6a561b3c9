"""TikTok: Login Kit, Content Posting API and Display API, version 2, as documented in November 2026.

www.tiktok.com, open.tiktokapis.com and the upload host are one origin here. Every path ends with a slash, and none is
found without. Where the documentation is silent the answer is the plain one, or what it tells in two ways is a setting.
"""

from __future__ import annotations

from functools import wraps

from starlette.applications import Starlette
from starlette.responses import Response

from apps.sandbox.core.calls import Call, Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import (
    creators,
    errors,
    initiating,
    login,
    people,
    publishes,
    reading,
    status,
    tokens,
    transfer,
    webhooks,
)
from apps.sandbox.tiktok import settings as defaults
from apps.sandbox.tiktok.access import find_token
from apps.sandbox.tiktok.accounts import open_account
from apps.sandbox.tiktok.names import EVERYONE, NAME

# method, path, handler, operation
ROUTES: tuple[tuple[str, str, Handler, Operation], ...] = (
    ("GET", "/v2/auth/authorize/", login.authorize, "consent"),
    ("POST", "/v2/auth/authorize/", login.authorized, "consent"),
    ("POST", "/v2/oauth/token/", tokens.token, tokens.operation_of_token),
    ("POST", "/v2/oauth/revoke/", tokens.revoke, "revoke"),
    ("POST", "/v2/post/publish/creator_info/query/", creators.info, "read"),
    ("POST", "/v2/post/publish/video/init/", initiating.video, initiating.operation_of_init),
    ("POST", "/v2/post/publish/inbox/video/init/", initiating.draft, initiating.operation_of_init),
    ("POST", "/v2/post/publish/content/init/", initiating.photos, "commit"),
    ("POST", "/v2/post/publish/status/fetch/", status.fetch, "find"),
    ("POST", "/v2/post/publish/cancel/", status.cancel, "delete"),
    ("GET", "/v2/user/info/", reading.user, reading.operation_of_user),
    ("POST", "/v2/video/list/", reading.videos, "find"),
    ("POST", "/v2/video/query/", reading.query, reading.operation_of_query),
    ("GET", "/@{handle}/video/{id}", reading.page, "read"),
)


def build(world: World) -> Starlette:
    routes = [
        door(world, PLATFORM, path, _settled(handler), operation=operation, methods=[method])
        for method, path, handler, operation in ROUTES
    ]
    upload = door(
        world, PLATFORM, "/video/", _settled(transfer.put), operation=transfer.operation_of_put, methods=["PUT"],
        streams=True,
    )  # fmt: skip
    app = Starlette(routes=[*routes, upload, people.route(world)])
    app.router.redirect_slashes = False
    return app


def _settled(handler: Handler) -> Handler:
    """What has fallen due before a request is done before it is answered."""

    @wraps(handler)
    async def settled(call: Call) -> Response:
        settle(call.world)
        return await handler(call)

    return settled


def settle(world: World) -> None:
    publishes.settle(world)
    webhooks.settle(world)


PLATFORM = Platform(
    name=NAME,
    title="TikTok",
    build=build,
    open_account=open_account,
    issue_credentials=tokens.issue_credentials,
    find_token=find_token,
    rate_limited=errors.rate_limited,
    server_error=errors.server_error,
    settle=settle,
    remove_post=publishes.remove_post,
    settings=defaults.SETTINGS,
    data_of_past_posts={"media_type": "VIDEO", "privacy_level": EVERYONE, "available_at": 0, "is_told": True},
)
