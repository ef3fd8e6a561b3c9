"""Stops in force: who said that nothing goes out, and the gate that holds what falls due meanwhile.

Nothing is cached: a stop holds from the instant it is committed, for the engine asks the gate when it claims a row and
again in the transaction in which it writes down that the row is about to leave. One query, however large the batch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, CharField, F, Q, UUIDField, Value

from apps.core import tenancy
from apps.platforms import registry
from apps.publishing.gates import Obstacle, Row
from apps.publishing.models import FollowUp, OperatorStop, Publication, Stop
from apps.publishing.moments import moment
from apps.publishing.restraints import Scope, Target
from apps.publishing.states import WAITING

STOPPED: Final = "stopped"
TOUCHED_WITHIN: Final = timedelta(hours=24)
SOMEBODY: Final = "somebody who has left"


@dataclass(frozen=True, slots=True)
class Halt:
    """A stop as everybody reads it, the organization's own or the operator's."""

    id: UUID
    target: Target
    reason: str
    since: datetime
    by: str
    is_operators: bool
    lifted_at: datetime | None = None

    @property
    def is_in_force(self) -> bool:
        return self.lifted_at is None

    def covers(self, row: Row) -> bool:
        publication = row.publication if isinstance(row, FollowUp) else row
        return self.target.covers(
            organization_id=row.organization_id,
            workspace_id=row.workspace_id,
            account_id=publication.account_id,
            platform=publication.account.platform,
        )

    def words(self, zone: ZoneInfo) -> str:
        """Why a row is held, for whoever meets it."""
        what = {
            Scope.ACCOUNT: "on this account",
            Scope.WORKSPACE: "in this workspace",
            Scope.ORGANIZATION: "in the whole organization",
            Scope.PLATFORM: f"on {registry.label(self.target.platform)}" if self.target.platform else "",
            Scope.ALL: "everywhere",
        }[self.target.scope]
        reason = self.reason if self.reason.endswith((".", "!", "?")) else f"{self.reason}."
        return f"Publishing was stopped {what} by {self.by} at {moment(self.since, zone)}: {reason}"


def gate(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Obstacle]:
    """Rows that a stop covers, each with the words of the one that came first."""
    halts = halts_of(organization_ids={row.organization_id for row in rows})
    found: dict[UUID, Obstacle] = {}
    for row in rows if halts else ():
        if halt := next((halt for halt in halts if halt.covers(row)), None):
            found[row.pk] = Obstacle(STOPPED, halt.words(ZoneInfo(row.workspace.timezone)))
    return found


def halts_of(
    *, organization_ids: Collection[UUID], lifted_since: datetime | None = None, halt_id: UUID | None = None
) -> list[Halt]:
    """Stops that concern these organizations, the earliest first: those in force, and those lifted since; in one query.

    In a tenant's scope, those that it may see; across tenants, all of them.
    """
    wanted = Q(lifted_at=None) | (Q(lifted_at__gte=lifted_since) if lifted_since else Q())
    if halt_id:
        wanted = Q(pk=halt_id)
    own = Stop.across_tenants if tenancy.current().across else Stop.objects
    rows = own.filter(wanted, organization_id__in=organization_ids).annotate(
        is_operators=Value(value=False, output_field=BooleanField()), name=F("by__name"), email=F("by__email")
    )
    nobody = Value(None, output_field=UUIDField())
    of_operator = OperatorStop.objects.filter(wanted).annotate(
        is_operators=Value(value=True, output_field=BooleanField()),
        name=Value("the operator", output_field=CharField()),
        email=Value("", output_field=CharField()),
        scope=Value(Scope.PLATFORM.value, output_field=CharField()),
        organization_id=nobody,
        workspace_id=nobody,
        account_id=nobody,
    )
    columns = (
        "id", "scope", "organization_id", "workspace_id", "account_id", "platform", "reason", "since", "lifted_at",
        "is_operators", "name", "email",
    )  # fmt: skip
    both = rows.order_by().values(*columns).union(of_operator.order_by().values(*columns), all=True)
    return sorted(map(_halt, both), key=lambda halt: (halt.since, halt.id))


def halt_of(*, organization_id: UUID, halt_id: UUID) -> Halt | None:
    """One stop that concerns this organization, in force or not."""
    found = halts_of(organization_ids={organization_id}, halt_id=halt_id)
    return found[0] if found else None


def words_against(publications: Iterable[Publication]) -> str:
    """Why none of these may be sent right now, for a person who wants to; "" where nothing is stopped. They have
    account and workspace loaded, and are of the tenant in context."""
    rows = list(publications)
    halts = halts_of(organization_ids={row.organization_id for row in rows}) if rows else []
    for row in rows:
        if halt := next((halt for halt in halts if halt.covers(row)), None):
            return f"{halt.words(ZoneInfo(row.workspace.timezone))} Nothing goes out before that is lifted."
    return ""


def touched(target: Target, *, now: datetime) -> int:
    """How many posts of the next day a stop of this would hold, in the tenant in context."""
    due = Publication.objects.filter(target.condition(), state__in=WAITING, due_at__lt=now + TOUCHED_WITHIN)
    return int(due.count())


def _halt(row: Mapping[str, Any]) -> Halt:
    scope = Scope(row["scope"])
    if row["is_operators"] and not row["platform"]:
        scope = Scope.ALL
    return Halt(
        id=row["id"],
        target=Target(scope, row["organization_id"], row["workspace_id"], row["account_id"], row["platform"]),
        reason=row["reason"],
        since=row["since"],
        by=row["name"] or row["email"] or SOMEBODY,
        is_operators=row["is_operators"],
        lifted_at=row["lifted_at"],
    )
