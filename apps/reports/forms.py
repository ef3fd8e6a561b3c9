"""What a report shall consist of, as people choose it. All of it works without scripts: the order is a hidden field
that each "up" and "down" sends along and changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.conf import settings

from apps.core.calendar import Month
from apps.reports import plan as plans
from apps.reports.errors import Malformed
from apps.reports.models import ReportTemplate, Schedule
from apps.reports.periods import DAY, Period
from apps.reports.plan import COMPARISONS, COUNTED, MOST_HEADING, MOST_POSTS, MOST_TEXT, Kind, Plan, plan_of
from apps.reports.states import Cadence

# Each kind has one row in the form, and own words have three.
KEYS: Final[Mapping[str, Kind]] = {
    **{kind.value: kind for kind in Kind if kind not in (Kind.WORDS, Kind.MEANINGS)},
    "words": Kind.WORDS, "words2": Kind.WORDS, "words3": Kind.WORDS,
    Kind.MEANINGS.value: Kind.MEANINGS,
}  # fmt: skip
TREND_WORDS: Final = (("views", "Views"), ("interactions", "Interactions"), ("followers", "Followers"))
WEEKDAYS: Final = tuple(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section in the form. `fields` are the further ones, shown below its name."""

    key: str
    label: str
    about: str
    on: forms.BoundField
    fields: tuple[forms.BoundField, ...]
    is_first: bool
    is_last: bool


class RefusableForm(forms.Form):
    """A form whose service may still refuse; the refusal is shown beside the field it is about."""

    def refuse(self, refused: Malformed) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, refused.words)


class PlanForm(RefusableForm):
    """The sections of a report, in their order."""

    title = forms.CharField(max_length=MOST_HEADING, label="Title", help_text="Printed above the name of the client.")
    comparison = forms.ChoiceField(
        choices=[(one.value, words) for one, words in COMPARISONS.items()], label="Compare with"
    )
    language = forms.ChoiceField(choices=settings.LANGUAGES, label="Language of the report")
    order = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for key, kind in KEYS.items():
            self._add(key, kind)

    def _add(self, key: str, kind: Kind) -> None:
        label = self._label(key)
        self.fields[f"{key}-on"] = forms.BooleanField(required=False, label=label)
        self.fields[f"{key}-heading"] = forms.CharField(
            required=False, max_length=MOST_HEADING, label="Heading",
            help_text="" if kind in plans.WRITTEN else "Empty: the usual one.",
        )  # fmt: skip
        self.fields[f"{key}-text"] = forms.CharField(
            required=False, max_length=MOST_TEXT, label="Your words", widget=forms.Textarea({"rows": 3}),
            help_text="An empty line begins a paragraph.",
        )  # fmt: skip
        if kind in COUNTED:
            self.fields[f"{key}-count"] = forms.IntegerField(
                required=False, min_value=1, max_value=MOST_POSTS, label="How many posts", initial=plans.USUAL_POSTS
            )
        if kind is Kind.TRENDS:
            self.fields[f"{key}-trends"] = forms.MultipleChoiceField(
                required=False, choices=TREND_WORDS, label="Drawings", widget=forms.CheckboxSelectMultiple,
                initial=list(plans.TRENDS),
            )  # fmt: skip

    @staticmethod
    def _label(key: str) -> str:
        number = {"words2": " (second)", "words3": " (third)"}.get(key, "")
        return f"{KEYS[key].label}{number}"

    @classmethod
    def initial_of(cls, plan: Plan) -> dict[str, Any]:
        """The plan as this form has it."""
        found: dict[str, Any] = {
            "title": plan.title, "comparison": plan.comparison.value, "language": plan.language,
        }  # fmt: skip
        free, keys = ["words", "words2", "words3"], []
        for section in plan.sections:
            if section.kind is Kind.WORDS and not free:
                continue
            key = free.pop(0) if section.kind is Kind.WORDS else section.kind.value
            keys.append(key)
            found |= {f"{key}-on": True, f"{key}-heading": section.heading, f"{key}-text": section.text}
            found |= {f"{key}-count": section.count, f"{key}-trends": list(section.trends)}
        return {**found, "order": ",".join(keys)}

    # --- the order ----------------------------------------------------------------------------------------------------

    @property
    def keys(self) -> list[str]:
        """All sections in the order that the form has; those it does not name follow in the usual one."""
        said = str(self["order"].value() or "")
        named = [key for key in dict.fromkeys(said.split(",")) if key in KEYS]
        return [*named, *(key for key in KEYS if key not in named)]

    def moved(self, asked: str) -> str:
        """The order after a section was moved: "top:up"."""
        keys = self.keys
        key, _, way = asked.partition(":")
        if key in keys:
            place = keys.index(key)
            other = place + (-1 if way == "up" else 1)
            if 0 <= other < len(keys):
                keys[place], keys[other] = keys[other], keys[place]
        return ",".join(keys)

    @property
    def rows(self) -> Iterator[SectionRow]:
        keys = self.keys
        for place, key in enumerate(keys):
            names = [f"{key}-{name}" for name in ("heading", "text", "count", "trends")]
            fields = tuple(self[name] for name in names if name in self.fields)
            kind = KEYS[key]
            yield SectionRow(
                key, self._label(key), kind.about, self[f"{key}-on"], fields, place == 0, place == len(keys) - 1
            )

    @property
    def own_fields(self) -> Iterator[forms.BoundField]:
        """Those that are about the report as a whole."""
        return (field for field in self if "-" not in field.name and not field.is_hidden)

    # --- the plan -----------------------------------------------------------------------------------------------------

    def plan(self) -> Plan | None:
        """What was chosen; None where it makes no sense, which the form then says."""
        data = self.cleaned_data
        keys = [key for key in self.keys if data.get(f"{key}-on")]
        names = ("title", "comparison", "language")
        try:
            return plan_of({**{name: data[name] for name in names}, "sections": [self._section(key) for key in keys]})
        except Malformed as flaw:
            place = flaw.field.split(".")
            if len(place) == 3:
                flaw.field = f"{keys[int(place[1])]}-{place[2]}"
            self.refuse(flaw)
            return None

    def _section(self, key: str) -> dict[str, Any]:
        data = self.cleaned_data
        section: dict[str, Any] = {
            "kind": KEYS[key].value,
            "heading": data[f"{key}-heading"],
            "text": data[f"{key}-text"],
        }
        if f"{key}-count" in data:
            section["count"] = data[f"{key}-count"] or plans.USUAL_POSTS
        if data.get(f"{key}-trends"):
            section["trends"] = data[f"{key}-trends"]
        return section


class ReportForm(PlanForm):
    """A report to be made of some days."""

    first = forms.DateField(label="First day", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = forms.DateField(label="Last day", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    field_order = ("first", "last", "title", "comparison", "language")

    @staticmethod
    def days_before(today: date) -> dict[str, date]:
        """The whole month that is over."""
        month = Month.of(today) - 1
        return {"first": month.first, "last": min(month.last, today - DAY)}

    def period(self) -> Period:
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


class TemplateForm(PlanForm):
    name = forms.CharField(max_length=80, label="Name", help_text="As your team knows it.")

    field_order = ("name", "title", "comparison", "language")

    @classmethod
    def of(cls, template: ReportTemplate) -> TemplateForm:
        return cls(initial={"name": template.name, **cls.initial_of(plan_of(template.plan))})


class ScheduleForm(RefusableForm):
    template = forms.ModelChoiceField(queryset=ReportTemplate.plain.none(), label="Template")
    cadence = forms.ChoiceField(choices=Cadence.choices, initial=Cadence.MONTHLY, label="How often")
    weekday = forms.TypedChoiceField(
        choices=WEEKDAYS, coerce=int, initial=0, label="Weekday", help_text="Of a weekly report, about the week before."
    )
    day = forms.IntegerField(
        min_value=1, max_value=31, initial=2, label="Day of the month",
        help_text="Of a monthly report, about the month before. In a shorter month it is the last day.",
    )  # fmt: skip
    hour = forms.TypedChoiceField(
        choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int, initial=9, label="Hour"
    )
    recipients = forms.CharField(
        label="Goes to",
        widget=forms.Textarea({"rows": 3}),
        help_text="Mail addresses, one a line. Each gets its own link.",
    )
    attaches_pdf = forms.BooleanField(required=False, label="Attach the PDF")
    link_days = forms.IntegerField(min_value=1, max_value=400, initial=60, label="Days for which the links are good")
    passcode = forms.CharField(
        required=False,
        max_length=64,
        label="Passcode",
        help_text="Asked for behind each link. Tell it to them another way.",
    )
    drops_passcode = forms.BooleanField(required=False, label="Ask for no passcode any more")

    def __init__(self, *args: Any, schedule: Schedule | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["template"].queryset = ReportTemplate.objects.all()  # type: ignore[attr-defined]
        if schedule is not None:
            del self.fields["template"]
        if schedule is None or not schedule.passcode_hash:
            del self.fields["drops_passcode"]
        else:
            self.fields["passcode"].help_text = "There is one. Write another to replace it."

    @classmethod
    def of(cls, schedule: Schedule) -> ScheduleForm:
        names = ("cadence", "weekday", "day", "hour", "attaches_pdf", "link_days")
        initial = {name: getattr(schedule, name) for name in names}
        return cls(initial={**initial, "recipients": "\n".join(schedule.recipients)}, schedule=schedule)

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        data = dict(self.cleaned_data)
        data["recipients"] = data["recipients"].replace(",", "\n").splitlines()
        if data.pop("drops_passcode", False):
            data["passcode"] = ""
        elif not data["passcode"]:
            del data["passcode"]
        return data


class ShareForm(RefusableForm):
    note = forms.CharField(required=False, max_length=120, label="Who it is for", help_text="Only your team sees this.")
    days = forms.TypedChoiceField(
        choices=[(7, "A week"), (30, "30 days"), (90, "90 days"), (365, "A year")],
        coerce=int,
        initial=30,
        label="Good for",
    )
    passcode = forms.CharField(
        required=False,
        max_length=64,
        label="Passcode",
        help_text="Optional. Tell it to them another way than the link.",
    )
