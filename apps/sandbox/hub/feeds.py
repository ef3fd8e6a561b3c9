"""Pages for people: what is public on each platform, and the pictures in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apps.sandbox.core.html import Markup, join, page, render
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.hub import avatars
from apps.sandbox.hub.links import linked

FEED_LENGTH = 100
DEEPEST_REPLY = 20
INLINE = {"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/quicktime", "video/webm"}


def routes(world: World) -> list[Route]:
    def with_world(endpoint: Callable[[World, Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def enter(request: Request) -> Response:
            return endpoint(world, request)

        return enter

    return [
        Route("/", with_world(index)),
        Route("/feed/{platform}/{handle}", with_world(feed)),
        Route("/post/{platform}/{id:path}", with_world(post)),
        Route("/media/{platform}/{id:path}", with_world(medium)),
        Route("/avatar/{platform}/{handle}.png", with_world(avatar)),
    ]


def index(world: World, request: Request) -> Response:
    cards = [
        render(
            "platform.html",
            name=platform.name,
            title=platform.title,
            how_to_connect=platform.how_to_connect.format(origin=world.origin(platform.name)),
            accounts=join([_account_line(world, account) for account in world.accounts(platform.name)]),
        )
        for platform in world.platforms.values()
    ]
    return page("Postroom sandbox", render("index.html", platforms=join(cards)))


def _account_line(world: World, account: Account) -> Markup:
    count = world.store.posts.count(
        "platform=? AND account_id=? AND kind='post' AND deleted_at IS NULL", (account.platform, account.id)
    )
    posts = "1 post" if count == 1 else f"{count} posts"
    return render("account.html", platform=account.platform, handle=account.handle, name=account.name, posts=posts)


def feed(world: World, request: Request) -> Response:
    platform, account = _account(world, request)
    if account is None:
        return _not_found("There is no such account on this platform.")
    where = "platform=? AND account_id=? AND kind='post' AND deleted_at IS NULL"
    posts = world.store.posts.select(where, (platform, account.id), order="seq DESC", limit=FEED_LENGTH)
    shown = join([_post(world, one) for one in posts]) if posts else render("empty.html")
    body = render("feed.html", **_heading(world, account), posts=shown)
    return page(f"{account.name} on {world.platforms[platform].title}", body)


def post(world: World, request: Request) -> Response:
    found = world.post(request.path_params["platform"], request.path_params["id"])
    account = world.account(found.platform, found.account_id) if found else None
    if found is None or account is None:
        return _not_found("There is no such post; it may have been deleted.")
    body = render("feed.html", **_heading(world, account), posts=_post(world, found))
    return page(f"{account.name} on {world.platforms[account.platform].title}", body)


def medium(world: World, request: Request) -> Response:
    found = world.store.media.get(request.path_params["platform"], request.path_params["id"])
    content = world.store.blobs.get(found.digest) if found else None
    if found is None or content is None:
        return _not_found("There is no such picture.")
    # Bytes that strangers sent: shown only as what they were found to be, and never as a page.
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
    kind = found.mime if found.mime in INLINE else "application/octet-stream"
    return Response(content, media_type=kind, headers=headers)


def avatar(world: World, request: Request) -> Response:
    _, account = _account(world, request)
    if account is None:
        return _not_found("There is no such account on this platform.")
    return Response(avatars.draw(account.handle, account.initials), media_type="image/png")


def _account(world: World, request: Request) -> tuple[str, Account | None]:
    platform = request.path_params["platform"]
    return platform, world.account_by_handle(platform, request.path_params["handle"])


def _heading(world: World, account: Account) -> dict[str, str]:
    return {
        "platform": account.platform,
        "title": world.platforms[account.platform].title,
        "name": account.name,
        "handle": account.handle,
    }


def _post(world: World, post: Post, depth: int = 0) -> Markup:
    author = world.account(post.platform, post.account_id)
    replies = world.replies_to(post) if depth < DEEPEST_REPLY else []
    return render(
        "post.html",
        platform=post.platform,
        id=post.id,
        name=author.name if author else "",
        handle=author.handle if author else "",
        text=linked(post),
        warning=render("warning.html", warning=post.data["warning"]) if post.data.get("warning") else Markup(""),
        media=join([_medium(one) for one in world.media_of(post)]),
        instant=post.created_at.isoformat(),
        when=_spoken(post.created_at),
        visibility="" if post.visibility == "public" else f" · {post.visibility}",
        replies=join([_post(world, reply, depth + 1) for reply in replies]),
    )


def _medium(medium: Medium) -> Markup:
    name = "picture.html" if medium.mime.startswith("image/") else "video.html"
    return render(
        name,
        platform=medium.platform,
        id=medium.id,
        alt=medium.alt,
        caption=render("alt.html", alt=medium.alt) if medium.alt else Markup(""),
        words=_captions(medium),
        size=Markup(f' width="{medium.width}" height="{medium.height}"' if medium.width else ""),
    )


def _captions(medium: Medium) -> Markup:
    """In which languages a video has captions (`data["captions"]`: language, name and text of each)."""
    tracks = [one["name"] or one["language"] or "one language" for one in medium.data.get("captions", ())]
    return render("captions.html", languages=", ".join(tracks)) if tracks else Markup("")


def _spoken(instant: datetime) -> str:
    return f"{instant.day} {instant:%b %Y, %H:%M} UTC"


def _not_found(words: str) -> Response:
    return page("Not found", render("problem.html", words=words), status=404)
