"""Writing statuses: validation, idempotency keys, deletion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.mastodon import entities, instance, media, text
from apps.sandbox.mastodon.access import caller, count_status, refuse_many_statuses
from apps.sandbox.mastodon.errors import invalid, not_found, refused
from apps.sandbox.mastodon.reading import visible

KEY_LIVES = timedelta(hours=1)
VISIBILITIES = ("public", "unlisted", "private", "direct")


def operation_of_create(call: Call) -> str:
    """A status under another is a comment or a part of a thread, not the commit of a post."""
    return "comment" if call.fields.text("in_reply_to_id") else "commit"


async def create(call: Call) -> Response:
    """POST /api/v1/statuses. Nothing here awaits, so two requests with one key cannot both get through."""
    account = caller(call, "write:statuses")
    if first := _first_with_this_key(call, account):
        return JSONResponse(entities.status(call.world, first))
    refuse_many_statuses(call, account)
    post, attached = _validated(call, account)
    call.world.publish(post, attached)
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


def _validated(call: Call, account: Account) -> tuple[Post, list[Medium]]:
    fields = call.fields
    if fields.text("scheduled_at"):
        raise invalid("Scheduled at is not simulated by the sandbox")
    parent = _parent(call, account)
    attached = _attached(call, account)
    poll = _poll(call)
    if poll and attached:
        raise invalid("Cannot attach a poll to a post with media")
    words, warning = fields.text("status"), fields.text("spoiler_text")
    if not words.strip() and warning:
        words, warning = warning, ""
    if not words.strip() and not attached:
        raise invalid("Text can't be blank")
    limit = int(call.world.setting("mastodon", "max_characters"))
    if text.graphemes(warning) + text.counted(words) > limit:
        raise invalid(f"Text character limit of {limit} exceeded")
    visibility = fields.text("visibility", "public")
    if visibility not in VISIBILITIES:
        raise invalid("Visibility is not included in the list")
    post = Post(
        platform="mastodon",
        id=str(call.world.number()),
        account_id=account.id,
        text=words,
        created_at=call.world.now(),
        kind="reply" if parent else "post",
        parent_id=parent.id if parent else "",
        visibility=visibility,
        data={
            "warning": warning,
            "sensitive": fields.flag("sensitive") or bool(warning),
            "language": fields.text("language", "en"),
            "application": _application(call),
            "poll": poll,
        },
    )
    return post, attached


def _parent(call: Call, account: Account) -> Post | None:
    id = call.fields.text("in_reply_to_id")
    if not id:
        return None
    parent = call.world.post("mastodon", id)
    if parent is None or not visible(parent, account):
        raise not_found()
    return parent


def _attached(call: Call, account: Account) -> list[Medium]:
    ids = call.fields.list("media_ids")
    if len(ids) > instance.MAX_MEDIA:
        raise invalid(f"Cannot attach more than {instance.MAX_MEDIA} files")
    found = {id: medium for id in ids if (medium := media.unattached(call, account, id))}
    if missing := [id for id in ids if id not in found]:
        raise invalid(f"Media with IDs {', '.join(missing)} could not be found")
    attached = list(found.values())
    if len(attached) > 1 and any(medium.data["type"] != "image" for medium in attached):
        raise invalid("Cannot attach a video to a post that already contains images")
    if any(medium.data["failed"] or not entities.is_ready(medium, call.world.now()) for medium in attached):
        words = "Cannot attach files that have not finished processing. Try again in a moment!"
        raise refused(422, words)
    return attached


def _poll(call: Call) -> dict[str, Any] | None:
    options = [option.strip() for option in call.fields.list("poll[options]")]
    if not options:
        return None
    if len(options) < 2 or not all(options):
        raise invalid("Options must have more than one item")
    if len(options) > instance.POLL_OPTIONS:
        raise invalid(f"Options can't contain more than {instance.POLL_OPTIONS} items")
    if any(text.graphemes(option) > instance.POLL_OPTION_LENGTH for option in options):
        raise invalid(f"Options can't be longer than {instance.POLL_OPTION_LENGTH} characters each")
    if len(set(options)) < len(options):
        raise invalid("Options contain duplicate items")
    seconds = call.fields.text("poll[expires_in]", "0")
    if not seconds.isdigit() or int(seconds) < instance.POLL_SHORTEST:
        raise invalid("Expires at is too soon")
    if int(seconds) > instance.POLL_LONGEST:
        raise invalid("Expires at is too far into the future")
    ends_at = call.world.now() + timedelta(seconds=int(seconds))
    return {"options": options, "multiple": call.fields.flag("poll[multiple]"), "expires_at": ends_at.isoformat()}


def _application(call: Call) -> dict[str, Any] | None:
    app = call.world.box("mastodon", "app").get(call.token.client_id) if call.token else None
    return {"name": app["name"], "website": app["website"]} if app else None


async def delete(call: Call) -> Response:
    """DELETE /api/v1/statuses/{id}: answers with the source text, and the media can be used again."""
    account = caller(call, "write:statuses")
    post = call.world.post("mastodon", call.part("id"))
    if post is None or post.account_id != account.id:
        raise not_found()
    answer = entities.status(call.world, post) | {"text": post.text}
    with call.world.store.transaction():
        call.world.delete_post(post)
        for medium in call.world.media_of(post):
            medium.post_id, medium.created_at = "", call.world.now()
            call.world.store.media.save(medium)
    return JSONResponse(answer)
