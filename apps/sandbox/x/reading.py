"""What can be read: the user whose token it is, timelines newest first, and posts by their ids."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.x import billing, errors, fields, metrics, shown
from apps.sandbox.x.access import READ, anybody, caller

OF_POSTS = ("post.fields", "expansions", "media.fields", "user.fields", "poll.fields")
OF_TIMELINES = (
    *OF_POSTS, "max_results", "pagination_token", "start_time", "end_time", "since_id", "until_id", "exclude",
)  # fmt: skip
HIGHEST_ID = 2**63 - 1
PRIVATE = ("non_public_metrics", "organic_metrics")


async def me(call: Call) -> Response:
    """GET /2/users/me"""
    account = caller(call, READ)
    query = fields.read(call, ("user.fields", "expansions", "post.fields"))
    wanted = fields.chosen(call, query, "user.fields", shown.USER_FIELDS)
    billing.charge(call, billing.USER_READ)
    return fields.answer(call, {"data": shown.user(call, account, wanted)})


async def timeline(call: Call) -> Response:
    """GET /2/users/{id}/tweets: without any post there is no `data`."""
    anybody(call, READ)
    query = fields.read(call, OF_TIMELINES)
    author = call.world.account("x", call.part("id"))
    if author is None:
        return fields.answer(call, {"errors": [errors.missing(call, "user", "id", call.part("id"))]})
    limit = fields.whole(call, query, "max_results", lowest=5, highest=100, usual=10)
    posts = _written(call, author, query, limit + 1)
    page = posts[:limit]
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if len(posts) > limit:
        meta["next_token"] = f"before{page[-1].id}"
    return fields.answer(call, {**_posts(call, query, page), "meta": meta})


def _written(call: Call, author: Account, query: fields.Query, limit: int) -> list[Post]:
    """Newest first, within the bounds of the query; the newest of all may not be visible yet."""
    visible = call.world.now() - timedelta(seconds=call.world.setting("x", "timeline_lag_seconds"))
    start, end = fields.instant(call, query, "start_time"), fields.instant(call, query, "end_time")
    conditions: dict[str, float | int | str | None] = {
        "account_id = ?": author.id,
        "created_at <= ?": visible.timestamp(),
        "created_at >= ?": start.timestamp() if start else None,
        "created_at < ?": end.timestamp() if end else None,
        "CAST(id AS INTEGER) > ?": _number(call, query, "since_id"),
        "CAST(id AS INTEGER) < ?": _number(call, query, "pagination_token") or _number(call, query, "until_id"),
        "kind != ?": "reply" if "replies" in fields.chosen(call, query, "exclude", ("replies", "retweets")) else None,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    where = " AND ".join(["platform='x'", "deleted_at IS NULL", *given])
    return call.world.store.posts.select(where, tuple(given.values()), order="created_at DESC, seq DESC", limit=limit)


def _number(call: Call, query: fields.Query, name: str) -> int | None:
    value = query.get(name, "").removeprefix("before" if name == "pagination_token" else "")
    if value and not (value.isdecimal() and len(value) < 20):
        raise errors.invalid(call, name, value, f"The `{name}` query parameter value [{value}] is not valid")
    return min(int(value), HIGHEST_ID) if value else None


async def lookup(call: Call) -> Response:
    """GET /2/tweets?ids=: what is not found is told in `errors`, beside what is."""
    anybody(call, READ)
    query = fields.read(call, ("ids", *OF_POSTS))
    ids = fields.ids(call, query, "ids")
    posts = [post for id in ids if (post := by_id(call, id))]
    found = {post.id for post in posts}
    missing = [errors.missing(call, "tweet", "ids", id) for id in ids if id not in found]
    return fields.answer(call, _posts(call, query, posts, missing))


async def single(call: Call) -> Response:
    """GET /2/tweets/{id}: 200 with `errors` alone when there is none."""
    anybody(call, READ)
    query = fields.read(call, OF_POSTS)
    post = by_id(call, call.part("id"))
    if post is None:
        return fields.answer(call, {"errors": [errors.missing(call, "tweet", "id", call.part("id"))]})
    body = _posts(call, query, [post])
    return fields.answer(call, body | {"data": body["data"][0]})


def by_id(call: Call, id: str) -> Post | None:
    """A post that stands; also the earlier versions of one that was edited."""
    post = call.world.store.posts.get("x", id)
    return post if post and (post.deleted_at is None or post.data.get("edited_as")) else None


def _posts(
    call: Call, query: fields.Query, posts: list[Post], problems: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """`data`, `includes` and `errors`, each only where there is something to tell."""
    wanted = fields.chosen(call, query, "post.fields", shown.POST_FIELDS)
    billing.charge_reading(call, len(posts))
    body: dict[str, Any] = {"data": [shown.post(call, post, wanted) for post in posts]} if posts else {}
    if includes := _includes(call, query, posts):
        body["includes"] = includes
    if told := [*(problems or []), *(line for post in posts for line in _withheld(call, post, wanted))]:
        body["errors"] = told
    return body


def _withheld(call: Call, post: Post, wanted: list[str]) -> list[dict[str, Any]]:
    """One line for each private field that this reader does not get."""
    if metrics.are_private_to(call.world, post, call.account):
        return []
    return [
        {
            "resource_id": post.id,
            "parameter": name,
            "resource_type": "tweet",
            "section": "data",
            "title": "Field Authorization Error",
            "value": post.id,
            "detail": f"Sorry, you are not authorized to access '{name}' on the Tweet with id : [{post.id}].",
            "type": errors.problem_type(call, "not-authorized-for-field"),
        }
        for name in PRIVATE
        if name in wanted
    ]


def _includes(call: Call, query: fields.Query, posts: list[Post]) -> dict[str, Any]:
    world, expansions = call.world, fields.chosen(call, query, "expansions", shown.EXPANSIONS)
    of_media = fields.chosen(call, query, "media.fields", shown.MEDIA_FIELDS)
    of_users = fields.chosen(call, query, "user.fields", shown.USER_FIELDS)
    of_polls = fields.chosen(call, query, "poll.fields", shown.POLL_FIELDS)
    of_posts = fields.chosen(call, query, "post.fields", shown.POST_FIELDS)
    found: dict[str, list[dict[str, Any]]] = {}
    if "attachments.media_keys" in expansions:
        found["media"] = [shown.medium(world, one, of_media) for post in posts for one in world.media_of(post)]
    if "attachments.poll_ids" in expansions:
        found["polls"] = [shown.poll(world, post, of_polls) for post in posts if post.data.get("poll")]
    if "author_id" in expansions:
        authors = dict.fromkeys(post.account_id for post in posts)
        found["users"] = [shown.user(call, one, of_users) for id in authors if (one := world.account("x", id))]
    if "referenced_posts.id" in expansions:
        ids = [post.data[name] for post in posts for name in ("reply_to", "quoted") if post.data.get(name)]
        cited = [post for id in dict.fromkeys(ids) if (post := by_id(call, id))]
        found["posts"] = [shown.post(call, post, of_posts) for post in cited]
    return {name: things for name, things in found.items() if things}
