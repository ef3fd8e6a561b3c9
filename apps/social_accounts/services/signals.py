"""A platform has told what became of a person's sign-in there: a consent taken back, an account locked, gone or back.

It is believed where it is about our app and about tokens that we had when it was told: then all that hangs on the
person's consents is marked in one transaction for each organization, with one event. Wherever that is not certain (the
app is another one, the tokens are newer, or what happened may have left them alone) the platform is asked, and its
answer counts.

A person is known by `facts[SHARED_CONSENT]`, which consents have since they ask who somebody is. Who consented before
is found by the daily check alone, until they connect again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.core import tenancy
from apps.core.encryption import CannotOpen
from apps.platforms.contract import SHARED_CONSENT
from apps.platforms.signals import Signal, Signals
from apps.social_accounts.models import Grant, Sender, SocialAccount
from apps.social_accounts.services.deauthorizing import erase_tokens
from apps.social_accounts.services.health import check_account
from apps.social_accounts.services.marking import mark_disabled, mark_signed_out
from apps.social_accounts.states import CHECKED, AccountState, GrantState

WHY: Final = "find the consents of a person of whom a platform tells"
# What is true of the person, whichever app it was told to.
OF_THE_PERSON: Final = frozenset({Signal.HIJACKED, Signal.DISABLED, Signal.DELETED})
DISABLED: Final = "The {label} account behind this connection is disabled. Its owner has to settle that at {label}."
ENDED: Final = {
    Signal.CONSENT_ENDED: "Postroom's permission was taken away at {label}. Reconnect the account to go on.",
    Signal.TOKEN_ENDED: "Postroom's permission was taken away at {label}. Reconnect the account to go on.",
    Signal.HIJACKED: "{label} has locked the account behind this connection, because somebody else may have got into "
    "it. Reconnect once its owner has it back.",
    Signal.DELETED: "The account behind this connection was deleted at {label}. Reconnect with another one.",
}


@dataclass(frozen=True, slots=True)
class ToldSignal:
    """A signal as the post room has it. `audience` are the client ids that it is for, and `token` says which refresh
    token is meant where it is about a single one; `person` is empty then."""

    signal: Signal
    signals: Signals  # of the platform that tells
    person: str
    at: datetime | None
    audience: Collection[str]
    token: Mapping[str, Any]
    sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class _Meant:
    """A grant that is concerned, and whether what was told is certainly about its tokens."""

    organization_id: UUID
    grant_id: UUID
    is_certain: bool


def note_signal(told: ToldSignal) -> bool:
    """Do what a genuine signal asks for; whether anybody here is concerned. Asks platforms: call it outside of any
    transaction. Safe to repeat: who was marked is not marked again."""
    found = sorted(_meant(told), key=attrgetter("organization_id"))
    for organization_id, meant in groupby(found, key=attrgetter("organization_id")):
        _act(told, organization_id, list(meant))
    return bool(found)


def _meant(told: ToldSignal) -> list[_Meant]:
    with tenancy.across_tenants(WHY):
        alive = Grant.across_tenants.filter(_within(told.sender), is_test=False).exclude(state=GrantState.DEAD)
        of_person = Q(**{f"facts__{SHARED_CONSENT}": told.person})
        found = alive.filter(of_person if told.person else Q(pk__in=_with_token(alive, told)))
        grants = found.select_related("app", "organization_app").order_by("pk")
        return [_Meant(grant.organization_id, grant.pk, _is_certain(grant, told)) for grant in grants]


def _within(sender: Sender | None) -> Q:
    """What an organization's own app is told concerns its consents by apps of its own."""
    return Q(organization_id=sender.organization_id, organization_app__isnull=False) if sender else Q()


def _with_token(alive: QuerySet[Grant], told: ToldSignal) -> list[UUID]:
    """Grants that hold this refresh token. Only a part of it is told, so that those of the apps that were told are
    opened and looked at one by one: a second of a processor is enough for fifty thousand."""
    apps = Q(app__client_id__in=told.audience) | Q(organization_app__client_id__in=told.audience)
    held = alive.filter(apps).exclude(refresh_token="").only("organization_id", "refresh_token")
    return [grant.pk for grant in held.iterator() if _is_named(grant, told)]


def _is_named(grant: Grant, told: ToldSignal) -> bool:
    try:
        return told.signals.names(grant.refresh_token, told.token)
    except CannotOpen:
        return False


def _is_certain(grant: Grant, told: ToldSignal) -> bool:
    """Tokens that came since then are others; `issued_at` is when ours last came."""
    if told.at is None or grant.issued_at > told.at:
        return False
    is_for_us = grant.issuer is not None and told.signals.is_meant(grant.issuer.client_id, told.audience)
    return is_for_us or told.signal in OF_THE_PERSON


def _act(told: ToldSignal, organization_id: UUID, meant: Sequence[_Meant]) -> None:
    certain = [one.grant_id for one in meant if one.is_certain]
    in_doubt = [one.grant_id for one in meant if not one.is_certain]
    if told.signal in ENDED:
        _end(told, organization_id, certain)
    elif told.signal is Signal.DISABLED:
        _disable(told, organization_id, certain)
    else:
        in_doubt = [one.grant_id for one in meant]
    for account_id in _to_ask_about(organization_id, in_doubt, is_back=told.signal is Signal.ENABLED):
        check_account(organization_id=organization_id, account_id=account_id)


def _end(told: ToldSignal, organization_id: UUID, grant_ids: Collection[UUID]) -> None:
    """Nothing is left of the tokens, and a person reconnects."""
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        own = SocialAccount.objects.filter(grant__in=grant_ids).values_list("pk", flat=True)
        mark_signed_out(
            account_ids=list(own), reason=ENDED[told.signal].format(label=told.signals.label), asked_at=told.at
        )
        for grant in Grant.objects.filter(pk__in=grant_ids).order_by("pk"):
            erase_tokens(grant, until=told.at)


def _disable(told: ToldSignal, organization_id: UUID, grant_ids: Collection[UUID]) -> None:
    """The tokens stay, for the account may come back; meanwhile nobody asks for new ones, which would be refused and
    taken for the end. The daily check finds out how it went on, if nothing tells of it before."""
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        own = SocialAccount.objects.filter(grant__in=grant_ids).values_list("pk", flat=True)
        if mark_disabled(account_ids=list(own), reason=DISABLED.format(label=told.signals.label), asked_at=told.at):
            Grant.objects.filter(pk__in=grant_ids, refresh_started_at=None).update(refresh_at=None)


def _to_ask_about(organization_id: UUID, grant_ids: Collection[UUID], *, is_back: bool) -> list[UUID]:
    """Accounts whose platform is to be asked: one of each grant, for its answer is about all; or all that may be back.

    The accounts of a grant that is refused are marked together by whoever asks."""
    with tenancy.scope(organization_id=organization_id):
        states = {AccountState.DISABLED} if is_back else CHECKED
        rows = SocialAccount.objects.filter(grant__in=grant_ids, state__in=states).order_by("grant", "pk")
        listed = list(rows.values_list("grant_id", "pk"))
    return [pk for _, pk in listed] if is_back else list(dict(listed).values())
