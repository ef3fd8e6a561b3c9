"""What X refuses to publish, beyond the shape of the request: too long, said already, answered uninvited.

Sold to everybody ("self-serve"), the API takes no quotes, one cashtag, and replies only where the author of the other
post has mentioned or quoted the account; `enterprise` lifts that. Replies to oneself pass unless `self_reply` is off.
The same text under the same post is a duplicate for `duplicate_hours`, whatever pictures it comes with.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import timedelta
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.x import errors, media, text
from apps.sandbox.x.accounts import is_premium
from apps.sandbox.x.judging import LONGEST_SECONDS

EXCLUSIVE = ("media", "poll", "quote_tweet_id", "card_uri")
MOST_PICTURES = 4


def check_shape(call: Call, body: dict[str, Any]) -> None:
    if len(given := [name for name in EXCLUSIVE if name in body]) > 1:
        message = f"[{', '.join(given)}] are mutually exclusive"
        raise errors.invalid(call, given[1], "", message)
    if not body.get("text", "").strip() and "media" not in body:
        raise errors.invalid(call, "text", body.get("text", ""), "[text] is missing but it is required")


def check_text(call: Call, account: Account, words: str) -> None:
    longest = int(call.world.setting("x", "premium_characters")) if is_premium(call.world, account) else text.LONGEST
    if text.weight(words) > longest:
        long = (186, "Tweet needs to be a bit shorter.")
        raise errors.forbidden(call, errors.NOT_PERMITTED, v1=long)
    if len(text.cashtags(words)) > 1 and not call.world.setting("x", "enterprise"):
        raise errors.forbidden(call, "Your post has more cashtags than the maximum of one cashtag.")
    refused = str(call.world.setting("x", "refused_url"))
    if refused and any(span.value.startswith(refused) for span in text.urls(words)):
        raise errors.forbidden(call, "The Tweet contains an invalid URL.")


def check_duplicate(call: Call, account: Account, said: str, *, ignoring: str = "") -> None:
    """Refuse what the account has said already, by its `mark_of`, unless the post with the id `ignoring` says it."""
    since = call.world.now() - timedelta(hours=call.world.setting("x", "duplicate_hours"))
    where = "platform='x' AND account_id=? AND deleted_at IS NULL AND id != ? AND created_at > ? AND instr(data, ?)"
    values = (account.id, ignoring, since.timestamp(), f'"said": "{said}"')
    if said and call.world.store.posts.count(where, values):
        raise errors.forbidden(call, errors.DUPLICATE, v1=(187, "Status is a duplicate."))


def mark_of(words: str, parent: str) -> str:
    """What two posts have in common that X takes for duplicates; empty for pictures without words."""
    same = " ".join(unicodedata.normalize("NFC", words).split())
    return hashlib.sha256(f"{parent} {same}".encode()).hexdigest()[:20] if same else ""


def parent(call: Call, account: Account, id: str) -> Post:
    """The post that is replied to, which has to be there, visible, and open to this account."""
    found, world = call.world.post("x", id), call.world
    lag = timedelta(seconds=world.setting("x", "visibility_lag_seconds"))
    if found is None or world.now() - found.created_at < lag:
        raise errors.forbidden(call, errors.PARENT_GONE, v1=(385, errors.PARENT_GONE))
    if not _may_reply(call, account, found):
        raise errors.forbidden(call, errors.NOT_SUMMONED, v1=(433, errors.NOT_SUMMONED))
    return found


def _may_reply(call: Call, account: Account, to: Post) -> bool:
    if to.account_id == account.id:
        return bool(call.world.setting("x", "self_reply"))
    if call.world.setting("x", "enterprise"):
        return True
    quoted = call.world.store.posts.get("x", to.data["quoted"]) if to.data.get("quoted") else None
    named = {span.value.lower() for span in text.mentions(to.text)}
    return account.handle.lower() in named or (quoted is not None and quoted.account_id == account.id)


def quoted(call: Call, id: str) -> Post:
    found = call.world.post("x", id)
    if not call.world.setting("x", "enterprise"):
        raise errors.forbidden(call, errors.NOT_PERMITTED)
    if found is None:
        raise errors.invalid(call, "quote_tweet_id", id, "The quoted post is deleted or not visible to you")
    return found


def usable_media(call: Call, account: Account, ids: list[str]) -> list[Medium]:
    """Up to four pictures, or one animation, or one film; ready, of this account, and young enough."""
    now = call.world.now()
    found = [call.world.store.media.get("x", id) for id in ids]
    usable = [one for one in found if one is not None and media.is_usable(one, account, now)]
    if len(usable) < len(ids) or len(set(ids)) < len(ids):
        raise errors.bad_media(call, ids)
    kinds = {media.kind_of(medium) for medium in usable}
    if kinds != {"image"} and len(usable) > 1 and not call.world.setting("x", "mixed_media"):
        raise errors.invalid(call, "media.media_ids", ids, "A post has up to 4 photos, or 1 GIF, or 1 video")
    for medium in usable:
        _check_length(call, account, medium)
    return usable


def _check_length(call: Call, account: Account, medium: Medium) -> None:
    if medium.data["seconds"] > LONGEST_SECONDS and not is_premium(call.world, account):
        raise errors.forbidden(call, "This user is not allowed to post a video longer than 2 minutes")
