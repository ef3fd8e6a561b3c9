"""Rules of a step for when nobody answers, as plain values: after so many working hours, or so long before the time
runs out, remind those who are awaited, or bring others in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from django.utils.translation import gettext_noop as _

from apps.approvals.states import Counting, Deed

MOST_RULES: Final = 6
MOST_NAMED: Final = 50
LONGEST: Final = 30 * 24 * 60
FIELDS: Final = frozenset({"when", "minutes", "do", "people", "groups"})
CHOOSE: Final = _("Choose from %(known)s.")
MINUTES: Final = _("Give minutes, up to %(number)s.")


class Tell(Protocol):
    """What is wrong at a place: marked words, and the facts in them."""

    def __call__(self, name: str, words: str, **facts: object) -> None: ...


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """`span` is working time where it counts from the asking, and plain time where it counts back from the end."""

    counting: Counting
    span: timedelta
    deed: Deed
    people: tuple[UUID, ...] = ()
    groups: tuple[UUID, ...] = ()

    @property
    def minutes(self) -> int:
        return int(self.span.total_seconds() // 60)

    @property
    def key(self) -> str:
        """What tells it from the others of its step."""
        return f"{self.counting.value}-{self.minutes}-{self.deed.value}"

    def as_json(self) -> dict[str, Any]:
        return {
            "when": self.counting.value,
            "minutes": self.minutes,
            "do": self.deed.value,
            "people": sorted(str(pk) for pk in self.people),
            "groups": sorted(str(pk) for pk in self.groups),
        }


def read(said: Any, tell: Tell) -> tuple[EscalationRule, ...]:
    """The rules as somebody wrote them; what is wrong is told, by place."""
    if not isinstance(said, list) or len(said) > MOST_RULES:
        tell("escalations", _("A step has up to %(number)s rules for when nobody answers."), number=MOST_RULES)
        return ()
    found = [rule for number, one in enumerate(said) if (rule := _rule(one, f"escalations.{number}", tell))]
    keys = [rule.key for rule in found]
    if len(set(keys)) < len(keys):
        tell("escalations", _("Two rules do the same at the same time."))
    return tuple(found)


def _rule(said: Any, place: str, tell: Tell) -> EscalationRule | None:
    if not isinstance(said, Mapping) or set(said) - FIELDS:
        tell(place, _("A rule has %(fields)s."), fields=", ".join(sorted(FIELDS)))
        return None
    when, do, minutes = said.get("when"), said.get("do"), said.get("minutes")
    is_off = type(minutes) is not int or not 1 <= minutes <= LONGEST
    flaws: list[tuple[str, bool, str, dict[str, object]]] = [
        ("when", when not in Counting.values, CHOOSE, {"known": ", ".join(Counting.values)}),
        ("do", do not in Deed.values, CHOOSE, {"known": ", ".join(Deed.values)}),
        ("minutes", is_off, MINUTES, {"number": LONGEST}),
    ]
    wrong = [(name, words, facts) for name, is_wrong, words, facts in flaws if is_wrong]
    people, groups = (_ids(said.get(name, [])) for name in ("people", "groups"))
    wrong += [("people", _("These are no ids."), {})] if people is None or groups is None else []
    if not wrong and (do == Deed.REMIND) is bool(people or groups):
        words = _("A reminder goes to whoever is awaited.") if do == Deed.REMIND else _("Say who is brought in.")
        wrong.append(("people", words, {}))
    for name, words, facts in wrong:
        tell(f"{place}.{name}", words, **facts)
    if wrong:
        return None
    return EscalationRule(
        Counting(str(when)),
        timedelta(minutes=int(minutes or 0)),
        Deed(str(do)),
        tuple(people or ()),
        tuple(groups or ()),
    )


def _ids(said: Any) -> list[UUID] | None:
    """None for what is no list of ids."""
    if not isinstance(said, list) or len(said) > MOST_NAMED:
        return None
    try:
        return list(dict.fromkeys(UUID(str(one)) for one in said))
    except ValueError:
        return None
