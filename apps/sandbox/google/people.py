"""The person behind an account, and which of this person's tokens still hold."""

from __future__ import annotations

from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World


def google_user(world: World, account: Account) -> str:
    """Whose it is: with `shared_google_user` all accounts of the platform are one person's."""
    return "1" + "0" * 20 if world.setting(account.platform, "shared_google_user") else str(account.data["google_user"])


def tokens_of(world: World, account: Account) -> list[Token]:
    """All tokens of the person behind this account."""
    if world.setting(account.platform, "shared_google_user"):
        return world.store.tokens.find(platform=account.platform)
    return world.tokens_of(account)


def lock(world: World, account: Account) -> None:
    """Google has disabled the person's account."""
    world.box(account.platform, "locked").put(google_user(world, account), {})


def unlock(world: World, account: Account) -> None:
    world.box(account.platform, "locked").delete(google_user(world, account))


def is_alive(world: World, token: Token) -> bool:
    """Valid, its person's account in use, and none of its family revoked: whoever revokes one token of a grant has
    revoked them all."""
    is_locked = world.box(token.platform, "locked").get(str(token.data.get("user"))) is not None
    if is_locked or not token.is_valid(world.now()):
        return False
    family = world.store.tokens.find(platform=token.platform, account_id=token.account_id)
    return not any(one.revoked_at for one in family if one.data.get("grant") == token.data.get("grant"))
