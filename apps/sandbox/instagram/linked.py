"""Instagram with Facebook Login: the edges of graph.facebook.com and rupload.facebook.com, on Facebook's port.

Login, `me/accounts` with `instagram_business_account`, inspection and revocation are Facebook's own (its setting
`linked_instagram` links each Page with the account of the same handle). A token of the person opens the accounts of
all Pages of the grant, a Page's token its own. Whatever names an account, a container, a media or a comment of
Instagram by its id is served here, and counts as Instagram's for faults and limits; `me` is the person or the Page.
"""

from __future__ import annotations

import re
from dataclasses import replace

from starlette.datastructures import URLPath
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound, Router
from starlette.types import Receive, Scope, Send

from apps.sandbox.core.calls import Call, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.facebook import people
from apps.sandbox.instagram import containers
from apps.sandbox.instagram.access import presented
from apps.sandbox.meta.graph import graph_error

PATH = re.compile(r"/(?:ig-api-upload/)?v\d+\.\d+/(\d+)(?:/.*)?")


class InstagramObjects(BaseRoute):
    """Takes the requests whose path names something of Instagram; everything else goes on to Facebook's routes."""

    def __init__(self, world: World, router: Router) -> None:
        self._world, self._router = world, router

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found = PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        return (Match.FULL if found and owner_of(self._world, found[1]) else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        raise NoMatchFound(name, path_params)


def route(world: World) -> InstagramObjects:
    from apps.sandbox.instagram import PLATFORM, graph_routes  # here, because the package needs this module's rooms

    platform: Platform = replace(PLATFORM, find_token=find_token)
    routes: list[BaseRoute] = [*graph_routes(world, platform)]
    every = ["GET", "POST", "DELETE"]
    routes.append(door(world, platform, "/{rest:path}", unknown_path, operation="read", methods=every))
    return InstagramObjects(world, Router(routes=routes))


async def unknown_path(call: Call) -> Response:
    raise graph_error(2500, f"Unknown path components: {call.path}")


def find_token(call: Call) -> Token | None:
    """Facebook's token; the account is the owner of what the path names, if the token opens it."""
    token = call.world.token("facebook", presented(call))
    found = PATH.fullmatch(call.path)
    owner = owner_of(call.world, found[1]) if found else None
    if token and owner and owner.id in {account.id for account in accounts_of(call.world, token)}:
        call.account = owner
    return token


def accounts_of(world: World, token: Token) -> list[Account]:
    """The professional accounts behind a token of Facebook."""
    if not world.setting("facebook", "linked_instagram"):
        return []
    pages = people.granted_pages(world, str(token.data["user_id"]))
    if token.kind == "page":
        pages = [page for page in pages if page.id == token.data["page_id"]]
    linked = (world.account_by_handle("instagram", page.handle) for page in pages)
    return [account for account in linked if account]


def owner_of(world: World, id: str) -> Account | None:
    """Whose account, container, media, item or comment this is."""
    if account := world.account("instagram", id):
        return account
    found = (
        containers.load(world, id) or world.store.posts.get("instagram", id) or world.store.media.get("instagram", id)
    )
    return world.account("instagram", found.account_id) if found else None
