"""Accounts and locations. An account of the sandbox is a location in a group of its own, and the person who manages it.

All numbers follow from the place in the row of accounts: the group `accounts/1...`, the person's own account
`accounts/11...` and the location `locations/2...`. The id of the sandbox's account is the name of location and group,
`accounts/1.../locations/2...`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.google import tokens
from apps.sandbox.google.people import google_user
from apps.sandbox.google_business.names import NAME
from apps.sandbox.google_business.scopes import SCOPES

# Why a location may have no voice of merchant, as VoiceOfMerchantState tells it.
WITHOUT_VOICE = ("waitForVoiceOfMerchant", "verify", "resolveOwnershipConflict", "complyWithGuidelines")
CHAIN, LOST_ROLE, DELETED = "chain", "lostRole", "deleted"


def open_account(world: World, handle: str, name: str) -> Account:
    place = world.store.accounts.count("platform=?", (NAME,)) + 1
    group, location = f"1{place:020d}", f"2{place:018d}"
    account = Account(
        platform=NAME,
        id=_name(group, location),
        handle=handle,
        name=name,
        created_at=world.now(),
        data={"google_user": f"11{place:019d}", "group": group, "location": location, "place": place},
    )
    return world.store.accounts.add(account)


def issue_credentials(world: World, account: Account, scopes: Sequence[str] | None) -> dict[str, Any]:
    told = tokens.credentials(world, account, SCOPES if scopes is None else scopes)
    return told | {
        "account_id": account.id,
        "account": f"accounts/{account.data['group']}",
        "location": f"locations/{account.data['location']}",
    }


def _name(group: str, location: str) -> str:
    return f"accounts/{group}/locations/{location}"


def locate(world: World, location: str) -> Account | None:
    """The location with this number unless it was deleted."""
    group = f"1{int(location[1:]):020d}" if location.isdecimal() and len(location) == 19 else ""
    found = world.account(NAME, _name(group, location))
    return None if found is None or problem(world, found) == DELETED else found


def problem(world: World, location: Account) -> str:
    """What is the matter with a location, by the settings `location_problem` and `location_problem_of`."""
    only = str(world.setting(NAME, "location_problem_of"))
    return str(world.setting(NAME, "location_problem")) if only in {"", location.handle} else ""


def has_voice(world: World, location: Account) -> bool:
    return problem(world, location) not in WITHOUT_VOICE


def managed(world: World, person: Account) -> list[Account]:
    """The person's own location and, by the setting `more_channels`, so many others; not those whose role was lost."""
    if world.setting(NAME, "shared_google_user"):
        found = world.accounts(NAME)
    else:
        others = [one for one in world.accounts(NAME) if one.id != person.id]
        found = [person, *others[: int(world.setting(NAME, "more_channels"))]]
    return [one for one in found if problem(world, one) not in {LOST_ROLE, DELETED}]


def listed_under(world: World, person: Account, account: str) -> list[Account] | None:
    """The locations that an account lists for this person, None for an account of others; "-" lists them all."""
    found = managed(world, person)
    if account == "-":
        return found
    if account == google_user(world, person):
        return found if world.setting(NAME, "listed_twice") else []
    if account not in {person.data["group"], *(one.data["group"] for one in found)}:
        return None
    return [one for one in found if one.data["group"] == account]
