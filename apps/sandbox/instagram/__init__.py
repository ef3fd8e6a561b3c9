"""Instagram with Instagram Login, as Meta documents it: www, api and graph.instagram.com on one origin.

Where the documentation is silent and something had to be answered, the answer is the plain refusal: publishing a
container twice, refreshing a token too early.
"""

from __future__ import annotations

from starlette.applications import Starlette

from apps.sandbox.core.calls import Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.instagram import comments, errors, insights, login, publishing, reading, rupload, staging
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
    ("/{id:graph_id}", "GET", reading.read, reading.operation_of_read),
    ("/{id:graph_id}", "POST", comments.change, "comment"),
    ("/{id:graph_id}", "DELETE", comments.delete, "delete"),
)


def build(world: World) -> Starlette:
    def at(path: str, method: str, handler: Handler, operation: Operation) -> object:
        return door(world, PLATFORM, path, handler, operation=operation, methods=[method])

    routes = [
        at("/oauth/authorize", "GET", login.authorize, "consent"),
        at("/oauth/authorize", "POST", login.authorized, "consent"),
        at("/oauth/access_token", "POST", login.exchange_code, "token"),
        at("/access_token", "GET", login.exchange_token, "token"),
        at("/refresh_access_token", "GET", login.refresh_token, "refresh"),
    ]
    upload = "/ig-api-upload/{version:graph_version}/{id:graph_id}"
    routes.append(
        door(world, PLATFORM, upload, gate(rupload.receive), operation="stage", methods=["POST"], streams=True)
    )
    for path, method, handler, operation in GRAPH:
        routes.append(at("/{version:graph_version}" + path, method, gate(handler), operation))
        routes.append(at(path, method, gate(handler), operation))
    return Starlette(routes=routes)  # type: ignore[arg-type]


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
    data_of_past_posts={"media_type": "IMAGE", "media_product_type": "FEED"},
    settings=SETTINGS,
)
