"""API keys: made, rolled and revoked by whoever may, and recognized at the door of the API.

Nobody hands on more than they hold: neither a wider scope, nor another workspace, nor, with a test key, a live one.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor, ActorKind
from apps.core.prepared import Prepared
from apps.core.secrets import Secret
from apps.tenants import keys, limits, selectors
from apps.tenants.callers import Caller, OnlyTesting, Seat
from apps.tenants.errors import KeyProblem, NoRoomInPlan
from apps.tenants.keys import KeyText, Mode
from apps.tenants.models import ApiKey, Organization, Workspace
from apps.tenants.permissions import PERMISSIONS, Role
from apps.tenants.scopes import SCOPES, covering

OVERLAP: Final = timedelta(hours=24)
COARSE: Final = timedelta(minutes=5)


@transaction.atomic
def make_key(
    *,
    by: Seat,
    name: str,
    mode: Mode,
    scopes: Collection[str],
    workspace: Workspace | None = None,
    expires_at: datetime | None = None,
    allowed_addresses: Sequence[str] = (),
) -> tuple[ApiKey, Secret]:
    """A new key and its text, which is told this once. Raises KeyProblem."""
    _refuse_more_than_own(by, scopes, mode)
    if workspace is not None and workspace.is_test != (mode == Mode.TEST):
        words = "A test key is for a test workspace, and a live key for one that is not."
        raise KeyProblem(words, field="workspace")
    if expires_at is not None and expires_at <= clock.now():
        raise KeyProblem("The key would be over already.", field="expires_at")
    made = keys.new(mode)
    key = ApiKey(
        organization_id=by.organization.pk,
        workspace=workspace,
        name=name,
        mode=mode,
        scopes=[scope for scope in SCOPES if scope in set(scopes)],
        lookup=made.lookup,
        secret_hash=made.hash,
        allowed_addresses=networks(allowed_addresses),
        expires_at=expires_at,
        made_by=by.user,
    )
    _refuse_too_many(by.organization.pk)
    key.save()
    diff = {"scopes": key.scopes, "mode": mode, "workspace_id": key.workspace_id}
    audit.record("api_key.made", subject=key, actor=by.actor, diff=diff)
    return key, made.text


@transaction.atomic
def roll_key(*, key: ApiKey, by: Seat, overlap: timedelta = OVERLAP) -> tuple[ApiKey, Secret]:
    """A new text for the same key; the old one is good for a while longer. Raises KeyProblem for one that is over."""
    key = ApiKey.objects.locked(key.pk)
    now = clock.now()
    if not key.is_open(now):
        raise KeyProblem("This key is over. Make a new one.")
    _refuse_more_than_own(by, key.scopes, Mode(key.mode))
    made = keys.new(Mode(key.mode))
    key.previous_lookup, key.previous_hash = (key.lookup, key.secret_hash) if overlap else (None, "")
    key.lookup, key.secret_hash = made.lookup, made.hash
    key.overlaps_until, key.rolled_at = now + overlap if overlap else None, now
    key.save()
    audit.record("api_key.rolled", subject=key, actor=by.actor, diff={"overlaps_until": key.overlaps_until})
    return key, made.text


@transaction.atomic
def revoke_key(*, key: ApiKey, by: Seat) -> ApiKey:
    """End a key at once, the text before it too; safe to repeat. A test key ends no live one: raises OnlyTesting."""
    key = ApiKey.objects.locked(key.pk)
    if isinstance(by, Caller) and by.is_test and key.mode != Mode.TEST:
        raise OnlyTesting("A test key revokes test keys.")
    if key.revoked_at is None:
        key.revoked_at, key.overlaps_until = clock.now(), None
        key.save(update_fields=["revoked_at", "overlaps_until"])
        audit.record("api_key.revoked", subject=key, actor=by.actor)
    return key


def caller_with(text: str, *, address: str = "", truncated: str = "", request_id: str = "") -> Caller | None:
    """Who shows this key; None where it is none, is over, or is not allowed from that address."""
    shown = keys.read(text)
    if shown is None:
        return None
    now = clock.now()
    with tenancy.across_tenants("find the API key that a request shows"):
        key: Any = _key.first(lookup=shown.lookup, now=now)
        if key is None or not _is_it(key, shown, now) or not _is_allowed_from(key, address):
            return None
        if key.last_used_at is None or now - key.last_used_at > COARSE:
            ApiKey.across_tenants.filter(pk=key.pk).update(last_used_at=now)
        test_workspaces = _test_workspaces(key.organization_id) if key.has_tests else frozenset()
    return Caller(key, key.organization, Actor(ActorKind.KEY, key.pk, request_id, truncated), test_workspaces)


def _named(lookup: str, now: datetime) -> QuerySet[ApiKey]:
    # Most organizations have no tests, and then nothing more is asked.
    tests = Workspace.across_tenants.filter(organization=OuterRef("organization"), is_test=True)
    rows = ApiKey.across_tenants.named(lookup, now).select_related("organization")
    return rows.annotate(has_tests=Exists(tests)).order_by("pk")


_key = Prepared(_named)


def networks(written: Sequence[str]) -> list[str]:
    """Addresses and networks as they are kept. Raises KeyProblem for what is neither."""
    try:
        return [str(ipaddress.ip_network(one.strip(), strict=False)) for one in written if one.strip()]
    except ValueError as error:
        words = f"Write addresses and networks such as 203.0.113.7 or 203.0.113.0/24. {error}."
        raise KeyProblem(words, field="allowed_addresses") from error


def scopes_to_give(by: Seat) -> list[str]:
    """The scopes that this member, or this key, may hand on."""
    return covering(_held_by(by))


def _test_workspaces(organization_id: UUID) -> frozenset[UUID]:
    own = Workspace.across_tenants.filter(organization=organization_id, is_test=True)
    return frozenset(own.values_list("pk", flat=True))


def _is_it(key: ApiKey, shown: KeyText, now: datetime) -> bool:
    is_current = key.lookup == shown.lookup
    expected = key.secret_hash if is_current else key.previous_hash
    return hmac.compare_digest(expected, shown.hash) and key.mode == shown.mode and key.is_open(now)


def _is_allowed_from(key: ApiKey, address: str) -> bool:
    if not key.allowed_addresses:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in ipaddress.ip_network(one) for one in key.allowed_addresses)


def _held_by(by: Seat) -> frozenset[str]:
    if isinstance(by, Caller):
        return by.permissions
    return PERMISSIONS[Role(by.membership.role)] if by.membership.role else frozenset()


def _refuse_more_than_own(by: Seat, scopes: Collection[str], mode: Mode) -> None:
    if not scopes:
        raise KeyProblem("Choose what the key may do.", field="scopes")
    if too_wide := sorted(set(scopes) - set(scopes_to_give(by))):
        raise KeyProblem(f"You cannot give what you do not have: {', '.join(too_wide)}.", field="scopes")
    if isinstance(by, Caller) and by.is_test and mode != Mode.TEST:
        raise KeyProblem("A test key makes test keys.", field="mode")


def _refuse_too_many(organization_id: UUID) -> None:
    # The organization's row is held, so that two who make the last key at once cannot both have it.
    Organization.objects.select_for_update().get(pk=organization_id)
    if ApiKey.objects.open(clock.now()).count() >= settings.API_MAX_KEYS:
        raise KeyProblem(f"An organization has up to {settings.API_MAX_KEYS} keys. Revoke one that is not needed.")
    try:
        limits.require(limits.KEYS, used=selectors.keys_in_use)
    except NoRoomInPlan as full:
        raise KeyProblem(str(full)) from full
