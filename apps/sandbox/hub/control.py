"""The control API under `/_control/`: JSON in, JSON out. docs/guides/sandbox.md describes it with examples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from apps.sandbox.core import seeds
from apps.sandbox.core.faults import Fault, FaultRefused
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.hub import past, shown

Body = dict[str, Any]


class Problem(Exception):
    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


def routes(world: World) -> list[Route]:
    def at(path: str, method: str, verb: Callable[[World, Request, Body], Any]) -> Route:
        return Route(f"/_control/{path}", _endpoint(world, verb), methods=[method])

    return [
        at("health", "GET", health),
        at("accounts", "GET", list_accounts),
        at("accounts", "POST", create_accounts),
        at("tokens", "POST", change_tokens),
        at("posts", "GET", list_posts),
        at("posts", "POST", plant_posts),
        at("posts/counts", "GET", count_posts),
        at("posts/remove", "POST", remove_post),
        at("faults", "GET", list_faults),
        at("faults", "POST", set_fault),
        at("faults", "DELETE", clear_faults),
        at("faults/{id:int}", "DELETE", clear_faults),
        at("clock", "GET", read_clock),
        at("clock", "POST", advance_clock),
        at("settings", "GET", read_settings),
        at("settings", "POST", change_settings),
        at("stats", "GET", stats),
        at("limits", "GET", list_limits),
        at("things", "GET", list_things),
        at("reset", "POST", reset),
    ]


def _endpoint(world: World, verb: Callable[[World, Request, Body], Any]) -> Callable[[Request], Awaitable[Response]]:
    async def enter(request: Request) -> Response:
        try:
            return JSONResponse(verb(world, request, await _body(request)))
        except Problem as problem:
            return JSONResponse({"error": str(problem)}, status_code=problem.status)

    return enter


async def _body(request: Request) -> Body:
    if request.method != "POST":
        return {}
    # A page in a browser cannot send this type to another origin unasked, so no web site can play with the sandbox.
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Problem("Send JSON with Content-Type: application/json.", 415)
    try:
        content = await request.json()
    except ValueError:
        raise Problem("The body is not JSON.") from None
    if not isinstance(content, dict):
        raise Problem("The body is a JSON object.")
    return content


def health(world: World, request: Request, body: Body) -> Any:
    return {"status": "ok", "origins": world.origins, "now": world.now().isoformat()}


# Accounts and tokens


def list_accounts(world: World, request: Request, body: Body) -> Any:
    wanted = request.query_params.get("platform")
    names = [_platform(world, wanted)] if wanted else list(world.platforms)
    return {"accounts": [shown.account(world, account) for name in names for account in world.accounts(name)]}


def create_accounts(world: World, request: Request, body: Body) -> Any:
    """One account, or many as {"accounts": [...]}; one that exists gets fresh credentials."""
    with world.store.transaction():
        if "accounts" in body:
            if not isinstance(body["accounts"], list) or not all(isinstance(one, dict) for one in body["accounts"]):
                raise Problem("accounts is a list of objects.")
            return {"accounts": [_create_account(world, wanted) for wanted in body["accounts"]]}
        return _create_account(world, body)


def _create_account(world: World, wanted: Body) -> Body:
    platform = world.platforms[_platform(world, wanted.get("platform"))]
    handle = str(wanted.get("handle") or "")
    if not handle:
        raise Problem("Say which handle.")
    account = world.account_by_handle(platform.name, handle)
    if account is None:
        account = platform.open_account(world, handle, str(wanted.get("name") or handle))
    scopes = wanted.get("scopes")
    if scopes is not None and not isinstance(scopes, list):
        raise Problem("scopes is a list.")
    credentials = platform.issue_credentials(world, account, scopes)
    return shown.account(world, account) | {"credentials": credentials}


def change_tokens(world: World, request: Request, body: Body) -> Any:
    """{"action": "revoke" | "expire"} on one token, or on all of an account."""
    platform, action = _platform(world, body.get("platform")), body.get("action")
    change = {"revoke": world.revoke, "expire": world.expire}.get(str(action))
    if change is None:
        raise Problem("action is revoke or expire.")
    if body.get("token"):
        token = world.token(platform, str(body["token"]))
        tokens = [token] if token else []
    else:
        tokens = world.tokens_of(_account(world, platform, body.get("handle")))
    for token in tokens:
        change(token)
    return {"changed": len(tokens)}


# Posts


def list_posts(world: World, request: Request, body: Body) -> Any:
    where, values = _posts_wanted(world, request)
    limit = _whole(request, "limit", -1)
    posts = world.store.posts.select(where, values, limit=limit)
    return {"count": world.store.posts.count(where, values), "posts": [shown.post(world, one) for one in posts]}


def count_posts(world: World, request: Request, body: Body) -> Any:
    where, values = _posts_wanted(world, request)
    return shown.counts(world, world.store.posts.select(where, values))


def plant_posts(world: World, request: Request, body: Body) -> Any:
    """{"posts": [{"platform", "handle", "text", "created_at", "picture" (base64), "alt"}]}: posts of the past."""
    wanted = body.get("posts")
    if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
        raise Problem("posts is a list of objects.")
    with world.store.transaction():
        return {"posts": [_plant(world, one) for one in wanted]}


def _plant(world: World, wanted: Body) -> Body:
    account = _account(world, _platform(world, wanted.get("platform")), wanted.get("handle"))
    try:
        planted = past.plant(world, account, wanted)
    except past.PastRefused as error:
        raise Problem(str(error)) from error
    return {"id": planted.id, "url": world.permalink(planted)}


def remove_post(world: World, request: Request, body: Body) -> Any:
    """{"platform": "threads", "id": ...}: its owner deletes it there, and the platform tells whom it tells."""
    platform = _platform(world, body.get("platform"))
    post = world.post(platform, str(body.get("id") or ""))
    if post is None:
        raise Problem("There is no such post; it may have been deleted already.", 404)
    world.platforms[platform].remove_post(world, post)
    return {"removed": post.id}


def _posts_wanted(world: World, request: Request) -> tuple[str, list[str]]:
    """Deleted posts are among them: what was published has been published."""
    wanted = request.query_params
    where, values = "1", []
    if platform := wanted.get("platform"):
        where, values = "platform=?", [_platform(world, platform)]
        if handle := wanted.get("handle"):
            where, values = f"{where} AND account_id=?", [*values, _account(world, platform, handle).id]
    if kind := wanted.get("kind"):
        where, values = f"{where} AND kind=?", [*values, kind]
    return where, values


# Faults, clock, settings


def list_faults(world: World, request: Request, body: Body) -> Any:
    return {"faults": [fault.shown() for fault in world.faults.active()]}


def set_fault(world: World, request: Request, body: Body) -> Any:
    known = {"kind", "platform", "account", "path", "times", "probability", "seconds"}
    if unknown := set(body) - known:
        raise Problem(f"A fault has {', '.join(sorted(known))}; not {', '.join(sorted(unknown))}.")
    try:
        fault = Fault(**{"kind": "", **body})
    except (FaultRefused, TypeError) as error:
        raise Problem(str(error)) from error
    if fault.platform:
        _platform(world, fault.platform)
    return world.faults.add(fault).shown()


def clear_faults(world: World, request: Request, body: Body) -> Any:
    return {"cleared": world.faults.clear(request.path_params.get("id"))}


def read_clock(world: World, request: Request, body: Body) -> Any:
    return {"now": world.now().isoformat(), "ahead_seconds": world.clock.ahead.total_seconds()}


def advance_clock(world: World, request: Request, body: Body) -> Any:
    """{"seconds": 5}, or minutes, hours, days, or several of them."""
    try:
        world.clock.advance(timedelta(**body))
    except (TypeError, ValueError, OverflowError) as error:
        raise Problem(f"The clock cannot be moved so: {error}") from error
    for platform in world.platforms.values():
        platform.settle(world)
    return read_clock(world, request, body)


def read_settings(world: World, request: Request, body: Body) -> Any:
    return {"settings": {name: world.change_settings(name, {}) for name in world.platforms}}


def change_settings(world: World, request: Request, body: Body) -> Any:
    """{"platform": "instagram", "container_seconds": 0}"""
    changes = dict(body)
    platform = _platform(world, changes.pop("platform", None))
    try:
        return {"settings": {platform: world.change_settings(platform, changes)}}
    except KeyError as error:
        raise Problem(f"{platform} has no setting {error}.") from error
    except TypeError as error:
        raise Problem(str(error)) from error


def stats(world: World, request: Request, body: Body) -> Any:
    counts = world.journal.counts()
    return {
        "total": sum(line["count"] for line in counts),
        "requests": counts,
        "recent": world.journal.recent(_whole(request, "recent", 0)),
    }


def list_limits(world: World, request: Request, body: Body) -> Any:
    """What requests have counted against, and how many were refused for it."""
    return {"limits": [{"limit": name, **asdict(tally)} for name, tally in world.limits.tallies().items()]}


def list_things(world: World, request: Request, body: Body) -> Any:
    """What a platform remembers of one kind, oldest first: its webhook deliveries ("delivery"), uploads and so on."""
    name = _platform(world, request.query_params.get("platform"))
    things = world.box(name, request.query_params.get("kind", "")).all()
    return {"things": [{"id": thing.id, "owner": thing.owner, **thing.data} for thing in things]}


def reset(world: World, request: Request, body: Body) -> Any:
    """{"clock": true} puts the clock back, too: nothing is left then that knew a later hour."""
    world.reset(to_the_hour=bool(body.get("clock")))
    seeds.plant(world)
    return health(world, request, body)


def _whole(request: Request, name: str, default: int) -> int:
    try:
        return int(request.query_params.get(name, default))
    except ValueError:
        raise Problem(f"{name} is a whole number.") from None


def _platform(world: World, name: Any) -> str:
    if not isinstance(name, str) or name not in world.platforms:
        raise Problem(f"There is no platform {name!r}; there are {', '.join(world.platforms)}.", 404)
    return name


def _account(world: World, platform: str, handle: Any) -> Account:
    account = world.account_by_handle(platform, str(handle))
    if account is None:
        raise Problem(f"There is no account {handle!r} on {platform}.", 404)
    return account
