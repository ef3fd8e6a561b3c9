"""Booking: lines go into the ledger and their sums into the totals in one transaction, or neither does.

Whoever books for an organization waits until the one before has committed, so that a limit is exact however many come
at once. That is why a verb books at its end: what it holds meanwhile, others wait for.
"""

from __future__ import annotations

from collections import Counter as Sums
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection

from apps.core import clock
from apps.core.inserting import Merge
from apps.core.prepared import Prepared
from apps.core.rows import fresh
from apps.core.together import if_forgotten, recalled, write
from apps.events import services as events
from apps.events.services import News
from apps.usage.errors import ASK, OverLimit
from apps.usage.meters import COUNTERS, Counter, Meter, Whose
from apps.usage.models import Entry, Total
from apps.usage.terms import Terms, in_words

Key = tuple[UUID, str]
ONE_TOTAL: Final = Merge(unique=("scope_id", "meter", "period"), changed=("amount", "told", "updated_at"))
ALERTS: Final = (100, 80)  # percent of a limit, the highest first


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be: `amount` on `day`, negative where it is given back."""

    workspace_id: UUID
    day: date
    amount: int
    key: str
    subject_id: UUID | None = None
    account_id: UUID | None = None
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A total, and what is needed to make it and to speak of it."""

    counter: Counter
    scope_id: UUID
    period: str
    day: date
    workspace_id: UUID
    platform: str


def take_turns(organization_id: UUID, what: str) -> None:
    """Wait until whoever counts the same for this organization has ended their transaction, and make others wait."""
    if not connection.in_atomic_block:
        raise RuntimeError("What is used is counted in the transaction that uses it")
    name = f"usage/{organization_id}/{what}"
    if connection.vendor == "postgresql":  # On SQLite every writer takes turns already.
        recalled(("turn", name), lambda: _wait_for(name))


def _wait_for(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def book(meter: Meter, lines: Sequence[Line], terms: Terms, *, may_exceed: bool = False) -> None:
    """Write the lines, for a caller that has taken its turn. Raises OverLimit if a sum that they raise would be above
    its limit, unless it `may_exceed`; sums that were above it already may fall."""
    places, changes = _changes(meter, lines, terms)
    totals = _totals(meter, places, terms)
    for key, place in places.items():
        if changes[key] > 0 and not may_exceed:
            _refuse_over(meter, place, terms, used=totals[key].amount, more=changes[key])
    before = [(total, total.amount, total.told) for total in totals.values()]
    if_forgotten(lambda: _set_back(before))
    for key, total in totals.items():
        total.amount += changes[key]
    reached = _reached(meter, places, totals, terms)
    _store(totals, meter, lines, terms)
    events.emit_all([_news(meter, places[key], totals[key], terms) for key in reached])


def read_ahead(meter: Meter, lines: Sequence[Line], terms: Terms) -> None:
    """Read the sums of all these lines, together with others, before they are booked one by one."""
    places, _ = _changes(meter, lines, terms)
    _totals(meter, places, terms)


def _totals(meter: Meter, places: Mapping[Key, Place], terms: Terms) -> dict[Key, Total]:
    """The sums as they stand, new ones at nothing. Together with others each is read once, and goes on from there."""
    known: dict[Key, Total] = recalled(("totals", terms.organization_id, meter), dict)
    unread = {key: place for key, place in places.items() if key not in known}
    if unread:
        scope_ids = sorted({place.scope_id for place in unread.values()})
        rows = _known_totals(meter=meter.value, scope_ids=scope_ids, periods=sorted({key[1] for key in unread}))
        found = {(row.scope_id, row.period): row for row in rows}
        known.update({key: found.get(key) or _blank(meter, place, terms) for key, place in unread.items()})
    return {key: known[key] for key in places}


_known_totals = Prepared(
    lambda meter, scope_ids, periods: Total.objects.filter(meter=meter, scope_id__in=scope_ids, period__in=periods)
)


def _set_back(before: Sequence[tuple[Total, int, int]]) -> None:
    for total, amount, told in before:
        total.amount, total.told = amount, told


def _changes(meter: Meter, lines: Sequence[Line], terms: Terms) -> tuple[dict[Key, Place], Mapping[Key, int]]:
    places: dict[Key, Place] = {}
    changes: Sums[Key] = Sums()
    for line in lines:
        for counter in COUNTERS[meter]:
            scopes = {Whose.ORGANIZATION: terms.organization_id, Whose.WORKSPACE: line.workspace_id}
            scope_id = scopes.get(counter.whose, line.account_id)
            if scope_id is None:
                continue
            key = (scope_id, counter.span.period(line.day))
            if key not in places:
                places[key] = Place(counter, *key, line.day, line.workspace_id, line.platform)
            changes[key] += line.amount
    return places, changes


def _blank(meter: Meter, place: Place, terms: Terms) -> Total:
    """An organization's own sum belongs to none of its workspaces."""
    workspace_id = None if place.counter.whose is Whose.ORGANIZATION else place.workspace_id
    own = {"organization_id": terms.organization_id, "workspace_id": workspace_id}
    return fresh(Total, **own, meter=meter, scope_id=place.scope_id, period=place.period)


def _cap(meter: Meter, place: Place, terms: Terms) -> int | None:
    return terms.cap(meter, place.counter, workspace_id=place.workspace_id, platform=place.platform)


def _refuse_over(meter: Meter, place: Place, terms: Terms, *, used: int, more: int) -> None:
    cap = _cap(meter, place, terms)
    if cap is None or used + more <= cap:
        return
    span = place.counter.span
    resets_on = span.resets_on(place.day)
    allowed = terms.allowance(meter, place.counter, cap, platform=place.platform)
    words = (
        f"{allowed} For {in_words(span, place.day)}, {used} {'is' if used == 1 else 'are'} used and this takes {more} "
        f"more; it starts anew on {resets_on.day} {resets_on:%B} ({terms.zone}). "
        f"Choose a later {span.value}, take something off the plan, or {ASK}."
    )
    raise OverLimit(words, meter=meter, limit=cap, used=used, resets_on=resets_on)


def _reached(
    meter: Meter, places: Mapping[tuple[UUID, str], Place], totals: Mapping[tuple[UUID, str], Total], terms: Terms
) -> list[tuple[UUID, str]]:
    """The sums of organizations and workspaces that have come to a share which was not told yet; marked as told."""
    reached = []
    for key, place in places.items():
        cap, total = _cap(meter, place, terms), totals[key]
        if cap is None or not total.amount or place.counter.whose is Whose.ACCOUNT:
            continue
        share = next((percent for percent in ALERTS if total.amount * 100 >= cap * percent), 0)
        if share > total.told:
            total.told = share
            reached.append(key)
    return reached


def _store(totals: Mapping[tuple[UUID, str], Total], meter: Meter, lines: Sequence[Line], terms: Terms) -> None:
    now = clock.now()
    for total in totals.values():
        total.updated_at = now
    write(totals.values(), merge=ONE_TOTAL)
    entries = (
        fresh(
            Entry,
            organization_id=terms.organization_id,
            workspace_id=line.workspace_id,
            meter=meter,
            key=line.key,
            day=line.day,
            amount=line.amount,
            subject_id=line.subject_id,
            account_id=line.account_id,
        )
        for line in lines
    )
    write(entries)


def _news(meter: Meter, place: Place, total: Total, terms: Terms) -> News:
    said = {
        "meter": meter.value,
        "of": place.counter.whose.value,
        "period": place.period,
        "percent": total.told,
        "used": total.amount,
        "limit": _cap(meter, place, terms),
        "resets_on": place.counter.span.resets_on(place.day).isoformat(),
    }
    return News("usage.threshold_reached", total, said)
