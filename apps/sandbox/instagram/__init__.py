"""Instagram with Instagram Login, as Meta documents it: www, api, graph.instagram.com and rupload on one origin.

With Facebook Login the same edges are served on Facebook's port: see linked.py. Where the documentation is silent or
uncertain, the plainer behaviour is the default and a setting turns it round; see settings.py. What people do in
Instagram itself (comment, remove the application) is in acts.py.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from apps.sandbox.core.calls import Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.instagram import (
    acts,
    comments,
    errors,
    insights,
    login,
    notices,
    publishing,
    reading,
    rupload,
    staging,
)
from apps.sandbox.instagram.access import find_token
from apps.sandbox.instagram.gate import gate
from apps.sandbox.instagram.settings import SETTINGS

# path under the version, method, handler, operation
GRAPH: tuple[tuple[str, str, Handler, Operation], ...] = (
    ("/me", "GET", reading.me, "read"),
    ("/me/permissions", "DELETE", login.revoke, "revoke"),
    ("/{id:graph_id}/media", "POST", staging.create, "stage"),
    ("/{id:graph_id}/media", "GET", reading.media, "find"),
    ("/{id:graph_id}/stories", "GET", reading.stories, "find"),
    ("/{id:graph_id}/media_publish", "POST", publishing.publish, "commit"),
    ("/{id:graph_id}/content_publishing_limit", "GET", publishing.limit, "read"),
    ("/{id:graph_id}/insights", "GET", insights.read, "metrics"),
    ("/{id:graph_id}/comments", "POST", comments.create, "comment"),
    ("/{id:graph_id}/comments", "GET", comments.list_comments, "find"),
    ("/{id:graph_id}/replies", "POST", comments.reply, "comment"),
    ("/{id:graph_id}/replies", "GET", comments.list_replies, "find"),
    ("/{id:graph_id}/subscribed_apps", "POST", notices.subscribe, "edit"),
    ("/{id:graph_id}/subscribed_apps", "GET", notices.subscriptions, "read"),
    ("/{id:graph_id}/subscribed_apps", "DELETE", notices.unsubscribe, "revoke"),
    ("/{id:graph_id}", "GET", reading.read, reading.operation_of_read),
    ("/{id:graph_id}", "POST", comments.change, "comment"),
    ("/{id:graph_id}", "DELETE", comments.delete, "delete"),
)


def build(world: World) -> Starlette:
    def at(path: str, method: str, handler: Handler, operation: Operation) -> Route:
        return door(world, PLATFORM, path, handler, operation=operation, methods=[method])

    routes = [
        acts.route(world),
        at("/oauth/authorize", "GET", login.authorize, "consent"),
        at("/oauth/authorize", "POST", login.authorized, "consent"),
        at("/oauth/access_token", "POST", login.exchange_code, "token"),
        at("/access_token", "GET", login.exchange_token, "token"),
        at("/refresh_access_token", "GET", login.refresh_token, "refresh"),
    ]
    routes += graph_routes(world, PLATFORM)
    for path, method, handler, operation in GRAPH:
        routes.append(at(path, method, gate(handler), operation))
    return Starlette(routes=routes)


def graph_routes(world: World, platform: Platform) -> list[Route]:
    """The calls that have a version, and the upload host."""
    upload = "/ig-api-upload/{version:graph_version}/{id:graph_id}"
    routes = [door(world, platform, upload, gate(rupload.receive), operation="stage", methods=["POST"], streams=True)]
    for path, method, handler, operation in GRAPH:
        versioned = "/{version:graph_version}" + path
        routes.append(door(world, platform, versioned, gate(handler), operation=operation, methods=[method]))
    return routes


def open_account(world: World, handle: str, name: str) -> Account:
    """A professional account. Its app-scoped id is another number than its id, as it is on the real platform."""
    place = world.store.accounts.count("platform='instagram'") + 1
    account = Account(
        platform="instagram",
        id=f"178414{place:011d}",
        handle=handle,
        name=name,
        created_at=world.now(),
        data={
            "app_scoped_id": f"99{place:014d}",
            "account_type": "BUSINESS",
            "followers_count": 120 + 37 * place,
            "follows_count": 40 + 11 * place,
        },
    )
    return world.store.accounts.add(account)


PLATFORM = Platform(
    name="instagram",
    title="Instagram",
    build=build,
    open_account=open_account,
    issue_credentials=login.issue_credentials,
    find_token=find_token,
    rate_limited=errors.rate_limited,
    server_error=errors.server_error,
    settle=notices.settle,
    data_of_past_posts={"media_type": "IMAGE", "media_product_type": "FEED"},
    settings=SETTINGS,
)
