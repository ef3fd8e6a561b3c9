"""Who may call what: tokens, APIs that are enabled, requests per minute, and the location that a path names."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.google.people import google_user, is_alive
from apps.sandbox.google_business import places
from apps.sandbox.google_business.errors import as_set, insufficient_scope, invalid, refused, unknown_name
from apps.sandbox.google_business.names import NAME
from apps.sandbox.google_business.scopes import LEGACY, MANAGE

MINUTE = timedelta(minutes=1)


class Api(StrEnum):
    """Each is enabled, and counted, apart from the others."""

    V4 = "mybusiness"
    ACCOUNTS = "mybusinessaccountmanagement"
    LOCATIONS = "mybusinessbusinessinformation"
    PERFORMANCE = "businessprofileperformance"
    NOTIFICATIONS = "mybusinessnotifications"
    VERIFICATIONS = "mybusinessverifications"


def find_token(call: Call) -> Token | None:
    return call.world.token(NAME, call.bearer() or call.fields.text("access_token"))


def admit(call: Call, api: Api) -> None:
    """What stands before every method: a token with the scope, an API that is enabled, and a request left."""
    setting = call.world.setting
    if call.token is None or call.token.kind != "access" or not is_alive(call.world, call.token):
        raise refused("UNAUTHENTICATED")
    if not {MANAGE, *([LEGACY] if api is Api.V4 else [])} & set(call.token.scopes):
        raise insufficient_scope()
    if api in str(setting(NAME, "disabled_apis")).split():
        words = f"{api}.googleapis.com has not been used in this project before or it is disabled."
        raise refused("PERMISSION_DENIED", words)
    if not setting(NAME, "approved"):
        raise refused("RESOURCE_EXHAUSTED")
    _count(call, str(api), int(setting(NAME, "v4_queries_per_minute" if api is Api.V4 else "queries_per_minute")))
    name, path = (str(setting(NAME, one)) for one in ("refusal", "refusal_path"))
    if name and re.search(path, call.path):
        raise as_set(call, name)


def _count(call: Call, bucket: str, limit: int, words: str = "") -> None:
    if not limit:
        return
    window = call.world.limits.hit(f"{NAME} {bucket}", limit=limit, window=MINUTE, now=call.world.now())
    if window.is_exceeded:
        raise refused("RESOURCE_EXHAUSTED", words)


def check_names(call: Call, known: Collection[str]) -> None:
    """Refuse parameters of the query that this method does not have."""
    if not call.world.setting(NAME, "refuses_unknown_names"):
        return
    for name in call.request.query_params:
        if name not in known and name not in {"access_token", "alt", "prettyPrint", "fields"}:
            raise unknown_name(name)


def me(call: Call) -> Account:
    if call.account is None:
        raise refused("UNAUTHENTICATED")
    return call.account


def location(call: Call) -> Account:
    """The location of the path `locations/{location}`, which this person manages."""
    found = places.locate(call.world, call.part("location"))
    if found is None:
        raise refused("NOT_FOUND")
    if found.id not in {one.id for one in places.managed(call.world, me(call))}:
        raise refused("PERMISSION_DENIED")
    return found


def posting_location(call: Call) -> Account:
    """The location of the path `accounts/{account}/locations/{location}`, which may have local posts."""
    world, found = call.world, places.locate(call.world, call.part("location"))
    leads = {found.data["group"]} if found else set()
    if world.setting(NAME, "listed_twice"):
        leads.add(google_user(world, me(call)))
    if call.part("account") not in leads:
        raise refused("NOT_FOUND")
    found = location(call)
    if not places.has_voice(world, found):
        raise refused(str(world.setting(NAME, "unverified_status")))
    if places.problem(world, found) == places.CHAIN:
        raise invalid(call, "LOCATION_DISABLED_FOR_LOCAL_POST_API")
    if call.method in str(world.setting(NAME, "edit_methods")).split():
        words = "Quota exceeded for quota metric 'Edits' and limit 'Edits per minute per Business Profile'"
        _count(call, f"edits {found.id}", int(world.setting(NAME, "edits_per_minute")), words)
    return found
