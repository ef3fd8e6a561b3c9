"""Shape and wording of what people say about their time, and of groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.approvals.errors import PeopleRefused
from apps.approvals.people.hours import Hours
from apps.approvals.states import MailChoice
from apps.tenants.forms import ZoneField

WEEKDAYS: Final = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip


class _Refusable(forms.Form):
    def refuse(self, error: PeopleRefused) -> None:
        self.add_error(error.field if error.field in self.fields else None, error.words)


def _time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HoursForm(_Refusable):
    timezone = ZoneField(label=_("Time zone"))
    weekdays = forms.MultipleChoiceField(
        label=_("Days"),
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
        widget=forms.CheckboxSelectMultiple,
    )
    begins = forms.TimeField(label=_("From"), widget=_time_input())
    ends = forms.TimeField(label=_("To"), widget=_time_input(), help_text=_("00:00 is the end of the day."))

    @classmethod
    def of(cls, hours: Hours) -> Self:
        days = [str(day) for day in sorted(hours.weekdays)]
        return cls(
            initial={"timezone": hours.zone, "weekdays": days, "begins": hours.begins, "ends": hours.ends},
            auto_id="id_hours_%s",
        )

    def hours(self) -> Hours:
        said = self.cleaned_data
        return Hours(said["timezone"], frozenset(map(int, said["weekdays"])), said["begins"], said["ends"])


class MailingForm(forms.Form):
    choice = forms.ChoiceField(label=_("You hear of what waits for you"), choices=MailChoice.choices)


class AbsenceForm(_Refusable):
    starts_on = forms.DateField(label=_("First day away"), widget=_date_input())
    ends_on = forms.DateField(label=_("Last day away"), widget=_date_input())
    delegate = forms.ChoiceField(
        label=_("Who stands in"),
        required=False,
        help_text=_("They decide what you would, where their own role lets them and it is not their own work."),
    )

    def __init__(self, *args: Any, people: Mapping[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["delegate"]
        field.choices = [("", _("Nobody")), *((str(pk), name) for pk, name in people.items())]

    def absence(self) -> dict[str, Any]:
        said = self.cleaned_data
        delegate = UUID(said["delegate"]) if said["delegate"] else None
        return {"starts_on": said["starts_on"], "ends_on": said["ends_on"], "delegate_id": delegate}


class GroupForm(_Refusable):
    name = forms.CharField(label=_("Name"), max_length=60)
    people = forms.MultipleChoiceField(label=_("People"), widget=forms.CheckboxSelectMultiple)
    is_shared = forms.BooleanField(label=_("For every client"), required=False)

    def __init__(self, *args: Any, people: Mapping[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["people"]
        field.choices = [(str(pk), name) for pk, name in people.items()]

    def chosen(self) -> list[UUID]:
        return [UUID(pk) for pk in self.cleaned_data["people"]]
