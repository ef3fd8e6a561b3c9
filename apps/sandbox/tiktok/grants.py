"""The end of a grant, whoever ends it: all its tokens die, what is under way fails, and the application is told."""

from __future__ import annotations

from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import publishes, webhooks

UNKNOWN, BY_PERSON, ACCOUNT_DELETED, AGE_CHANGED, BANNED, BY_DEVELOPER = range(6)


def remove(world: World, account: Account, *, reason: int) -> int:
    """How many tokens that were valid have died."""
    now = world.now()
    alive = [token for token in world.tokens_of(account) if token.is_valid(now)]
    for token in alive:
        world.revoke(token)
    if alive:
        webhooks.tell(world, account, "authorization.removed", {"reason": reason})
    for publish in publishes.under_way(world, account):
        publishes.fail(world, publish, "auth_removed")
    return len(alive)
