"""The people behind the Pages: whose Pages they are, what they have granted, and the tokens that follow from it.

A Page is the sandbox's account; its owner is a person with an id of their own, which is what applications see as the
user. Revocation comes by person: every token derived from a login carries the person's id in its `data`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.meta.inspection import DATA_ACCESS_LIVES

NAME = "facebook"
LONG_LIVES = timedelta(seconds=5_183_944)

# Read and changed as plain JSON: name, page (their first), and the state of their account.
Person = dict[str, Any]


def person(world: World, user_id: str) -> Person | None:
    return world.box(NAME, "person").get(user_id)


def save_person(world: World, user_id: str, person: Person) -> None:
    world.box(NAME, "person").put(user_id, person)


def grant_of(world: World, user_id: str) -> dict[str, Any]:
    """What the person has granted: scopes, declined scopes, Pages ticked."""
    return world.box(NAME, "grant").get(user_id) or {"scopes": [], "declined": [], "pages": []}


def save_grant(world: World, user_id: str, grant: dict[str, Any]) -> None:
    world.box(NAME, "grant").put(user_id, grant)


def managed_pages(world: World, user_id: str) -> list[Account]:
    """The person's own Page and, by the setting `more_channels`, so many others; not those whose role was lost."""
    who = person(world, user_id) or {"page": "", "lost": []}
    every = world.accounts(NAME)
    own = [page for page in every if page.id == who["page"]]
    others = [page for page in every if page.id != who["page"]]
    more = int(world.setting(NAME, "more_channels"))
    return [page for page in own + others[:more] if page.id not in who["lost"]]


def granted_pages(world: World, user_id: str) -> list[Account]:
    ticked = set(grant_of(world, user_id)["pages"])
    return [page for page in managed_pages(world, user_id) if page.id in ticked]


def user_token(world: World, page: Account, scopes: Sequence[str], *, kind: str, authorized_at: float = 0) -> Token:
    """`kind` is short or long. Its account is the Page that was chosen, so that faults can be aimed at it."""
    short = timedelta(seconds=int(world.setting(NAME, "short_token_seconds")))
    return world.issue_token(
        NAME,
        kind=kind,
        account_id=page.id,
        client_id=str(world.setting(NAME, "app_id")),
        scopes=scopes,
        lives=short if kind == "short" else LONG_LIVES,
        prefix="EAA",
        data={"user_id": page.data["owner_id"], "authorized_at": authorized_at or world.now().timestamp()},
    )


def page_token(world: World, parent: Token, page: Account) -> Token:
    """The Page's token of this login, the same each time: without an end if the login's token is a long one."""
    for token in tokens_of_person(world, str(parent.data["user_id"])):
        if token.data.get("parent") == parent.token and token.data["page_id"] == page.id and not token.revoked_at:
            return token
    token = world.issue_token(
        NAME,
        kind="page",
        account_id=page.id,
        client_id=parent.client_id,
        scopes=parent.scopes,
        prefix="EAA",
        data={**parent.data, "page_id": page.id, "parent": parent.token},
    )
    if parent.kind == "short":
        token.expires_at = parent.expires_at
        world.store.tokens.save(token)
    return token


def data_access_ended(world: World, token: Token | None) -> bool:
    """Whether the person has not logged in for 90 days and lists are therefore empty, if a setting says that they are.

    The token stays valid. What this does to calls for a Page is uncertain."""
    if token is None or not world.setting(NAME, "data_access_ends"):
        return False
    return bool(world.now().timestamp() >= token.data["authorized_at"] + DATA_ACCESS_LIVES.total_seconds())


def tokens_of_person(world: World, user_id: str) -> list[Token]:
    where = "platform=? AND json_extract(data, '$.user_id')=?"
    return world.store.tokens.select(where, (NAME, user_id))


def end_connection(world: World, user_id: str, subcode: int) -> None:
    """Every token that follows from this person's logins ends, and 190 with `subcode` says why."""
    with world.store.transaction():
        for token in tokens_of_person(world, user_id):
            token.data.setdefault("ended_by", subcode)
            world.revoke(token)
