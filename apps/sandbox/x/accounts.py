"""Accounts on X: who they are, what they subscribe to, and the ids of everything.

An id is a snowflake: its upper bits are the millisecond in which it was made. `premium_handles` (or "*") have X
Premium, with longer texts and films and edits; `suspended_handles` and `locked_handles` are refused everywhere.
"""

from __future__ import annotations

from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World

EPOCH_MS = 1288834974657


def snowflake(world: World) -> str:
    number = world.number()
    return str(((number >> 16) - EPOCH_MS) << 22 | number & 0xFFFF)


def open_account(world: World, handle: str, name: str) -> Account:
    place = world.store.accounts.count("platform='x'") + 1
    account = Account(
        platform="x",
        id=str(2244994940 + place),
        handle=handle,
        name=name,
        created_at=world.now(),
        data={"followers_count": 210 + 41 * place, "following_count": 60 + 13 * place, "listed_count": place},
    )
    return world.store.accounts.add(account)


def is_listed(world: World, account: Account, setting: str) -> bool:
    """Whether the account's handle is among those of a setting such as `premium_handles`."""
    handles = str(world.setting("x", setting)).replace(",", " ").split()
    return "*" in handles or account.handle in handles


def is_premium(world: World, account: Account) -> bool:
    return is_listed(world, account, "premium_handles")
