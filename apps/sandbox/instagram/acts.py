"""What people do in Instagram itself, for tests: `POST /_people/{act}` with JSON, on Instagram's port.

Each act names an account by its handle: `{"account": "harbourcoffee", ...}`.

| act | with | what |
|---|---|---|
| comment | media or parent (a comment), text, username | somebody comments or replies |
| mention | media, text, username | somebody names the account in a comment under a media of their own |
| remove_app | | removes the application: 190/458 for its tokens, and the deauthorize callback |
| delete_data | | asks for the deletion of their data: that callback |
| change_password, checkpoint | | 190/460, 190/459: the tokens of the account end |
| turn_personal, restrict, clear | | no professional account any more; 25/2207050 when publishing; until cleared |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.instagram import conditions, notices

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
        account = world.account_by_handle("instagram", str(said.get("account")))
        if account is None:
            return JSONResponse({"error": "There is no such account."}, status_code=404)
        try:
            return JSONResponse({"done": act(world, account, said)})
        except Nonsense as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return Route("/_people/{act}", enter, methods=["POST"])


def comment(world: World, account: Account, said: Said) -> str:
    """A comment of somebody else, which is the account's to read, answer, hide and delete."""
    parent = world.post("instagram", str(said.get("parent") or said.get("media")))
    if parent is None or parent.account_id != account.id or parent.data.get("level", 0) > 1:
        raise Nonsense("There is no such media or comment.")
    written = Post(
        platform="instagram",
        id=str(world.number()),
        account_id=account.id,
        text=str(said.get("text", "")),
        created_at=world.now(),
        kind="reply",
        parent_id=parent.id,
        data={"level": 2 if parent.kind == "reply" else 1, "author": _somebody(said)},
    )
    world.publish(written)
    notices.tell_of_comment(world, written)
    return written.id


def mention(world: World, account: Account, said: Said) -> dict[str, str]:
    """The notice has two ids and nothing else; the media is not the account's to read."""
    value = {"media_id": str(said.get("media") or world.number()), "comment_id": str(world.number())}
    notices.tell(world, account, "mentions", value)
    return value


def _somebody(said: Said) -> dict[str, str]:
    return {"id": "555000777000777", "username": str(said.get("username", "ann"))}


def remove_app(world: World, account: Account, said: Said) -> bool:
    _end(world, account, 458)
    notices.tell_of_person(world, account, setting="deauthorize_url")
    return True


def delete_data(world: World, account: Account, said: Said) -> bool:
    notices.tell_of_person(world, account, setting="deletion_url")
    return True


def _end(world: World, account: Account, subcode: int) -> None:
    """One account's tokens, and nobody else's: there is no cascade with Instagram Login."""
    for token in world.tokens_of(account):
        token.data.setdefault("ended_by", subcode)
        world.revoke(token)


def _ending(subcode: int) -> Act:
    def act(world: World, account: Account, said: Said) -> bool:
        _end(world, account, subcode)
        return True

    return act


def _condition(condition: str) -> Act:
    def act(world: World, account: Account, said: Said) -> bool:
        account.data["condition"] = condition
        world.store.accounts.save(account)
        return True

    return act


ACTS: Mapping[str, Act] = {
    "comment": comment,
    "mention": mention,
    "remove_app": remove_app,
    "delete_data": delete_data,
    "change_password": _ending(460),
    "checkpoint": _ending(459),
    "turn_personal": _condition(conditions.PERSONAL),
    "restrict": _condition(conditions.RESTRICTED),
    "clear": _condition(""),
}
