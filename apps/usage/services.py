"""The verbs: use something (`consume`), keep count of what is planned (`settle`), ask for room (`require`)."""

from __future__ import annotations

from collections import Counter as Sums
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.core.together import recalled, whole
from apps.tenants.models import Workspace
from apps.usage import selectors
from apps.usage.booking import Line, book, read_ahead, take_turns
from apps.usage.errors import ASK, PlanIsFull
from apps.usage.meters import Limit, Meter
from apps.usage.models import Entry, OwnLimit
from apps.usage.terms import Terms, terms_in, terms_of


@transaction.atomic
def consume(
    meter: Meter,
    amount: int = 1,
    *,
    workspace_id: UUID,
    key: str,
    at: datetime | None = None,
    account_id: UUID | None = None,
    platform: str = "",
) -> None:
    """Count `amount` on the meter, at this moment or `at` another, once for each `key`; safe to repeat.

    Raises OverLimit, in words, where a limit leaves no room; then nothing was counted.
    """
    organization_id = tenancy.required_organization()
    take_turns(organization_id, meter)
    if Entry.objects.filter(meter=meter, key=key).exists():
        return
    terms = _terms(organization_id, frozenset({workspace_id}))
    day = terms.day_of(at or clock.now())
    book(meter, [Line(workspace_id, day, amount, key, account_id=account_id, platform=platform)], terms)


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that counts one while it is planned or done, on the day of `at`; None: it does not count (any more)."""

    subject_id: UUID
    workspace_id: UUID
    at: datetime | None
    account_id: UUID | None = None
    platform: str = ""


@whole
def settle(meter: Meter, planned: Iterable[Planned], *, may_exceed: bool = False, are_new: bool = False) -> None:
    """Let each of these count where it says and nowhere else, whatever it counted before; safe to repeat.

    `planned` is read once it is this caller's turn: whoever changes such a thing counts it afterwards, so that the last
    one counts what there is. What has moved or been called off is given back by further lines of the ledger. Raises
    OverLimit where more is used than there is room for, unless it `may_exceed`. What `are_new` has counted nowhere yet.
    """
    organization_id = tenancy.required_organization()
    # What is new nobody else can have changed: as much as can be is read before others have to wait.
    known = _with_terms(planned, organization_id) if are_new else None
    take_turns(organization_id, meter)
    planned, terms = known or _with_terms(planned, organization_id)
    standing: dict[UUID, Sums[date]] = {one.subject_id: Sums() for one in planned}
    lines_of: Sums[UUID] = Sums()
    for subject_id, day, amount in () if are_new else _written(meter, standing):
        standing[subject_id][day] += amount
        lines_of[subject_id] += 1
    lines = [line for one in planned for line in _lines(one, terms, standing[one.subject_id], lines_of[one.subject_id])]
    if lines:
        book(meter, lines, terms, may_exceed=may_exceed)


def foresee(meter: Meter, planned: Iterable[Planned]) -> None:
    """Read at once what many will count against that are settled one after the other, all in one unit of work
    (`apps.core.together`). Nothing is counted."""
    organization_id = tenancy.required_organization()
    take_turns(organization_id, meter)
    planned, terms = _with_terms(planned, organization_id)
    read_ahead(meter, [line for one in planned for line in _lines(one, terms, Sums(), 0)], terms)


def _written(meter: Meter, subject_ids: Iterable[UUID]) -> Iterable[tuple[UUID, date, int]]:
    rows = Entry.objects.filter(meter=meter, subject_id__in=list(subject_ids))
    found: Iterable[tuple[UUID, date, int]] = rows.values_list("subject_id", "day", "amount")
    return found


def _with_terms(planned: Iterable[Planned], organization_id: UUID) -> tuple[list[Planned], Terms]:
    planned = list(planned)
    return planned, _terms(organization_id, frozenset(one.workspace_id for one in planned))


def _terms(organization_id: UUID, workspace_ids: frozenset[UUID]) -> Terms:
    """Together with others they are read once."""

    def read() -> Terms:
        if len(workspace_ids) == 1:
            return terms_in(organization_id, *workspace_ids)
        return terms_of([organization_id], workspace_ids=workspace_ids)[organization_id]

    return recalled(("terms", organization_id, workspace_ids), read)


def _lines(one: Planned, terms: Terms, standing: Mapping[date, int], written: int) -> list[Line]:
    """What the ledger lacks for this one."""
    wanted = terms.day_of(one.at) if one.at is not None else None
    changes = {day: -amount for day, amount in standing.items() if amount and day != wanted}
    if wanted is not None and not standing.get(wanted):
        changes[wanted] = 1
    return [
        Line(
            workspace_id=one.workspace_id,
            day=day,
            amount=amount,
            key=f"{one.subject_id}/{number}",
            subject_id=one.subject_id,
            account_id=one.account_id,
            platform=one.platform,
        )
        for number, (day, amount) in enumerate(changes.items(), start=written + 1)
    ]


def require(limit: Limit, more: int = 1, *, used: Callable[[], int]) -> None:
    """Make sure that the plan of the organization in context has room for `more`, or raise PlanIsFull.

    Call it in the transaction that makes them: who asks next waits for its end. `used` counts those there are, and is
    only called where there is a limit.
    """
    cap = selectors.limit_of(limit)
    if cap is None:
        return
    take_turns(tenancy.required_organization(), limit)
    there = used()
    if more > 0 and there + more > cap:
        noun = limit.label.removesuffix("s") if cap == 1 else limit.label
        words = (
            f"Your plan allows {cap} {noun}, and {there} {'is' if there == 1 else 'are'} in use. "
            f"Remove what is not needed any more, or {ASK}."
        )
        raise PlanIsFull(words, of=limit, limit=cap, used=there)


@transaction.atomic
def set_own_limit(*, workspace: Workspace, meter: Meter, monthly: int | None, actor: Actor) -> None:
    """What the organization lets this workspace use in a month; None: as much as the plan."""
    mine = OwnLimit.objects.filter(workspace=workspace, meter=meter)
    if monthly is None:
        mine.delete()
    elif not mine.update(monthly=monthly, updated_at=clock.now()):
        OwnLimit.objects.create(workspace=workspace, meter=meter, monthly=monthly)
    audit.record("usage.limited", subject=workspace, actor=actor, diff={"meter": meter.value, "monthly": monthly})
