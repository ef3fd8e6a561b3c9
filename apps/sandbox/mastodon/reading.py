"""Reading accounts and statuses: what a token, or nobody's, may see."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.mastodon import editing, entities, figures
from apps.sandbox.mastodon.access import caller, reader
from apps.sandbox.mastodon.errors import not_found

PAGE, LONGEST_PAGE = 20, 40
FILTERS = ("exclude_replies", "only_media", "pinned")


def visible(post: Post, to: Account | None) -> bool:
    return post.visibility in {"public", "unlisted"} or (to is not None and post.account_id == to.id)


async def verify_credentials(call: Call) -> Response:
    account = caller(call, "profile", "read:accounts")
    return JSONResponse(entities.account(call.world, account, with_source=True))


async def userinfo(call: Call) -> Response:
    """GET /oauth/userinfo: `sub` is the actor's address, unique in the world."""
    account, world = caller(call, "profile"), call.world
    return JSONResponse(
        {
            "iss": f"{world.origin('mastodon')}/",
            "sub": entities.actor_uri(world, account),
            "name": account.name,
            "preferred_username": account.handle,
            "profile": world.profile_url(account),
            "picture": world.avatar_url(account),
        }
    )


async def account(call: Call) -> Response:
    reader(call, "read:accounts")
    found = call.world.account("mastodon", call.part("id"))
    if found is None:
        raise not_found()
    return JSONResponse(entities.account(call.world, found))


async def lookup(call: Call) -> Response:
    """GET /api/v1/accounts/lookup?acct="""
    reader(call, "read:accounts")
    found = call.world.account_by_handle("mastodon", call.fields.text("acct").lstrip("@").partition("@")[0])
    if found is None:
        raise not_found()
    return JSONResponse(entities.account(call.world, found))


async def account_statuses(call: Call) -> Response:
    """GET /api/v1/accounts/{id}/statuses: newest first; one's own posts are there at once."""
    me = reader(call, "read:statuses")
    author = call.world.account("mastodon", call.part("id"))
    if author is None:
        raise not_found()
    fields = call.fields
    limit = _limit(call)
    after = fields.text("min_id") or fields.text("since_id")
    sees_all = me is not None and me.id == author.id and not any(fields.flag(name) for name in FILTERS)
    enough = limit if sees_all and not fields.text("min_id") else -1
    posts = call.world.posts_of(author, before=fields.text("max_id"), after=after, limit=enough)
    shown = [post for post in posts if visible(post, me) and _is_wanted(call, post)]
    # since_id gives the newest of what came later, min_id the oldest.
    page = shown[-limit:] if fields.text("min_id") else shown[:limit]
    response = JSONResponse(entities.statuses(call.world, page))
    if page:
        url = call.request.url.remove_query_params(["max_id", "min_id", "since_id"])
        older = url.include_query_params(max_id=page[-1].id)
        newer = url.include_query_params(min_id=page[0].id)
        response.headers["Link"] = f'<{older}>; rel="next", <{newer}>; rel="prev"'
    return response


def _is_wanted(call: Call, post: Post) -> bool:
    if call.fields.flag("exclude_replies") and post.parent_id:
        return False
    if call.fields.flag("pinned"):
        return False
    return not call.fields.flag("only_media") or bool(call.world.media_of(post))


def _limit(call: Call) -> int:
    limit = call.fields.text("limit", str(PAGE))
    return max(1, min(int(limit), LONGEST_PAGE)) if limit.isdigit() else PAGE


async def status(call: Call) -> Response:
    return JSONResponse(entities.status(call.world, _seen(call)))


async def statuses(call: Call) -> Response:
    """GET /api/v1/statuses?id[]=: what is missing is left out."""
    me = reader(call, "read:statuses")
    found = (call.world.post("mastodon", id) for id in call.fields.list("id"))
    return JSONResponse(entities.statuses(call.world, [post for post in found if post and visible(post, me)]))


async def source(call: Call) -> Response:
    """GET /api/v1/statuses/{id}/source: the text exactly as it was sent."""
    account = caller(call, "read:statuses")
    post = _seen(call)
    if post.account_id != account.id:
        raise not_found()
    return JSONResponse({"id": post.id, "text": post.text, "spoiler_text": post.data["warning"]})


async def poll(call: Call) -> Response:
    """GET /api/v1/polls/{id}"""
    shown = figures.poll(call.world, _seen(call))
    if shown is None:
        raise not_found()
    return JSONResponse(shown)


async def history(call: Call) -> Response:
    """GET /api/v1/statuses/{id}/history: every version, the first one first and the present one last."""
    post = _seen(call)
    versions = [*post.data.get("history", ()), editing.version(call.world, post)]
    return JSONResponse([entities.edit(call.world, post, version) for version in versions])


async def context(call: Call) -> Response:
    """GET /api/v1/statuses/{id}/context: what stands above it and below."""
    post, me = _seen(call), call.account
    ancestors: list[Post] = []
    above = post
    while above.parent_id and (parent := call.world.post("mastodon", above.parent_id)):
        ancestors.insert(0, parent)
        above = parent
    shown = {"ancestors": ancestors, "descendants": _below(call, post)}
    return JSONResponse(
        {name: [entities.status(call.world, one) for one in posts if visible(one, me)] for name, posts in shown.items()}
    )


def _below(call: Call, post: Post) -> list[Post]:
    found: list[Post] = []
    waiting = call.world.replies_to(post)
    while waiting:
        reply = waiting.pop(0)
        found.append(reply)
        waiting = call.world.replies_to(reply) + waiting
    return found


def _seen(call: Call) -> Post:
    me = reader(call, "read:statuses")
    post = call.world.post("mastodon", call.part("id"))
    if post is None or not visible(post, me):
        raise not_found()
    return post
