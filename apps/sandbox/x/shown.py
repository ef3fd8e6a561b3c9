"""Posts, users, media and polls as X shows them: t.co links, entities, and the fields that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.x import accounts, metrics, text
from apps.sandbox.x.fields import spelt_instant

Readers = Mapping[str, Callable[[], Any]]
ALWAYS = ("id", "text", "edit_history_post_ids")
POST_FIELDS = (
    *ALWAYS, "created_at", "author_id", "conversation_id", "entities", "attachments", "referenced_posts",
    "in_reply_to_user_id", "note_post", "public_metrics", "non_public_metrics", "organic_metrics", "reply_settings",
    "possibly_sensitive", "lang", "edit_controls", "community_id",
)  # fmt: skip
MEDIA_FIELDS = (
    "media_key", "type", "url", "preview_image_url", "width", "height", "duration_ms", "alt_text", "public_metrics",
)  # fmt: skip
USER_FIELDS = (
    "id", "name", "username", "created_at", "profile_image_url", "verified", "verified_type", "subscription_type",
    "public_metrics", "protected", "confirmed_email",
)  # fmt: skip
POLL_FIELDS = ("id", "options", "duration_minutes", "end_datetime", "voting_status")
EXPANSIONS = ("author_id", "attachments.media_keys", "attachments.poll_ids", "referenced_posts.id")
EDITABLE_FOR = 5


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    entities: dict[str, Any]


def post(call: Call, post: Post, wanted: Iterable[str]) -> dict[str, Any]:
    """The wanted fields; what a post does not have is absent."""
    return _select(_post_readers(call, post), (*ALWAYS, *wanted))


def _select(readers: Readers, wanted: Iterable[str]) -> dict[str, Any]:
    found = {name: readers[name]() for name in dict.fromkeys(wanted)}
    return {name: value for name, value in found.items() if value is not None}


def _post_readers(call: Call, post: Post) -> Readers:
    world, data = call.world, post.data
    is_private = metrics.are_private_to(world, post, call.account)

    def answered_user() -> str | None:
        parent = world.store.posts.get("x", data["reply_to"]) if data.get("reply_to") else None
        return parent.account_id if parent else None

    return {
        "id": lambda: post.id,
        "text": lambda: rendered(world, post).text,
        "edit_history_post_ids": lambda: data.get("history", [post.id]),
        "created_at": lambda: spelt_instant(post.created_at),
        "author_id": lambda: post.account_id,
        "conversation_id": lambda: data.get("conversation_id", post.id),
        "entities": lambda: rendered(world, post).entities or None,
        "attachments": lambda: _attachments(world, post) or None,
        "referenced_posts": lambda: _references(post) or None,
        "in_reply_to_user_id": answered_user,
        "note_post": lambda: _note(world, post) if is_note(post) else None,
        "public_metrics": lambda: metrics.public(world, post),
        "non_public_metrics": lambda: metrics.private(world, post) if is_private else None,
        "organic_metrics": lambda: metrics.organic(world, post) if is_private else None,
        "reply_settings": lambda: data.get("reply_settings", "everyone"),
        "possibly_sensitive": lambda: False,
        "lang": lambda: "und" if not post.text.strip() else "en",
        "edit_controls": lambda: _edit_controls(world, post),
        "community_id": lambda: data.get("community_id"),
    }


def is_note(post: Post) -> bool:
    return text.weight(post.text) > text.LONGEST


def rendered(world: World, post: Post, *, full: bool = False) -> Rendered:
    """The text with t.co links in place of addresses, one more for the media, and &, < and > escaped.

    Of a long text only the beginning, unless `full`."""
    source = post.text
    cut = "" if full or not is_note(post) else "…"
    if cut:
        source = source[: text.LONGEST // 2]
    parts, links, at, length = [], [], 0, 0
    for place, span in enumerate(text.urls(source)):
        before = escape(source[at : span.start], quote=False)
        link = text.short_link(post.id, place)
        links.append(_link(length + len(before), link, span.value))
        parts += [before, link]
        length += len(before) + len(link)
        at = span.end
    words = "".join([*parts, escape(source[at:], quote=False), cut])
    for medium in world.media_of(post)[:1]:
        words, media_link = _with_media(world, post, medium, words)
        links.append(media_link)
    return Rendered(words, _entities(words, links))


def _with_media(world: World, post: Post, medium: Medium, words: str) -> tuple[str, dict[str, Any]]:
    author = world.account("x", post.account_id)
    kind = "photo" if medium.mime.startswith("image/") else "video"
    address = f"https://x.com/{author.handle if author else 'i'}/status/{post.id}/{kind}/1"
    link, joint = text.short_link(post.id, -1), " " if words else ""
    return f"{words}{joint}{link}", _link(len(words) + len(joint), link, address) | {"media_key": media_key(medium)}


def _link(start: int, link: str, address: str) -> dict[str, Any]:
    plain = address.partition("://")[2]
    return {
        "start": start,
        "end": start + len(link),
        "url": link,
        "expanded_url": address,
        "display_url": plain if len(plain) <= 27 else f"{plain[:26]}…",
    }


def _entities(words: str, links: list[dict[str, Any]]) -> dict[str, Any]:
    def listed(spans: list[text.Span], name: str) -> list[dict[str, Any]]:
        return [{"start": span.start, "end": span.end, name: span.value} for span in spans]

    found = {
        "urls": links,
        "mentions": listed(text.mentions(words), "username"),
        "hashtags": listed(text.hashtags(words), "tag"),
        "cashtags": listed(text.cashtags(words), "tag"),
    }
    return {name: entities for name, entities in found.items() if entities}


def _note(world: World, post: Post) -> dict[str, Any]:
    whole = rendered(world, post, full=True)
    return {"text": whole.text} | ({"entities": whole.entities} if whole.entities else {})


def _attachments(world: World, post: Post) -> dict[str, Any]:
    keys = [media_key(medium) for medium in world.media_of(post)]
    poll = post.data.get("poll")
    return ({"media_keys": keys} if keys else {}) | ({"poll_ids": [poll["id"]]} if poll else {})


def _references(post: Post) -> list[dict[str, str]]:
    kinds = {"replied_to": post.data.get("reply_to"), "quoted": post.data.get("quoted")}
    return [{"type": kind, "id": id} for kind, id in kinds.items() if id]


def _edit_controls(world: World, post: Post) -> dict[str, Any]:
    until = post.created_at + timedelta(minutes=world.setting("x", "edit_minutes"))
    left = EDITABLE_FOR + 1 - len(post.data.get("history", [post.id]))
    return {
        "edits_remaining": left,
        "is_edit_eligible": left > 0,
        "editable_until": spelt_instant(until),
    }


def media_key(medium: Medium) -> str:
    return str(medium.data.get("media_key") or f"3_{medium.id}")


def medium(world: World, medium: Medium, wanted: Iterable[str]) -> dict[str, Any]:
    is_picture = medium.mime.startswith("image/")
    kind = ("animated_gif" if medium.data.get("category") == "tweet_gif" else "photo") if is_picture else "video"
    shower = world.post("x", medium.post_id)
    readers = {
        "media_key": lambda: media_key(medium),
        "type": lambda: kind,
        "url": lambda: world.media_url(medium) if is_picture else None,
        "preview_image_url": lambda: None if is_picture else world.media_url(medium),
        "width": lambda: medium.width or None,
        "height": lambda: medium.height or None,
        "duration_ms": lambda: int(medium.data.get("seconds", 0) * 1000) or None,
        "alt_text": lambda: medium.alt or None,
        "public_metrics": lambda: metrics.views(shower, world.now()) if shower and not is_picture else None,
    }
    return _select(readers, ("media_key", "type", *wanted))


def user(call: Call, account: Account, wanted: Iterable[str]) -> dict[str, Any]:
    world, is_premium = call.world, accounts.is_premium(call.world, account)
    may_know_address = call.account == account and call.token is not None and "users.email" in call.token.scopes
    readers = {
        "id": lambda: account.id,
        "name": lambda: account.name,
        "username": lambda: account.handle,
        "created_at": lambda: spelt_instant(account.created_at),
        "profile_image_url": lambda: world.avatar_url(account),
        "verified": lambda: is_premium,
        "verified_type": lambda: "blue" if is_premium else "none",
        "subscription_type": lambda: "Premium" if is_premium else "None",
        "public_metrics": lambda: _user_metrics(world, account),
        "protected": lambda: False,
        "confirmed_email": lambda: f"{account.handle}@example.test" if may_know_address else None,
    }
    return _select(readers, ("id", "name", "username", *wanted))


def _user_metrics(world: World, account: Account) -> dict[str, int]:
    """Five more followers each day."""
    days = (world.now() - account.created_at).days
    posts = world.store.posts.count("platform='x' AND account_id=? AND deleted_at IS NULL", (account.id,))
    return {
        "followers_count": account.data["followers_count"] + 5 * days,
        "following_count": account.data["following_count"],
        "post_count": posts,
        "listed_count": account.data["listed_count"],
    }


def poll(world: World, post: Post, wanted: Iterable[str]) -> dict[str, Any]:
    poll = post.data["poll"]
    ends_at = post.created_at + timedelta(minutes=poll["duration_minutes"])
    options = [{"position": place, "label": label, "votes": 0} for place, label in enumerate(poll["options"], start=1)]
    readers = {
        "id": lambda: poll["id"],
        "options": lambda: options,
        "duration_minutes": lambda: poll["duration_minutes"],
        "end_datetime": lambda: spelt_instant(ends_at),
        "voting_status": lambda: "closed" if ends_at <= world.now() else "open",
    }
    return _select(readers, ("id", "options", *wanted))
