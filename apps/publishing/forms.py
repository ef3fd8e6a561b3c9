"""What a person types about one account of a post."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, Self

from django import forms

from apps.platforms.capabilities import Option
from apps.platforms.option_looks import option_choices, option_entry, option_note
from apps.posts.manuscripts import Edition
from apps.posts.problem import ReadinessProblem
from apps.publishing.restraints import LONGEST_REASON
from apps.publishing.services import Choice, Restart
from apps.publishing.services.stopping import NO_REASON
from apps.publishing.services.windowing import LONGEST_NAME, MOST_IN_A_DAY
from apps.publishing.windows import WEEKDAYS, Blackout, Quiet, Windows

TEXT_MOST: Final = 100_000  # far beyond any network; a form that carries more was not typed
OPTION: Final = "options."
NO_CHOICE: Final = "Choose what becomes of the posts that wait."


class MendForm(forms.Form):
    """What becomes of the posts that waited for an account."""

    choice = forms.ChoiceField(choices=[(choice.value, choice.value) for choice in Choice])
    first_day = forms.DateField(required=False, error_messages={"invalid": "Enter the day as 2026-11-30."})

    @property
    def first_error(self) -> str:
        return str(next(iter(self.errors.values()))[0]) if self.errors else ""


class StopForm(forms.Form):
    """Why publishing is stopped; read by everybody whose posts wait."""

    reason = forms.CharField(
        label="Why, in a few words",
        max_length=LONGEST_REASON,
        help_text="Everybody whose posts wait reads this.",
        error_messages={"required": NO_REASON},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RestartForm(forms.Form):
    """What becomes of all that was held by a stop."""

    choice = forms.TypedChoiceField(
        choices=[(choice.value, choice.value) for choice in Restart],
        coerce=Restart,
        error_messages={"required": NO_CHOICE, "invalid_choice": NO_CHOICE},
    )

    @property
    def first_error(self) -> str:
        return str(next(iter(self.errors.values()))[0]) if self.errors else ""


class BlackoutForm(forms.Form):
    """Days on which nothing goes out."""

    name = forms.CharField(label="What for", max_length=LONGEST_NAME, help_text="Such as “Summer holidays”.")
    first = forms.DateField(label="First day", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    last = forms.DateField(
        label="Last day",
        required=False,
        help_text="Empty: one day.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def blackout(self) -> Blackout:
        first = self.cleaned_data["first"]
        return Blackout(self.cleaned_data["name"], first, self.cleaned_data["last"] or first)


class QuietHoursForm(forms.Form):
    """Hours of some weekdays in which nothing goes out."""

    days = forms.TypedMultipleChoiceField(
        label="On",
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one weekday."},
    )
    begins = forms.TimeField(label="From", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    ends = forms.TimeField(
        label="Until",
        help_text="Earlier than its beginning: on the next morning.",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )

    def quiet(self) -> Quiet:
        data = self.cleaned_data
        return Quiet(tuple(data["days"]), data["begins"], data["ends"])


class PaceForm(forms.Form):
    """How densely posts may follow each other on one account."""

    spacing = forms.IntegerField(
        label="Minutes between two posts",
        required=False,
        min_value=1,
        max_value=24 * 60,
        help_text="On one account. A post that comes too soon waits by itself. Empty: none.",
    )
    daily_most = forms.IntegerField(
        label="Most posts in a day",
        required=False,
        min_value=1,
        max_value=MOST_IN_A_DAY,
        help_text="On one account. What would be more is held. Empty: as many as you like.",
    )

    @classmethod
    def of(cls, windows: Windows) -> Self:
        minutes = round(windows.spacing.total_seconds() / 60) if windows.spacing else None
        return cls(initial={"spacing": minutes, "daily_most": windows.daily_most}, prefix="pace")

    def pace(self) -> dict[str, Any]:
        minutes = self.cleaned_data["spacing"]
        return {
            "spacing": timedelta(minutes=minutes) if minutes else None,
            "daily_most": self.cleaned_data["daily_most"],
        }


class CorrectionForm(forms.Form):
    """The words and options for one account. Fields are named as problems name them: "text", "options.visibility"."""

    text = forms.CharField(
        label="Text", required=False, strip=False, max_length=TEXT_MOST, widget=forms.Textarea(attrs={"rows": 7})
    )
    # Of the post, as it was shown: whoever saves over somebody else's newer words is told so.
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], *, edition: Edition) -> None:
        super().__init__(data)
        self._edition = edition
        limit = f"{edition.label} takes at most {edition.capabilities.max_text:,} characters."
        self.fields["text"].help_text = limit
        for option in edition.capabilities.options:
            self.fields[f"{OPTION}{option.name}"] = _field(option, edition)

    @classmethod
    def of(cls, edition: Edition, shown: str, *, revision: int, **more: Any) -> Self:
        """The form filled with what the account would get now; `shown` are its words."""
        options = {
            f"{OPTION}{option.name}": edition.options.get(option.name) or option.default
            for option in edition.capabilities.options
        }
        return cls({"text": shown, "revision": revision, **options}, edition=edition, **more)

    def clean_text(self) -> str:
        return _one_line_end(str(self.cleaned_data["text"]))

    @property
    def options(self) -> dict[str, str]:
        """What was chosen, once the form is valid."""
        chosen = {name: value for name, value in self.cleaned_data.items() if name.startswith(OPTION) and value}
        return {name.removeprefix(OPTION): value for name, value in chosen.items()}

    @property
    def typed(self) -> Edition:
        """What the account would get, valid or not: for a counter."""
        options = {option.name: self._typed(f"{OPTION}{option.name}") for option in self._edition.capabilities.options}
        return Edition(self._edition.account, _one_line_end(self._typed("text")), options)

    def refuse(self, problems: Iterable[ReadinessProblem]) -> None:
        """Say each problem at its field."""
        for problem in problems:
            self.tell(problem.field, problem.words)

    def tell(self, field: str, words: str) -> None:
        """Say something at a field; what is not on this form is about the whole."""
        self.add_error(field if field in self.fields else None, words)

    def tell_last(self, field: str, words: str) -> None:
        """Say what became of the words that were sent before; they may have been corrected since."""
        self.tell(field, f"At the last try: {words}" if field in self.fields else words)

    def _typed(self, name: str) -> str:
        return str(self.data.get(name, ""))[:TEXT_MOST]


class ChangeForm(CorrectionForm):
    """What can be changed where it is out; fields that the platform leaves as they are do not appear."""

    def __init__(self, data: Mapping[str, Any], *, edition: Edition, only: Collection[str]) -> None:
        super().__init__(data, edition=edition)
        for name in set(self.fields) - set(only) - {"revision"}:
            del self.fields[name]

    @property
    def typed(self) -> Edition:
        """What the account would get, valid or not: for a counter."""
        typed = super().typed
        options = {name: value for name, value in typed.options.items() if f"{OPTION}{name}" in self.fields}
        return Edition(typed.account, typed.text, {**self._edition.options, **options})


def _field(option: Option, edition: Edition) -> forms.Field:
    """What the platform asks of the value is told by its problems, not by the browser."""
    if choices := option_choices(option, edition.account.choices):
        return forms.ChoiceField(label=option.label, choices=choices, required=False)
    entry = option_entry(option)
    widget = forms.Textarea({"rows": 3}) if entry == "lines" else forms.TextInput({"type": entry})
    return forms.CharField(
        label=option.label, required=False, help_text=option_note(option, edition.capabilities), widget=widget
    )


def _one_line_end(typed: str) -> str:
    """Browsers send line ends as CR LF; networks count them as two."""
    return typed.replace("\r\n", "\n")
