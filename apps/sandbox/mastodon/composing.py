"""What a status may say: text, warning, media, poll, parent and quote, checked as Mastodon checks them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.mastodon import entities, media, text
from apps.sandbox.mastodon.errors import invalid, not_found, refused
from apps.sandbox.mastodon.limits import limit
from apps.sandbox.mastodon.reading import visible

VISIBILITIES = ("public", "unlisted", "private", "direct")
QUOTE_POLICIES = ("public", "followers", "nobody")


@dataclass(frozen=True, slots=True)
class Content:
    """What a status says, whether it is new or edited."""

    words: str
    warning: str
    media: list[Medium]
    poll: dict[str, Any] | None


def content(call: Call, account: Account, *, of: Post | None = None) -> Content:
    """The checked content of a request; `of` is the status that is edited, whose media it may keep."""
    fields = call.fields
    attached = _attached(call, account, of)
    poll = _poll(call)
    if poll and attached:
        raise invalid("Cannot attach a poll to a post with media")
    words, warning = fields.text("status"), fields.text("spoiler_text")
    if not words.strip() and warning:
        words, warning = warning, ""
    if not words.strip() and not attached:
        raise invalid("Text can't be blank")
    most = limit(call.world, "max_characters")
    if text.graphemes(warning) + text.counted(words) > most:
        raise invalid(f"Text character limit of {most} exceeded")
    return Content(words, warning, attached, poll)


def parent(call: Call, account: Account) -> Post | None:
    id = call.fields.text("in_reply_to_id")
    if not id:
        return None
    found = call.world.post("mastodon", id)
    if found is None or not visible(found, account):
        raise not_found()
    return found


def quoted(call: Call, account: Account, said: Content) -> Post | None:
    """The status to quote; servers of other software, and older ones, do not look at the field."""
    id = call.fields.text("quoted_status_id")
    if not id or call.world.setting("mastodon", "software") != "mastodon":
        return None
    if said.media or said.poll:
        raise invalid("Quoted status cannot be combined with media or a poll")
    found = call.world.post("mastodon", id)
    if found is None or not visible(found, account):
        raise not_found()
    if found.data.get("quote_policy") == "nobody" and found.account_id != account.id:
        raise refused(403, "This action is not allowed")
    return found


def quote_policy(call: Call) -> str:
    policy = call.fields.text("quote_approval_policy", "public")
    if policy not in QUOTE_POLICIES:
        raise invalid("Quote approval policy is not included in the list")
    return policy


def _attached(call: Call, account: Account, of: Post | None) -> list[Medium]:
    kept = {medium.id: medium for medium in call.world.media_of(of)} if of else {}
    ids = call.fields.list("media_ids")
    if len(ids) > (most := limit(call.world, "max_media")):
        raise invalid(f"Cannot attach more than {most} files")
    found = {id: medium for id in ids if (medium := kept.get(id) or media.unattached(call, account, id))}
    if missing := [id for id in ids if id not in found]:
        raise invalid(f"Media with IDs {', '.join(missing)} could not be found")
    attached = list(found.values())
    if len(attached) > 1 and any(medium.data.get("type", "image") != "image" for medium in attached):
        raise invalid("Cannot attach a video to a post that already contains images")
    if any(medium.data.get("failed") or not entities.is_ready(medium, call.world.now()) for medium in attached):
        words = "Cannot attach files that have not finished processing. Try again in a moment!"
        raise refused(422, words)
    return attached


def _poll(call: Call) -> dict[str, Any] | None:
    options = [option.strip() for option in call.fields.list("poll[options]")]
    if not options:
        return None
    _check_options(call.world, options)
    seconds = call.fields.text("poll[expires_in]", "0")
    if not seconds.isdigit() or int(seconds) < limit(call.world, "poll_shortest"):
        raise invalid("Expires at is too soon")
    if int(seconds) > limit(call.world, "poll_longest"):
        raise invalid("Expires at is too far into the future")
    ends_at = call.world.now() + timedelta(seconds=int(seconds))
    return {
        "options": options,
        "multiple": call.fields.flag("poll[multiple]"),
        "hide_totals": call.fields.flag("poll[hide_totals]"),
        "expires_at": ends_at.isoformat(),
    }


def _check_options(world: World, options: list[str]) -> None:
    most, longest = limit(world, "poll_options"), limit(world, "poll_option_characters")
    if len(options) < 2 or not all(options):
        raise invalid("Options must have more than one item")
    if len(options) > most:
        raise invalid(f"Options can't contain more than {most} items")
    if any(text.graphemes(option) > longest for option in options):
        raise invalid(f"Options can't be longer than {longest} characters each")
    if len(set(options)) < len(options):
        raise invalid("Options contain duplicate items")
