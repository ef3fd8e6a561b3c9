"""Who may reply to a post and whether it may be quoted: records of their own, at the key of the post."""

from __future__ import annotations

from typing import Any, Final

from apps.platforms.adapters.bluesky.abilities import REPLY_RULES
from apps.platforms.contract import Draft, Role

REPLIES: Final = "app.bsky.feed.threadgate"
QUOTES: Final = "app.bsky.feed.postgate"


def gates(draft: Draft, *, uri: str, created_at: str, lists: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    """The gate records of the post at `uri`, by collection; {} where all may do all. Only the beginning of a thread has
    gates. Who is on one of `lists` may reply beside those that the option allows; alone they are all who may."""
    made: dict[str, dict[str, Any]] = {}
    if draft.role is not Role.MAIN:
        return made
    rules = REPLY_RULES.get(draft.options.get("who_replies", ""))
    if rules is not None or lists:
        allowed = [{"$type": f"{REPLIES}#{rule}"} for rule in rules or ()]
        allowed += [{"$type": f"{REPLIES}#listRule", "list": one} for one in lists]
        made[REPLIES] = {"$type": REPLIES, "post": uri, "allow": allowed, "createdAt": created_at}
    if draft.options.get("no_quotes"):
        rules_of_quotes = [{"$type": f"{QUOTES}#disableRule"}]
        made[QUOTES] = {"$type": QUOTES, "post": uri, "createdAt": created_at, "embeddingRules": rules_of_quotes}
    return made
