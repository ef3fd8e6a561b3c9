"""What people do on facebook.com itself, for tests: `POST /_people/{act}` with JSON, on Facebook's port.

Each act names a Page by its handle: `{"page": "harbourcoffee", ...}`; what is about an account, the Page's owner does.

| act | with | what |
|---|---|---|
| comment | post, message, name | somebody comments |
| react | post, kind, name | somebody reacts |
| remove_app | | removes the application: 190/458, and the deauthorize callback |
| delete_data | | asks for the deletion of their data: that callback |
| change_password, log_out | | 190/460, 190/467: all tokens end |
| checkpoint, unconfirm, clear | | 190/459, 190/464, until cleared |
| lose_role, regain_role | | 190/492 for the tokens of this Page alone |
| untick | scope | takes one permission back |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.facebook import people, posts, schedule, tokens, webhooks
from apps.sandbox.facebook.names import bare_id
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta import notices

Said = Mapping[str, Any]
Act = Callable[[World, Account, Said], Any]


class Nonsense(Exception):
    """The act cannot be done; the message says why."""


def route(world: World) -> Route:
    async def enter(request: Request) -> Response:
        act = ACTS.get(request.path_params["act"])
        # A page in a browser cannot send this type to another origin unasked.
        if act is None or not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"error": f"POST JSON to one of {', '.join(ACTS)}."}, status_code=400)
        said = await request.json()
        page = world.account_by_handle(NAME, str(said.get("page")))
        if page is None:
            return JSONResponse({"error": "There is no such Page."}, status_code=404)
        try:
            return JSONResponse({"done": act(world, page, said)})
        except Nonsense as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return Route("/_people/{act}", enter, methods=["POST"])


def comment(world: World, page: Account, said: Said) -> str:
    """A comment of somebody else, which is the Page's to read, hide and delete."""
    parent = _post(world, page, said)
    post = Post(
        platform=NAME,
        id=f"{bare_id(parent)}_{world.number()}",
        account_id=page.id,
        text=str(said.get("message", "")),
        created_at=world.now(),
        kind="reply",
        parent_id=parent.id,
        data={"author": _somebody(said)},
    )
    world.publish(post)
    webhooks.tell_of_comment(world, post)
    return post.id


def react(world: World, page: Account, said: Said) -> bool:
    kind = str(said.get("kind", "like"))
    webhooks.tell_of_reaction(world, _post(world, page, said), by=_somebody(said), kind=kind)
    return True


def _post(world: World, page: Account, said: Said) -> Post:
    post = posts.find(world, page, str(said.get("post")))
    if post is None or schedule.load(world, post.id):
        raise Nonsense("There is no such post.")
    return post


def _somebody(said: Said) -> dict[str, str]:
    return {"id": "777000777000777", "name": str(said.get("name", "Ann"))}


def remove_app(world: World, page: Account, said: Said) -> bool:
    user_id = page.data["owner_id"]
    people.end_connection(world, user_id, 458)
    world.box(NAME, "grant").delete(user_id)
    notices.tell_of_user(world, NAME, user_id, setting="deauthorize_url")
    return True


def delete_data(world: World, page: Account, said: Said) -> bool:
    notices.tell_of_user(world, NAME, page.data["owner_id"], setting="deletion_url")
    return True


def _ending(subcode: int) -> Act:
    def act(world: World, page: Account, said: Said) -> bool:
        people.end_connection(world, page.data["owner_id"], subcode)
        return True

    return act


def _condition(subcode: int) -> Act:
    """As long as it lasts, no token of the person works."""

    def act(world: World, page: Account, said: Said) -> bool:
        who = people.person(world, page.data["owner_id"]) or {}
        people.save_person(world, page.data["owner_id"], who | {"condition": subcode})
        return True

    return act


def lose_role(world: World, page: Account, said: Said) -> bool:
    who = people.person(world, page.data["owner_id"]) or {}
    people.save_person(world, page.data["owner_id"], who | {"lost": [page.id]})
    return True


def regain_role(world: World, page: Account, said: Said) -> bool:
    who = people.person(world, page.data["owner_id"]) or {}
    people.save_person(world, page.data["owner_id"], who | {"lost": []})
    return True


def untick(world: World, page: Account, said: Said) -> bool:
    return tokens.take_away(world, page.data["owner_id"], str(said.get("scope")))


ACTS: Mapping[str, Act] = {
    "comment": comment,
    "react": react,
    "remove_app": remove_app,
    "delete_data": delete_data,
    "change_password": _ending(460),
    "log_out": _ending(467),
    "checkpoint": _condition(459),
    "unconfirm": _condition(464),
    "clear": _condition(0),
    "lose_role": lose_role,
    "regain_role": regain_role,
    "untick": untick,
}
