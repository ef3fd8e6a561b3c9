"""What a person types about a queue."""

from __future__ import annotations

from typing import Final, Self

from django import forms

from apps.posts.models import Queue
from apps.posts.queueing import LONGEST_NAME, MOST_JITTER, Priority
from apps.publishing.windows import WEEKDAYS

PRIORITIES: Final = [(priority.key, priority.label) for priority in Priority]


class NewQueueForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, help_text="Such as “Tips” or “Evergreen”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class SlotForm(forms.Form):
    """The same hour on some weekdays."""

    days = forms.TypedMultipleChoiceField(
        label="On",
        choices=list(enumerate(WEEKDAYS)),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one weekday."},
    )
    at = forms.TimeField(label="At", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


class QueueForm(forms.Form):
    name = forms.CharField(label="Name", max_length=LONGEST_NAME)
    description = forms.CharField(label="What it is for", max_length=300, required=False)
    jitter_minutes = forms.IntegerField(
        label="Minutes off the slot",
        min_value=0,
        max_value=MOST_JITTER,
        help_text=f"Each post goes out up to so many minutes before or after its slot. 0 to {MOST_JITTER}.",
    )

    @classmethod
    def of(cls, queue: Queue) -> Self:
        fields = {"name": queue.name, "description": queue.description, "jitter_minutes": queue.jitter_minutes}
        return cls(initial=fields, prefix="settings")


class JoinForm(forms.Form):
    """Which queue a post is added to, and how urgent it is."""

    queue = forms.UUIDField(error_messages={"required": "Choose a queue.", "invalid": "Choose a queue."})
    queue_priority = forms.ChoiceField(choices=PRIORITIES, required=False)

    @property
    def priority(self) -> Priority:
        return Priority.of(self.cleaned_data["queue_priority"] or Priority.MEDIUM.key)

    @property
    def first_error(self) -> str:
        return str(next(iter(self.errors.values()))[0]) if self.errors else ""
