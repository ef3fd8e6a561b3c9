"""Steps of a policy as plain values: who decides, when the step applies, what it looks at, and what the clock does.

A policy stores them as JSON; `read` turns that into steps and raises PolicyMalformed with every flaw at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from apps.approvals import escalations
from apps.approvals.errors import Flaw, PolicyMalformed
from apps.approvals.escalations import CHOOSE, EscalationRule
from apps.approvals.states import WhenLate
from apps.posts.sorting import folded
from apps.tenants.permissions import PERMISSIONS, Role

MOST_STEPS: Final = 8
MOST_PEOPLE: Final = 50
LONGEST_NAME: Final = 60
DAY: Final = timedelta(days=1)
LONGEST_NOTICE: Final = timedelta(days=30)
KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
DECIDES: Final = "approval.decide"
DECIDING_ROLES: Final = tuple(role for role in Role if DECIDES in PERMISSIONS[role])


class Aspect(StrEnum):
    """What of a post a step looks at. Its time is no aspect: see `Step.window`."""

    TEXT = "text"
    MEDIA = "media"
    OPTIONS = "options"
    ACCOUNTS = "accounts"


class Quorum(StrEnum):
    """Whose approval a step takes; a number stands for so many of them."""

    ANY = "any"
    ALL = "all"


class RuleKind(StrEnum):
    PLATFORM = "platform"
    ACCOUNT = "account"
    AUTHOR = "author"
    LABEL = "label"
    CAMPAIGN = "campaign"
    POLICY_HIT = "policy_hit"  # keys of content rules, or "any"
    PAID = "paid"  # "yes" where an account's options call the post a paid partnership, else "no"


@dataclass(frozen=True, slots=True)
class Rule:
    """The step applies where the post has one of these values."""

    kind: RuleKind
    values: frozenset[str]


# What rules are held against: by kind, what the post has.
Facts = Mapping[RuleKind, Collection[str]]


@dataclass(frozen=True, slots=True)
class Step:
    """`window`: how far the hour may move without asking again; None for as far as you like. `notice`: so long before
    the hour its time runs out. Of several rules each must fit. `moves`: by how much a post is moved whose time ran out;
    None for to the next slot of its queue."""

    key: str
    name: str
    people: tuple[UUID, ...] = ()
    roles: tuple[Role, ...] = ()
    groups: tuple[UUID, ...] = ()
    guests: bool = False
    programs: bool = False
    needs: Quorum | int = Quorum.ANY
    rules: tuple[Rule, ...] = ()
    covers: frozenset[Aspect] = frozenset(Aspect)
    window: timedelta | None = timedelta(0)
    notice: timedelta = timedelta(0)
    when_late: WhenLate = WhenLate.HOLD
    moves: timedelta | None = DAY
    escalations: tuple[EscalationRule, ...] = ()

    @property
    def asks_for_hits(self) -> bool:
        return any(rule.kind is RuleKind.POLICY_HIT for rule in self.rules)

    def applies(self, facts: Facts) -> bool:
        return all(rule.values & {folded(value) for value in facts.get(rule.kind, ())} for rule in self.rules)

    def deadline(self, due_at: datetime | None) -> datetime | None:
        return due_at - self.notice if due_at else None

    def fits(self, approved: datetime | None, live: datetime | None) -> bool:
        """Whether an approval for one hour holds for another."""
        if self.window is None or approved == live:
            return True
        return approved is not None and live is not None and abs(approved - live) <= self.window

    @property
    def digest(self) -> str:
        """Of what an approval depends on: who gives it and for what. Its name and its clock may change."""
        said = self.as_json()
        bound = {name: value for name, value in said.items() if name in _BINDING}
        # What was not there before is left out while it says nothing: approvals that were given hold on.
        return digest_of(bound | {name: said[name] for name in _BINDING_LATER if said[name]})

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "people": sorted(str(pk) for pk in self.people),
            "roles": sorted(role.value for role in self.roles),
            "groups": sorted(str(pk) for pk in self.groups),
            "guests": self.guests,
            "programs": self.programs,
            "needs": self.needs if isinstance(self.needs, int) else self.needs.value,
            "rules": [{"kind": rule.kind.value, "values": sorted(rule.values)} for rule in self.rules],
            "covers": sorted(self.covers),
            "window_minutes": None if self.window is None else int(self.window.total_seconds() // 60),
            "notice_minutes": int(self.notice.total_seconds() // 60),
            "when_late": self.when_late.value,
            "move_minutes": None if self.moves is None else int(self.moves.total_seconds() // 60),
            "escalations": [rule.as_json() for rule in self.escalations],
        }


_BINDING: Final = frozenset({"key", "people", "roles", "guests", "programs", "needs"})
_BINDING_LATER: Final = ("groups",)


def digest_of(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def trusted(stored: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Steps that were checked when they were stored."""
    return tuple(_Reading(one, "").step() for one in stored)


def read(said: Any) -> tuple[Step, ...]:
    """Steps as somebody wrote them; raises PolicyMalformed."""
    if not isinstance(said, list) or not all(isinstance(one, Mapping) for one in said):
        raise PolicyMalformed([Flaw("steps", gettext("Steps are a list of objects."))])
    too_many = gettext("A policy has at most %(number)s steps.") % {"number": MOST_STEPS}
    flaws = [Flaw("steps", too_many)] if len(said) > MOST_STEPS else []
    readings = [_Reading(one, f"steps.{number}") for number, one in enumerate(said)]
    made = [reading.step() for reading in readings]
    for reading in readings:
        flaws += reading.flaws
    keys = [step.key for step in made]
    flaws += [
        Flaw(f"steps.{number}.key", gettext("Another step has this key."))
        for number, key in enumerate(keys)
        if key in keys[:number]
    ]
    if flaws:
        raise PolicyMalformed(flaws)
    return tuple(made)


@dataclass
class _Reading:
    """One step being read: every flaw is noted, and something harmless put in its place."""

    said: Mapping[str, Any]
    place: str
    flaws: list[Flaw] = field(default_factory=list)

    def step(self) -> Step:
        unknown = set(self.said) - _FIELDS
        for name in sorted(unknown):
            self._flaw(name, _("A step has no such field."))
        step = Step(
            key=self._key(),
            name=self._name(),
            people=tuple(self._ids("people", _("This is no id of a person."))),
            roles=tuple(self._choices("roles", DECIDING_ROLES)),
            groups=tuple(self._ids("groups", _("This is no id of a group."))),
            guests=self._flag("guests"),
            programs=self._flag("programs"),
            needs=self._needs(),
            rules=tuple(self._rules()),
            covers=frozenset(self._choices("covers", tuple(Aspect), default=tuple(Aspect))),
            window=self._window(),
            notice=self._minutes("notice_minutes") or timedelta(0),
            when_late=self._when_late(),
            moves=self._moves(),
            escalations=escalations.read(self.said.get("escalations", []), self._flaw),
        )
        if not (step.people or step.roles or step.groups or step.guests or step.programs):
            self._flaw("people", _("Say who decides: people, a role, a group, or the client's guests."))
        if not step.covers:
            self._flaw("covers", _("A step looks at something."))
        only_people = step.people and not (step.roles or step.groups or step.guests or step.programs)
        if only_people and isinstance(step.needs, int) and step.needs > len(step.people):
            self._flaw("needs", _("Only %(number)s people decide here."), number=len(step.people))
        return step

    def _flaw(self, name: str, words: str, **facts: object) -> None:
        """Marked `words`, said in the reader's language."""
        self.flaws.append(Flaw(f"{self.place}.{name}", gettext(words) % facts))

    def _key(self) -> str:
        key = self.said.get("key")
        if isinstance(key, str) and KEY.fullmatch(key):
            return key
        self._flaw("key", _("A key has small letters, digits and hyphens."))
        return ""

    def _name(self) -> str:
        name = self.said.get("name")
        if isinstance(name, str) and 0 < len(name.strip()) <= LONGEST_NAME:
            return name.strip()
        self._flaw("name", _("Give the step a name of up to %(number)s characters."), number=LONGEST_NAME)
        return ""

    def _ids(self, name: str, words: str) -> list[UUID]:
        found = []
        for text in self._list(name, most=MOST_PEOPLE):
            try:
                found.append(UUID(str(text)))
            except ValueError:
                self._flaw(name, words)
        return list(dict.fromkeys(found))

    def _choices(self, name: str, known: Sequence[Any], *, default: Sequence[Any] = ()) -> list[Any]:
        by_value = {str(one): one for one in known}
        said = self._list(name) if name in self.said else list(default)
        for value in said:
            if str(value) not in by_value:
                self._flaw(name, CHOOSE, known=", ".join(by_value))
        return [by_value[str(value)] for value in dict.fromkeys(said) if str(value) in by_value]

    def _list(self, name: str, *, most: int = 100) -> list[Any]:
        said = self.said.get(name, [])
        if isinstance(said, list) and len(said) <= most and all(isinstance(one, str) for one in said):
            return said
        self._flaw(name, _("This is a list of up to %(number)s texts."), number=most)
        return []

    def _flag(self, name: str) -> bool:
        said = self.said.get(name, False)
        if not isinstance(said, bool):
            self._flaw(name, _("Say true or false."))
        return said is True

    def _needs(self) -> Quorum | int:
        said = self.said.get("needs", Quorum.ANY.value)
        if isinstance(said, int) and not isinstance(said, bool) and 1 <= said <= MOST_PEOPLE:
            return said
        if said in list(Quorum):
            return Quorum(said)
        self._flaw("needs", _('Say "any", "all", or how many.'))
        return Quorum.ALL

    def _rules(self) -> list[Rule]:
        said = self.said.get("rules", [])
        if not isinstance(said, list):
            self._flaw("rules", _("Rules are a list."))
            return []
        return [rule for number, one in enumerate(said) if (rule := self._rule(number, one))]

    def _rule(self, number: int, said: Any) -> Rule | None:
        kind = said.get("kind") if isinstance(said, Mapping) else None
        values = said.get("values") if isinstance(said, Mapping) else None
        if kind not in list(RuleKind):
            self._flaw(f"rules.{number}.kind", CHOOSE, known=", ".join(RuleKind))
        elif not isinstance(values, list) or not values or not all(isinstance(one, str) and one for one in values):
            self._flaw(f"rules.{number}.values", _("Name at least one value."))
        else:
            return Rule(RuleKind(kind), frozenset(folded(value) for value in values))
        return None

    def _window(self) -> timedelta | None:
        return None if self.said.get("window_minutes", 0) is None else self._minutes("window_minutes")

    def _moves(self) -> timedelta | None:
        """By a day unless something else is said; null is to the next slot."""
        if "move_minutes" not in self.said:
            return DAY
        if self.said["move_minutes"] is None:
            return None
        span = self._minutes("move_minutes")
        if not span:
            self._flaw("move_minutes", _("Give at least a minute, or null for the next slot of its queue."))
        return span or DAY

    def _minutes(self, name: str) -> timedelta:
        said = self.said.get(name, 0)
        most = int(LONGEST_NOTICE.total_seconds() // 60)
        if isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= most:
            return timedelta(minutes=said)
        self._flaw(name, escalations.MINUTES, number=most)
        return timedelta(0)

    def _when_late(self) -> WhenLate:
        said = self.said.get("when_late", WhenLate.HOLD.value)
        if said in WhenLate.values:
            return WhenLate(said)
        self._flaw("when_late", CHOOSE, known=", ".join(WhenLate.values))
        return WhenLate.HOLD


_FIELDS: Final = frozenset({
    "key", "name", "people", "roles", "groups", "guests", "programs", "needs", "rules", "covers", "window_minutes",
    "notice_minutes", "when_late", "move_minutes", "escalations",
})  # fmt: skip
