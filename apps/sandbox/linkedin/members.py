"""Organizations and their members: each page has an administrator, who is an author with an own feed.

The sandbox's accounts are the pages; a page's member becomes an account, too, when somebody first logs in with it. An
account's id is its author URN.
"""

from __future__ import annotations

from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import urns

LINKEDIN = "linkedin"
FIRST_ORGANIZATION = 5_550_000
GIVEN_NAMES = ("Ann", "Ben", "Cleo", "Dana", "Eve", "Finn", "Gina", "Hugo", "Iris", "Jon")
PAGES = "platform='linkedin' AND id LIKE 'urn:li:organization:%'"


def open_account(world: World, handle: str, name: str) -> Account:
    """A page together with the name of the member who administers it."""
    place = world.store.accounts.count(PAGES) + 1
    given = GIVEN_NAMES[(place - 1) % len(GIVEN_NAMES)]
    family = name.split()[0] if name.split() else handle
    account = Account(
        platform=LINKEDIN,
        id=urns.make(urns.ORGANIZATION, FIRST_ORGANIZATION + place),
        handle=handle,
        name=name,
        created_at=world.now(),
        data={
            "member": urns.make(urns.PERSON, f"Sb{place:06d}xQ"),
            "member_handle": f"{given.lower()}-{handle}",
            "given_name": given,
            "family_name": family,
            "followers": 180 + 41 * place,
        },
    )
    return world.store.accounts.add(account)


def member_of(world: World, account: Account) -> Account:
    """The member who logs in where `account`, a page or a member, was chosen."""
    if urns.kind_of(account.id) == urns.PERSON:
        return account
    known = world.account(LINKEDIN, account.data["member"])
    return known or _first_login(world, account)


def _first_login(world: World, page: Account) -> Account:
    given, family = page.data["given_name"], page.data["family_name"]
    member = Account(
        platform=LINKEDIN,
        id=page.data["member"],
        handle=page.data["member_handle"],
        name=f"{given} {family}",
        created_at=world.now(),
        data={
            "page": page.id,
            "given_name": given,
            "family_name": family,
            "email": f"{page.data['member_handle']}@mail.example",
            "followers": 90 + page.data["followers"] // 3,
        },
    )
    return world.store.accounts.add(member)


def pages(world: World) -> list[Account]:
    return world.store.accounts.select(PAGES)


def page_by_vanity_name(world: World, name: str) -> Account | None:
    account = world.account_by_handle(LINKEDIN, name)
    return account if account and urns.kind_of(account.id) == urns.ORGANIZATION else None


def pages_of(world: World, member: Account) -> list[Account]:
    """The pages on which this member has a role: the own one, and as many others as `more_channels` says."""
    if not world.setting(LINKEDIN, "organization_role"):
        return []
    own: list[Account] = []
    others: list[Account] = []
    for page in pages(world):
        (own if page.id == member.data["page"] else others).append(page)
    return own + others[: int(world.setting(LINKEDIN, "more_channels"))]


def role_on(world: World, member: Account, organization: str) -> str:
    """The member's role on this page, or "" for none."""
    has_role = any(page.id == organization for page in pages_of(world, member))
    return str(world.setting(LINKEDIN, "organization_role")) if has_role else ""
