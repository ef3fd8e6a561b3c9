"""The rules of a step for when nobody answers, as rows of its form: those that there are, and one more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.approvals.escalations import MOST_RULES
from apps.approvals.states import Counting, Deed

HOUR: Final = 60
PERSON, GROUP = "person", "group"


class RuleForm(forms.Form):
    """One rule; without hours it is none."""

    hours = forms.IntegerField(label=_("Hours"), required=False, min_value=1, max_value=720)
    when = forms.ChoiceField(label=_("Counted as"), choices=Counting.choices, required=False)
    do = forms.ChoiceField(label=_("What happens"), choices=Deed.choices, required=False)
    who = forms.MultipleChoiceField(label=_("Who"), required=False, widget=forms.SelectMultiple(attrs={"size": 4}))

    def __init__(self, *args: Any, people: Mapping[UUID, str], groups: Mapping[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["who"]
        field.choices = [
            *((f"{GROUP}:{pk}", gettext("%(name)s (group)") % {"name": name}) for pk, name in groups.items()),
            *((f"{PERSON}:{pk}", name) for pk, name in people.items()),
        ]

    @property
    def is_filled(self) -> bool:
        return self.cleaned_data.get("hours") is not None

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("hours") and (said.get("do") or Deed.REMIND) != Deed.REMIND and not said.get("who"):
            self.add_error("who", _("Say who is brought in."))
        return said

    def rule(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The rule as services take it; a reminder goes to whoever is awaited. While the hours are those that were
        shown of the one before, its minutes are kept: a program may have set some that are no whole hours."""
        said = self.cleaned_data
        minutes = said["hours"] * HOUR
        if before is not None and said["hours"] == _shown_hours(before):
            minutes = before["minutes"]
        deed = Deed(said["do"] or Deed.REMIND)
        who = [one.partition(":") for one in said["who"]] if deed is not Deed.REMIND else []
        return {
            "when": said["when"] or Counting.AFTER.value,
            "minutes": minutes,
            "do": deed.value,
            "people": [pk for kind, _colon, pk in who if kind == PERSON],
            "groups": [pk for kind, _colon, pk in who if kind == GROUP],
        }


def rule_forms(
    data: Any, rules: Sequence[Mapping[str, Any]], *, people: Mapping[UUID, str], groups: Mapping[UUID, str]
) -> list[RuleForm]:
    """A row for each rule and an empty one; of what was sent, as many as were."""
    known = {"people": people, "groups": groups}
    if data is not None:
        sent = [number for number in range(MOST_RULES) if f"rule{number}-hours" in data]
        return [RuleForm(data, prefix=f"rule{number}", **known) for number in sent]
    rows = [RuleForm(initial=_initial(one), prefix=f"rule{number}", **known) for number, one in enumerate(rules)]
    if len(rows) < MOST_RULES:
        rows.append(RuleForm(prefix=f"rule{len(rows)}", **known))
    return rows


def _initial(rule: Mapping[str, Any]) -> dict[str, Any]:
    who = [f"{PERSON}:{pk}" for pk in rule["people"]] + [f"{GROUP}:{pk}" for pk in rule["groups"]]
    return {"hours": _shown_hours(rule), "when": rule["when"], "do": rule["do"], "who": who}


def _shown_hours(rule: Mapping[str, Any]) -> int:
    """Rounded up, for without hours there is no rule."""
    return -(-int(rule["minutes"]) // HOUR)
