"""Writing statuses: validation, idempotency keys, deletion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.mastodon import composing, entities
from apps.sandbox.mastodon.access import caller, count_status, refuse_many_statuses
from apps.sandbox.mastodon.composing import Content
from apps.sandbox.mastodon.errors import invalid, not_found

KEY_LIVES = timedelta(hours=1)


def operation_of_create(call: Call) -> str:
    """A status under another is a comment or a part of a thread, not the commit of a post."""
    return "comment" if call.fields.text("in_reply_to_id") else "commit"


async def create(call: Call) -> Response:
    """POST /api/v1/statuses. Nothing here awaits, so two requests with one key cannot both get through."""
    account = caller(call, "write:statuses")
    if first := _first_with_this_key(call, account):
        return JSONResponse(entities.status(call.world, first))
    refuse_many_statuses(call, account)
    said = composing.content(call, account)
    post = _new(call, account, said)
    call.world.publish(post, said.media)
    _count_quote(call, post, 1)
    _remember_key(call, account, post)
    count_status(call, account)
    return JSONResponse(entities.status(call.world, post))


def _key(call: Call, account: Account) -> str:
    """Empty without a key, and on a server that ignores them."""
    key = call.request.headers.get("idempotency-key", "")
    return f"{account.id} {key}" if key and call.world.setting("mastodon", "idempotency_keys") else ""


def _first_with_this_key(call: Call, account: Account) -> Post | None:
    """The status made with this key in the last hour, whatever the body says now."""
    key = _key(call, account)
    kept = call.world.box("mastodon", "idempotency").get(key) if key else None
    return call.world.post("mastodon", kept["status"]) if kept else None


def _remember_key(call: Call, account: Account, post: Post) -> None:
    if key := _key(call, account):
        call.world.box("mastodon", "idempotency").put(key, {"status": post.id}, owner=account.id, lives=KEY_LIVES)


def _new(call: Call, account: Account, said: Content) -> Post:
    fields = call.fields
    if fields.text("scheduled_at"):
        raise invalid("Scheduled at is not simulated by the sandbox")
    above, quoted = composing.parent(call, account), composing.quoted(call, account, said)
    visibility = fields.text("visibility", "public")
    if visibility not in composing.VISIBILITIES:
        raise invalid("Visibility is not included in the list")
    if quoted and quoted.visibility == "private":
        visibility = "private"
    return Post(
        platform="mastodon",
        id=str(call.world.number()),
        account_id=account.id,
        text=said.words,
        created_at=call.world.now(),
        kind="reply" if above else "post",
        parent_id=above.id if above else "",
        visibility=visibility,
        data={
            "warning": said.warning,
            "sensitive": fields.flag("sensitive") or bool(said.warning),
            "language": fields.text("language", "en"),
            "application": _application(call),
            "poll": said.poll,
            "quote": quoted.id if quoted else "",
            "quote_policy": composing.quote_policy(call),
        },
    )


def _count_quote(call: Call, post: Post, by: int) -> None:
    quoted = call.world.post("mastodon", post.data.get("quote") or "")
    if quoted:
        quoted.data["quotes"] = quoted.data.get("quotes", 0) + by
        call.world.store.posts.save(quoted)


def _application(call: Call) -> dict[str, Any] | None:
    app = call.world.box("mastodon", "app").get(call.token.client_id) if call.token else None
    return {"name": app["name"], "website": app["website"]} if app else None


async def delete(call: Call) -> Response:
    """DELETE /api/v1/statuses/{id}: answers with the text. The media can be used again, without `delete_media`."""
    account = caller(call, "write:statuses")
    post = call.world.post("mastodon", call.part("id"))
    if post is None or post.account_id != account.id:
        raise not_found()
    answer = entities.status(call.world, post) | {"text": post.text}
    with call.world.store.transaction():
        call.world.delete_post(post)
        _count_quote(call, post, -1)
        for medium in call.world.media_of(post):
            if call.fields.flag("delete_media"):
                call.world.store.media.delete("mastodon", medium.id)
                continue
            medium.post_id, medium.created_at = "", call.world.now()
            call.world.store.media.save(medium)
    return JSONResponse(answer)
