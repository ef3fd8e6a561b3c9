"""Accounts, their locations, and whether Google lets somebody speak for one: what a person chooses from.

`metadata.canOperateLocalPost` is not told any more, and what is false is left out. `filter` knows equality with the
title or the store code.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.google.people import google_user
from apps.sandbox.google_business import access, places
from apps.sandbox.google_business.errors import bad_request, refused
from apps.sandbox.google_business.paging import page

# What `readMask` may name; the first six are filled in.
FIELDS = (
    "name", "title", "storeCode", "storefrontAddress", "websiteUri", "metadata", "languageCode", "phoneNumbers",
    "categories", "latlng", "openInfo", "profile", "regularHours", "serviceArea", "labels",
)  # fmt: skip


async def list_accounts(call: Call) -> Response:
    """GET /v1/accounts: the person's own, and the groups that this person manages."""
    person = access.me(call)
    groups = {one.data["group"]: one for one in (person, *places.managed(call.world, person))}
    rows = [_personal(call.world, person), *(_group(id, one) for id, one in groups.items())]
    shown, following = page(call, rows, usual=20, most=20)
    return JSONResponse({"accounts": list(shown)} | ({"nextPageToken": following} if following else {}))


def _personal(world: World, person: Account) -> dict[str, str]:
    return {
        "name": f"accounts/{google_user(world, person)}",
        "accountName": f"Owner of {person.name}",
        "type": "PERSONAL",
        "role": "PRIMARY_OWNER",
        "verificationState": "UNVERIFIED",
        "vettedState": "NOT_VETTED",
    }


def _group(id: str, one: Account) -> dict[str, str]:
    return {
        "name": f"accounts/{id}",
        "accountName": f"{one.name} Group",
        "type": "LOCATION_GROUP",
        "role": "MANAGER",
        "verificationState": "UNVERIFIED",
        "vettedState": "NOT_VETTED",
        "permissionLevel": "OWNER_LEVEL",
    }


async def list_locations(call: Call) -> Response:
    """GET /v1/accounts/{account}/locations"""
    mask = _mask(call)
    found = places.listed_under(call.world, access.me(call), call.part("account"))
    if found is None:
        raise refused("PERMISSION_DENIED")
    found = _ordered(call, [one for one in found if _is_wanted(call, one)])
    shown, following = page(call, found, usual=10, most=100)
    if not shown:
        return JSONResponse({})
    answer: dict[str, Any] = {"locations": [_shown(call.world, one, mask) for one in shown], "totalSize": len(found)}
    return JSONResponse(answer | ({"nextPageToken": following} if following else {}))


async def get_location(call: Call) -> Response:
    """GET /v1/locations/{location}"""
    mask = _mask(call)
    return JSONResponse(_shown(call.world, access.location(call), mask))


async def voice_of_merchant(call: Call) -> Response:
    """GET /v1/locations/{location}/VoiceOfMerchantState"""
    found = access.location(call)
    if places.has_voice(call.world, found):
        return JSONResponse({"hasVoiceOfMerchant": True, "hasBusinessAuthority": True})
    wanting = places.problem(call.world, found)
    authority = {} if wanting in {"verify", "resolveOwnershipConflict"} else {"hasBusinessAuthority": True}
    return JSONResponse(authority | {wanting: {}})


def _mask(call: Call) -> list[str]:
    wanted = [name.strip() for name in call.fields.text("readMask").split(",") if name.strip()]
    if not wanted:
        raise bad_request("read_mask", "Field is required")
    if any(name.partition(".")[0] not in FIELDS for name in wanted):
        raise bad_request("read_mask", "Invalid field mask provided")
    return wanted


def _ordered(call: Call, found: list[Account]) -> list[Account]:
    order = call.fields.text("orderBy")
    if order not in {"", "title", "title desc"}:
        raise bad_request("order_by", "Locations are ordered by title.")
    return sorted(found, key=lambda one: one.name, reverse=order.endswith("desc")) if order else found


def _is_wanted(call: Call, one: Account) -> bool:
    told = call.fields.text("filter")
    match = re.fullmatch(r'(title|storeCode)="?([^"]*)"?', told)
    if told and not match:
        raise bad_request("filter", "Invalid filter")
    return match is None or _whole(call.world, one)[match[1]] == match[2]


def _shown(world: World, one: Account, mask: list[str]) -> dict[str, Any]:
    whole = _whole(world, one)
    shown: dict[str, Any] = {}
    for name in mask:
        head, _, inner = name.partition(".")
        value = whole.get(head)
        if inner and isinstance(value, dict):
            shown[head] = shown.get(head, {}) | ({inner: value[inner]} if inner in value else {})
        elif value is not None:
            shown[head] = value
    return shown


def _whole(world: World, one: Account) -> dict[str, Any]:
    place = one.data["place"]
    metadata = {"placeId": f"ChIJsandbox{place}", "mapsUri": world.profile_url(one)}
    return {
        "name": f"locations/{one.data['location']}",
        "title": one.name,
        "storeCode": f"S{place}",
        "storefrontAddress": {
            "regionCode": "DE",
            "postalCode": "10115",
            "locality": "Berlin",
            "addressLines": [f"Teststr. {place}"],
        },
        "websiteUri": f"https://{one.handle}.example/",
        "metadata": metadata | ({"hasVoiceOfMerchant": True} if places.has_voice(world, one) else {}),
        "languageCode": "en",
    }
