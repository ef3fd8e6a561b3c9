"""How long approvals take, and who has how much of them before them. Read from decisions; nothing is kept beside them.

The time of a step is from when it was opened to the last decision about it; the time to approve a post is from when it
was asked for to the approval that passed its last step. What the clock decided is nobody's time.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Max

from apps.approvals.deciders import Bench, names_of, writers_of_each
from apps.approvals.models import Decision, Request, StepState
from apps.approvals.selectors import benches_of, requests, said_in, votes_of, waiting_for
from apps.approvals.states import APPROVING, OBJECTING, PASSED, RequestState, StepStatus
from apps.core.actors import ActorKind
from apps.tenants.models import Workspace

WHOLE: Final = ""
SPAN: Final = timedelta(days=90)
SAID: Final = [*APPROVING, *OBJECTING]
MOST_WAITING: Final = 1000


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one step took at one client, or (with no step) a whole approval: so many, half of them within `median`,
    nine of ten within `ninetieth`."""

    workspace_id: UUID
    client: str
    step: str
    name: str
    count: int
    median: timedelta
    ninetieth: timedelta


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has before them now, of which some is late, and has decided in the span."""

    user_id: UUID
    name: str
    waiting: int
    late: int
    decided: int
    median: timedelta | None


def paces(*, since: datetime, workspaces: Collection[Workspace]) -> list[Pace]:
    """By client: the whole first, then its steps; what nobody decided about in the span is left out."""
    clients = {place.pk: place.name for place in workspaces}
    spans: dict[tuple[UUID, str], list[timedelta]] = defaultdict(list)
    latest: dict[tuple[UUID, str], UUID] = {}
    for workspace_id, key, step_id, opened_at, last_at in _steps(since, clients):
        spans[workspace_id, key].append(last_at - opened_at)
        latest[workspace_id, key] = step_id
    names = {(row.workspace_id, row.key): row.step.name for row in StepState.objects.filter(pk__in=latest.values())}
    for workspace_id, asked_at, approved_at in _approvals(since, clients):
        spans[workspace_id, WHOLE].append(approved_at - asked_at)
    found = [
        Pace(
            place,
            clients[place],
            key,
            names.get((place, key), ""),
            len(times),
            percentile(times, 50),
            percentile(times, 90),
        )
        for (place, key), times in spans.items()
    ]
    return sorted(
        found, key=lambda pace: (pace.client.casefold(), str(pace.workspace_id), pace.step != WHOLE, pace.name)
    )


def percentile(times: Sequence[timedelta], share: int) -> timedelta:
    """The least of the times that so many in a hundred do not exceed: always one that was measured."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]


def loads(*, now: datetime, since: datetime, workspaces: Collection[Workspace]) -> list[Load]:
    """Who has something before them or has decided in the span, those with the most first."""
    waiting, late = _before_people(now, workspaces)
    times: dict[UUID, list[timedelta]] = defaultdict(list)
    said = Decision.objects.filter(
        workspace__in=workspaces, decided_at__gte=since, verdict__in=SAID, decider_kind=ActorKind.USER,
        step__opened_at__isnull=False,
    )  # fmt: skip
    for user_id, opened_at, decided_at in said.values_list("decider_id", "step__opened_at", "decided_at"):
        times[user_id].append(decided_at - opened_at)
    names = names_of([*waiting, *times])
    found = [
        Load(pk, name, waiting[pk], late[pk], len(times[pk]), percentile(times[pk], 50) if times[pk] else None)
        for pk, name in names.items()
    ]
    return sorted(found, key=lambda load: (-load.waiting, -load.late, load.name.casefold()))


def pending(workspaces: Collection[Workspace], *, most: int = MOST_WAITING) -> list[Request]:
    """What waits for a decision at these clients, the earliest hour first."""
    rows = requests().select_related("post", "asked_by", "workspace").filter(
        workspace__in=workspaces, state=RequestState.PENDING, post__deleted_at=None
    )  # fmt: skip
    found = list(rows.order_by("due_at", "id")[:most])
    return sorted(found, key=lambda row: (row.due_at is None, row.due_at or row.created_at, row.pk))


def benches_at_each(rows: Iterable[Request], votes: Mapping[UUID, Sequence[Decision]]) -> dict[UUID, Bench]:
    """Who may decide each of these requests, which may be of several clients, by request; `votes` is `votes_of`
    them."""
    found: dict[UUID, Bench] = {}
    of_client: dict[UUID, list[Request]] = defaultdict(list)
    for row in rows:
        of_client[row.workspace_id].append(row)
    every = [row for own in of_client.values() for row in own]
    writers = writers_of_each([(row.post, row.asked_by_id) for row in every]) if every else {}
    for own in of_client.values():
        found |= benches_of(own, writers, votes)
    return found


def _steps(since: datetime, clients: Mapping[UUID, str]) -> Iterable[tuple[UUID, str, UUID, datetime, datetime]]:
    said = Decision.objects.filter(
        workspace_id__in=clients, decided_at__gte=since, verdict__in=SAID, step__opened_at__isnull=False
    )
    grouped = said.values("step_id").annotate(last_at=Max("decided_at")).order_by("last_at")
    return grouped.values_list("workspace_id", "step__key", "step_id", "step__opened_at", "last_at")


def _approvals(since: datetime, clients: Mapping[UUID, str]) -> Iterable[tuple[UUID, datetime, datetime]]:
    """Of every request whose steps were all passed; what has become of it since does not matter."""
    said = Decision.objects.filter(workspace_id__in=clients, decided_at__gte=since, verdict__in=APPROVING)
    not_passed = StepState.objects.filter(workspace_id__in=clients).exclude(status__in=PASSED)
    passed = said.exclude(request__in=not_passed.values("request_id"))
    grouped = passed.values("request_id").annotate(last_at=Max("decided_at"))
    return grouped.order_by("last_at").values_list("workspace_id", "request__created_at", "last_at")


def _before_people(now: datetime, workspaces: Collection[Workspace]) -> tuple[Counter[UUID], Counter[UUID]]:
    rows = pending(workspaces)
    votes = votes_of(rows)
    able, said = benches_at_each(rows, votes), said_in(votes)
    waiting: Counter[UUID] = Counter()
    late: Counter[UUID] = Counter()
    people = {pk for seats in able.values() for pk in seats.people}
    for pk in people:
        own = waiting_for(rows, pk, able, said)
        waiting[pk] = len(own)
        late[pk] = sum(1 for row in own if _is_late(row, now))
    return waiting, late


def _is_late(row: Request, now: datetime) -> bool:
    return any(
        step.status == StepStatus.OPEN and step.deadline_at and step.deadline_at <= now for step in row.steps.all()
    )
