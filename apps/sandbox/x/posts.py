"""Writing posts: alone, under another, as another version of one's own; and deleting them.

An edit is a new post with a new id that takes the place of the old one, for X Premium, within `edit_minutes` and five
times. There is no key that makes a repetition harmless. Deleting a post that is not there is 404, and one of somebody
else 403.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.x import billing, errors, events, fields, rules, schema, shown, text
from apps.sandbox.x.access import WRITE, caller
from apps.sandbox.x.accounts import is_premium, snowflake
from apps.sandbox.x.schema import ID, anything, each, flag, one_of, record, whole

MOST_VERSIONS = 6
_ID = schema.text(pattern=ID)
BODY = record(
    text=schema.text(),
    media=record(
        required=("media_ids",),
        media_ids=each(_ID, fewest=1, most=rules.MOST_PICTURES),
        tagged_user_ids=each(_ID, most=10),
        title=schema.text(),
        description=schema.text(),
        embeddable=flag(),
        preview_media_id=_ID,
        call_to_actions=anything(),
    ),
    poll=record(
        required=("options", "duration_minutes"),
        options=each(schema.text(shortest=1, longest=25), fewest=2, most=4),
        duration_minutes=whole(5, 10_080),
    ),
    reply=record(
        required=("in_reply_to_tweet_id",),
        in_reply_to_tweet_id=_ID,
        exclude_reply_user_ids=each(_ID),
        auto_populate_reply_metadata=flag(),
    ),
    edit_options=record(required=("previous_post_id",), previous_post_id=_ID),
    quote_tweet_id=_ID,
    reply_settings=one_of("following", "mentionedUsers", "subscribers", "verified"),
    community_id=_ID,
    share_with_followers=flag(),
    made_with_ai=flag(),
    paid_partnership=flag(),
    nullcast=flag(),
    for_super_followers_only=flag(),
    geo=record(place_id=schema.text()),
    card_uri=schema.text(),
    direct_message_deep_link=schema.text(),
)
# Kept with the post as they came.
REMEMBERED = ("reply_settings", "community_id", "made_with_ai", "paid_partnership", "nullcast", "geo", "card_uri")


def operation_of_create(call: Call) -> str:
    """A post under another is a comment or a part of a thread, not the commit of a post."""
    if call.fields.has("edit_options[previous_post_id]"):
        return "edit"
    return "comment" if call.fields.has("reply[in_reply_to_tweet_id]") else "commit"


async def create(call: Call) -> Response:
    """POST /2/tweets. Nothing here awaits, so that two of the same text cannot both get through."""
    account = caller(call, WRITE)
    body = schema.read(call, BODY)
    rules.check_shape(call, body)
    words = body.get("text", "")
    previous = _previous(call, account, body)
    data = _references(call, account, body, previous)
    media = rules.usable_media(call, account, body["media"]["media_ids"]) if "media" in body else []
    rules.check_text(call, account, words)
    data["said"] = rules.mark_of(words, data.get("reply_to", ""))
    rules.check_duplicate(call, account, data["said"], ignoring=previous.id if previous else "")
    billing.charge(call, billing.POST_WITH_URL if text.urls(words) else billing.POST)
    post = _publish(call.world, account, words, data | _details(call, body), media, previous)
    events.tell_post(call.world, post, account)
    return fields.answer(call, {"data": shown.post(call, post, ())}, status=201)


def _references(call: Call, account: Account, body: dict[str, Any], previous: Post | None) -> dict[str, Any]:
    """What the post stands under and what it quotes; a new version keeps what the old one had."""
    if previous:
        names = ("reply_to", "quoted", "conversation_id", "first_at", "history")
        return {name: previous.data[name] for name in names if name in previous.data}
    data: dict[str, Any] = {}
    if "reply" in body:
        parent = rules.parent(call, account, body["reply"]["in_reply_to_tweet_id"])
        data |= {"reply_to": parent.id, "conversation_id": parent.data.get("conversation_id", parent.id)}
    if "quote_tweet_id" in body:
        data["quoted"] = rules.quoted(call, body["quote_tweet_id"]).id
    return data


def _details(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    details = {name: body[name] for name in REMEMBERED if name in body}
    return details | ({"poll": {"id": snowflake(call.world), **body["poll"]}} if "poll" in body else {})


def _previous(call: Call, account: Account, body: dict[str, Any]) -> Post | None:
    """The version that this one takes the place of, if it may."""
    if "edit_options" not in body:
        return None
    previous, now = call.world.post("x", body["edit_options"]["previous_post_id"]), call.world.now()
    if previous is None or previous.account_id != account.id or not is_premium(call.world, account):
        raise errors.forbidden(call, errors.NOT_PERMITTED)
    first_at = datetime.fromisoformat(previous.data["first_at"]) if "first_at" in previous.data else previous.created_at
    is_late = now - first_at > timedelta(minutes=call.world.setting("x", "edit_minutes"))
    if is_late or len(previous.data.get("history", ())) >= MOST_VERSIONS:
        raise errors.forbidden(call, errors.NOT_PERMITTED)
    return previous


def _publish(
    world: World, account: Account, words: str, data: dict[str, Any], media: list[Medium], previous: Post | None
) -> Post:
    id, now = snowflake(world), world.now()
    data["history"] = [*data.get("history", ()), id]
    data.setdefault("conversation_id", id)
    data.setdefault("first_at", now.isoformat())
    parent = data.get("reply_to", "")
    kind = "reply" if parent else "post"
    post = Post("x", id, account.id, words, now, kind, parent_id=previous.parent_id if previous else parent, data=data)
    with world.store.transaction():
        world.publish(post, [own_copy(medium, id) for medium in media])
        if previous:
            _replace(world, previous, post)
    return post


def own_copy(medium: Medium, post_id: str) -> Medium:
    """The medium, or a copy of one that another post shows already: an id may be used again while it lives."""
    return replace(medium, id=f"{medium.id}-{post_id}") if medium.post_id else medium


def _replace(world: World, old: Post, new: Post) -> None:
    """The new version stands where the old one stood, with its replies; the old id can still be read."""
    for reply in world.replies_to(old):
        reply.parent_id = new.id
        world.store.posts.save(reply)
    old.data["edited_as"] = new.id
    world.delete_post(old)


async def delete(call: Call) -> Response:
    """DELETE /2/tweets/{id}"""
    account = caller(call, WRITE)
    post = call.world.post("x", call.part("id"))
    if post is None:
        raise errors.not_found(call, "tweet", call.part("id"))
    if post.account_id != account.id:
        raise errors.forbidden(call, "You are not authorized to delete this Tweet.")
    call.world.delete_post(post)
    events.tell_deletion(call.world, post)
    return JSONResponse({"data": {"deleted": True}})
