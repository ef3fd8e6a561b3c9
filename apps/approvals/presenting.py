"""Requests, steps and decisions as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.approvals.deciders import Bench
from apps.approvals.models import Escalation, Request, StepState
from apps.approvals.names import SOMEBODY
from apps.approvals.selectors import Said, open_step, snapshot_text
from apps.approvals.states import Deed, RequestState, StepStatus, Verdict, WhenLate
from apps.approvals.steps import Aspect, Quorum, Rule, RuleKind, Step
from apps.platforms import registry
from apps.tenants.permissions import Role

TONES: Final = {
    RequestState.PENDING: "warn",
    RequestState.APPROVED: "ok",
    RequestState.CHANGES_REQUESTED: "warn",
    RequestState.REJECTED: "bad",
}
STEP_LOOKS: Final[Mapping[StepStatus, tuple[str, str]]] = {
    StepStatus.APPROVED: ("ok", "check"),
    StepStatus.OPEN: ("warn", "review"),
    StepStatus.RAN_OUT: ("warn", "scheduled"),
    StepStatus.CHANGES_REQUESTED: ("warn", "edit"),
    StepStatus.REJECTED: ("bad", "x"),
}
VERDICT_LOOKS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.APPROVE: ("ok", "check"),
    Verdict.APPROVE_WITH_EDITS: ("ok", "edit"),
    Verdict.REQUEST_CHANGES: ("warn", "undo"),
    Verdict.REJECT: ("bad", "x"),
    Verdict.RAN_OUT: ("warn", "scheduled"),
    Verdict.MOVED: ("warn", "scheduled"),
}
NOBODY: Final = _("Nobody is left who may decide this. Change the policy, or give somebody the role.")
CARRIED: Final = _("%(said)s for the version before: nothing that it looks at changed")


MANY: Final = {
    Role.OWNER: _("owners"), Role.ADMIN: _("admins"), Role.MANAGER: _("managers"), Role.APPROVER: _("approvers"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A post on the board or in the queue. `deadline` is when the open step's time runs out."""

    id: UUID
    url: str
    title: str
    text: str
    platforms: list[str]
    due_at: datetime | None
    deadline: datetime | None
    is_late: bool
    state: str
    words: str
    asked_by: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Lane:
    title: str
    note: str
    icon: str
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of a request; `who` says whom it asks, `text` what has come of it."""

    title: str
    text: str
    tone: str
    icon: str
    todo: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    title: str
    text: str
    tone: str
    icon: str
    at: datetime


def card(row: Request, *, is_mine: bool, now: datetime) -> Card:
    step = open_step(row)
    text = snapshot_text(row.snapshot)
    return Card(
        id=row.pk,
        url=reverse("approvals:review", args=[row.pk]),
        title=row.post.title or _line(text, 60) or gettext("Untitled post"),
        text=_line(text, 140),
        platforms=sorted({one["platform"] for one in row.snapshot.get("accounts", [])}),
        due_at=row.due_at,
        deadline=step.deadline_at if step else None,
        is_late=bool(step and step.deadline_at and step.deadline_at <= now),
        state=row.state,
        words=step.step.name if step else str(RequestState(row.state).label),
        asked_by=str(row.asked_by) if row.asked_by else "",
        is_mine=is_mine,
    )


def step_line(row: StepState, people: Mapping[UUID, str], seats: Bench | None) -> StepLine:
    status = StepStatus(row.status)
    tone, icon = STEP_LOOKS.get(status, ("", ""))
    is_waiting = status == StepStatus.WAITING
    return StepLine(
        row.step.name, _said_of(row, status, people, seats), tone, icon, is_waiting, row.closed_at or row.deadline_at
    )


def _said_of(row: StepState, status: StepStatus, people: Mapping[UUID, str], seats: Bench | None) -> str:
    step = row.step
    if status == StepStatus.OPEN and seats is not None and not (seats.people or step.guests or step.programs):
        return str(NOBODY)
    if status in (StepStatus.OPEN, StepStatus.WAITING):
        return whom(step, people)
    return str(CARRIED % {"said": status.label}) if row.is_carried else str(status.label)


def history_line(said: Said) -> HistoryLine:
    tone, icon = VERDICT_LOOKS[said.verdict]
    where = gettext("%(step)s, version %(number)s.") % {"step": said.step, "number": said.revision}
    text = f"{where} {said.note}".strip()
    by = said.by
    if said.stood_in_for:
        by = gettext("%(by)s, standing in for %(whom)s") % {"by": by, "whom": ", ".join(said.stood_in_for)}
    return HistoryLine(f"{by}: {str(said.verdict.label).lower()}", text, tone, icon, said.at)


def escalation_line(row: Escalation, people: Mapping[UUID, str]) -> HistoryLine:
    """What a rule of the policy did when nobody had answered."""
    facts = {"step": row.step.step.name, "number": row.policy_version}
    told = [gettext("%(step)s, by version %(number)s of the policy.") % facts]
    if brought := _names(row.people, people):
        told.append(gettext("Brought in: %(names)s.") % {"names": brought})
    if awaited := _names(row.seats, people):
        told.append(gettext("Awaited: %(names)s.") % {"names": awaited})
    title = gettext("Nobody answered: %(deed)s") % {"deed": str(Deed(row.deed).label).lower()}
    return HistoryLine(title, " ".join(told), "warn", "scheduled", row.acted_at)


def _names(ids: Sequence[str], people: Mapping[UUID, str]) -> str:
    return ", ".join(people.get(UUID(pk), gettext(SOMEBODY)) for pk in ids)


def whom(step: Step, people: Mapping[UUID, str]) -> str:
    """ "Any of Anna Berg, approvers, the client": whom a step asks."""
    named = [people.get(pk, gettext(SOMEBODY)) for pk in step.people]
    named += [people.get(pk, gettext("a group that is gone")) for pk in step.groups]
    named += [str(MANY.get(Role(role), Role(role).value)) for role in step.roles]
    named += [gettext("the client's guests")] if step.guests else []
    named += [gettext("programs")] if step.programs else []
    facts = {"number": step.needs, "names": ", ".join(named)}
    if isinstance(step.needs, int):
        return gettext("%(number)s of %(names)s") % facts
    return (gettext("All of %(names)s") if step.needs is Quorum.ALL else gettext("Any of %(names)s")) % facts


PLACES: Final = {
    "main": _("Text"), "first_comment": _("First comment"), "reply": _("Reply"), "link": _("Link"),
    "alt_text": _("Alt text"), "captions": _("Captions"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HitLine:
    """A content rule that was hit, and for each place the words of the post that hit it."""

    name: str
    places: tuple[tuple[str, tuple[str, ...]], ...]


def hit_lines(snapshot: Mapping[str, Any]) -> list[HitLine]:
    """What of a version hit the content rules when it was asked about, rule by rule."""
    found: dict[str, dict[str, list[str]]] = {}
    for hit in snapshot.get("hits", ()):
        found.setdefault(hit["name"], {}).setdefault(hit["place"], []).append(hit["words"])
    return [
        HitLine(name, tuple((place_name(place), tuple(words)) for place, words in places.items()))
        for name, places in found.items()
    ]


def place_name(place: str) -> str:
    if place in PLACES:
        return str(PLACES[place])
    platform = registry.label(place.removesuffix("_options"))
    if place.endswith("_options"):
        return gettext("Options on %(platform)s") % {"platform": platform}
    return gettext("Own words on %(platform)s") % {"platform": platform}


KINDS: Final = {
    RuleKind.PLATFORM: _("platform"), RuleKind.LABEL: _("label"), RuleKind.CAMPAIGN: _("campaign"),
    RuleKind.AUTHOR: _("author"), RuleKind.PAID: _("paid"), RuleKind.ACCOUNT: _("account"),
    RuleKind.POLICY_HIT: _("what hits content rule"),
}  # fmt: skip


ASPECTS: Final = {
    Aspect.TEXT: _("text"), Aspect.MEDIA: _("media"), Aspect.OPTIONS: _("options"), Aspect.ACCOUNTS: _("accounts"),
}  # fmt: skip


def about(step: Step) -> str:
    """When a step applies, what it looks at, and what the clock does."""
    rules = gettext(" and ").join(f"{KINDS[rule.kind]} {', '.join(_values(rule))}" for rule in step.rules)
    hours, number = int(step.notice.total_seconds() // 3600), len(step.escalations)
    late = gettext("%(number)s h before its hour") % {"number": hours} if hours else gettext("at its hour")
    parts = [
        gettext("Only for %(rules)s") % {"rules": rules} if rules else gettext("For every post"),
        gettext("looks at %(aspects)s") % {"aspects": ", ".join(sorted(str(ASPECTS[one]) for one in step.covers))},
        f"{late}: {str(WhenLate(step.when_late).label).lower()}",
    ]
    if number:
        rules_in_words = ngettext("a rule for when nobody answers", "%(number)s rules for when nobody answers", number)
        parts.append(rules_in_words % {"number": number})
    return "; ".join(parts) + "."


def _values(rule: Rule) -> list[str]:
    return [registry.label(one) if rule.kind is RuleKind.PLATFORM else one for one in sorted(rule.values)]


def _line(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
