"""What people do in TikTok's app themselves, for tests: `POST /_people/{act}` with JSON, on TikTok's port.

Each act names an account: `{"account": "harbourcoffee", ...}`.

| act | with | what |
|---|---|---|
| remove_app | reason (1) | all tokens end; the application is told why, by the number of the reason |
| change | is_private, is_banned, comment_disabled... | what a new account is otherwise (`CHANGEABLE`) |
| finish_draft | publish_id, title, privacy_level, times (1) | the draft is posted |
| discard_draft | publish_id | it is no longer pending |
| hide, delete | post | nobody else can see it any more; it is gone |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import creators, grants, publishes
from apps.sandbox.tiktok.names import NAME
from apps.sandbox.tiktok.publishes import IN_INBOX, VISIBILITIES, Publish

Said = Mapping[str, Any]
CHANGEABLE = (
    "is_private", "is_banned", "comment_disabled", "duet_disabled", "stitch_disabled", "max_video_post_duration_sec",
    "app_version",
)  # fmt: skip


class Nonsense(Exception):
    """The act cannot be done; the message says why."""


def route(world: World) -> Route:
    async def enter(request: Request) -> Response:
        act = ACTS.get(request.path_params["act"])
        # A page in a browser cannot send this type to another origin unasked.
        if act is None or not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"error": f"POST JSON to one of {', '.join(ACTS)}."}, status_code=400)
        said = await request.json()
        account = world.account_by_handle(NAME, str(said.get("account")))
        if account is None:
            return JSONResponse({"error": "There is no such account."}, status_code=404)
        publishes.settle(world)
        try:
            return JSONResponse({"done": act(world, account, said)})
        except Nonsense as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return Route("/_people/{act}", enter, methods=["POST"])


def remove_app(world: World, account: Account, said: Said) -> int:
    return grants.remove(world, account, reason=int(said.get("reason", grants.BY_PERSON)))


def change(world: World, account: Account, said: Said) -> dict[str, Any]:
    changes = {name: said[name] for name in CHANGEABLE if name in said}
    if any(type(value) is not type(account.data[name]) for name, value in changes.items()):
        raise Nonsense("A value is of another kind than it was.")
    account.data |= changes
    world.store.accounts.save(account)
    return account.data


def finish_draft(world: World, account: Account, said: Said) -> list[str]:
    draft = _draft(world, account, said)
    privacy = said.get("privacy_level", creators.default_privacy(account))
    if privacy not in VISIBILITIES:
        raise Nonsense(f"privacy_level is one of {', '.join(VISIBILITIES)}.")
    draft.info = {**draft.info, "title": str(said.get("title", draft.info.get("title", ""))), "privacy_level": privacy}
    publishes.post(world, draft, world.now(), times=int(said.get("times", 1)))
    return draft.posts


def discard_draft(world: World, account: Account, said: Said) -> bool:
    """Nothing is told of it, and its status says for ever that it is in the inbox."""
    draft = _draft(world, account, said)
    draft.created_at = 0
    publishes.save(world, draft)
    return True


def _draft(world: World, account: Account, said: Said) -> Publish:
    draft = publishes.load(world, str(said.get("publish_id")))
    if draft is None or draft.account_id != account.id or draft.status != IN_INBOX:
        raise Nonsense("There is no such draft in the inbox.")
    return draft


def hide(world: World, account: Account, said: Said) -> bool:
    publishes.hide(world, _post(world, account, said))
    return True


def delete(world: World, account: Account, said: Said) -> bool:
    publishes.remove_post(world, _post(world, account, said))
    return True


def _post(world: World, account: Account, said: Said) -> Post:
    post = world.post(NAME, str(said.get("post")))
    if post is None or post.account_id != account.id:
        raise Nonsense("There is no such post.")
    return post


ACTS: Mapping[str, Callable[[World, Account, Said], Any]] = {
    "remove_app": remove_app,
    "change": change,
    "finish_draft": finish_draft,
    "discard_draft": discard_draft,
    "hide": hide,
    "delete": delete,
}
