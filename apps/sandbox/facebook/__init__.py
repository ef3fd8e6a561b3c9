"""Facebook Pages, as Meta documents them: www, graph, graph-video and rupload.facebook.com on one origin.

Where the documentation is silent or uncertain, the plainer behaviour is the default and a setting turns it round; see
settings.py. What people do on facebook.com itself (comment, remove the application) is in acts.py.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.responses import Response

from apps.sandbox.core.calls import Call, Handler, Operation, door
from apps.sandbox.core.platform import Platform
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.facebook import (
    acts,
    channels,
    comments,
    dialog,
    errors,
    feed,
    insights,
    nodes,
    people,
    photos,
    posts,
    reels,
    resumable,
    rupload,
    stories,
    tokens,
    video_uploads,
    videos,
    webhooks,
)
from apps.sandbox.facebook.access import find_token
from apps.sandbox.facebook.gate import gate
from apps.sandbox.facebook.settings import SETTINGS
from apps.sandbox.meta import batches
from apps.sandbox.meta.graph import graph_error

ID = "/{id:graph_id}"
UPLOADS = "/video-upload/{version:graph_version}/{id:graph_id}"
# path under the version, method, handler, operation
GRAPH: tuple[tuple[str, str, Handler, Operation], ...] = (
    ("/oauth/access_token", "GET", tokens.exchange, tokens.operation_of_exchange),
    ("/oauth/access_token", "POST", tokens.exchange, tokens.operation_of_exchange),
    ("/debug_token", "GET", tokens.debug, "read"),
    ("/me", "GET", channels.me, "read"),
    ("/me/accounts", "GET", channels.accounts, "read"),
    ("/me/businesses", "GET", channels.businesses, "read"),
    ("/me/permissions", "GET", tokens.permissions, "read"),
    ("/me/permissions", "DELETE", tokens.revoke, "revoke"),
    ("/me/permissions/{permission}", "DELETE", tokens.revoke_one, "revoke"),
    (ID + "/owned_pages", "GET", channels.owned_pages, "read"),
    (ID + "/client_pages", "GET", channels.client_pages, "read"),
    (ID + "/feed", "POST", feed.create, feed.operation_of_create),
    (ID + "/photos", "POST", photos.create, feed.operation_of_create),
    (ID + "/feed", "GET", posts.published, "find"),
    (ID + "/posts", "GET", posts.published, "find"),
    (ID + "/published_posts", "GET", posts.published, "find"),
    (ID + "/scheduled_posts", "GET", posts.scheduled, "find"),
    (ID + "/photos", "GET", photos.uploaded, "find"),
    (ID + "/videos", "POST", video_uploads.create, video_uploads.operation_of_create),
    (ID + "/videos", "GET", videos.list_videos, "find"),
    (ID + "/video_reels", "POST", reels.reels, reels.operation_of),
    (ID + "/video_reels", "GET", videos.list_reels, "find"),
    (ID + "/video_stories", "POST", reels.video_stories, reels.operation_of),
    (ID + "/photo_stories", "POST", stories.photo_story, "commit"),
    (ID + "/stories", "GET", stories.list_stories, "find"),
    (ID + "/uploads", "POST", resumable.create, "stage"),
    ("/upload:{session}", "GET", resumable.look, "stage"),
    (ID + "/comments", "POST", comments.create, "comment"),
    (ID + "/comments", "GET", comments.list_comments, "find"),
    (ID + "/likes", "POST", comments.like, "edit"),
    (ID + "/likes", "DELETE", comments.like, "edit"),
    (ID + "/insights", "GET", insights.read, "metrics"),
    (ID + "/video_insights", "GET", insights.of_video, "metrics"),
    (ID + "/subscriptions", "POST", webhooks.subscribe_app, "edit"),
    (ID + "/subscriptions", "GET", webhooks.app_subscriptions, "read"),
    (ID + "/subscriptions", "DELETE", webhooks.unsubscribe_app, "revoke"),
    (ID + "/subscribed_apps", "POST", webhooks.subscribe_page, "edit"),
    (ID + "/subscribed_apps", "GET", webhooks.subscribed_apps, "read"),
    (ID + "/subscribed_apps", "DELETE", webhooks.unsubscribe_page, "revoke"),
    (ID, "GET", nodes.read, nodes.operation_of_read),
    (ID, "POST", nodes.change, "edit"),
    (ID, "DELETE", nodes.delete, "delete"),
)


def build(world: World) -> Starlette:
    def at(path: str, method: str, handler: Handler, operation: Operation) -> object:
        return door(world, PLATFORM, "/{version:graph_version}" + path, handler, operation=operation, methods=[method])

    from apps.sandbox.instagram import linked  # here, because Instagram's login is built upon this package

    routes = [
        acts.route(world),
        linked.route(world),
        at("/dialog/oauth", "GET", dialog.authorize, "consent"),
        at("/dialog/oauth", "POST", dialog.authorized, "consent"),
    ]
    for path, handler in (("/{version:graph_version}/upload:{session}", resumable.receive), (UPLOADS, rupload.receive)):
        routes.append(door(world, PLATFORM, path, gate(handler), operation="stage", methods=["POST"], streams=True))
    routes.append(at("/", "POST", batches.run, "metrics"))  # each of its operations passes the gate by itself
    routes += [at(path, method, gate(handler), operation) for path, method, handler, operation in GRAPH]
    every = ["GET", "POST", "DELETE"]
    routes.append(door(world, PLATFORM, "/{rest:path}", unknown_path, operation="read", methods=every))
    return Starlette(routes=routes)  # type: ignore[arg-type]


async def unknown_path(call: Call) -> Response:
    raise graph_error(2500, f"Unknown path components: {call.path}")


def open_account(world: World, handle: str, name: str) -> Account:
    """A Page, and the person who owns it and logs in for it."""
    place = world.store.accounts.count("platform='facebook'") + 1
    page = Account(
        platform="facebook",
        id=f"61550{place:010d}",
        handle=handle,
        name=name,
        created_at=world.now(),
        data={
            "owner_id": f"10220{place:012d}",
            "owner_name": f"Owner of {name}",
            "category": "Local business",
            "followers_count": 140 + 31 * place,
        },
    )
    person = {"name": f"Owner of {name}", "page": page.id, "condition": 0, "lost": []}
    people.save_person(world, page.data["owner_id"], person)
    return world.store.accounts.add(page)


PLATFORM = Platform(
    name="facebook",
    title="Facebook",
    build=build,
    open_account=open_account,
    issue_credentials=tokens.issue_credentials,
    find_token=find_token,
    rate_limited=errors.rate_limited,
    server_error=errors.server_error,
    how_to_connect="Choose a Page where you are asked for permission.",
    data_of_past_posts={"type": "status"},
    remove_post=webhooks.remove_post,
    settle=videos.settle,
    settings=SETTINGS,
)
