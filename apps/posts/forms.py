"""Shape and wording of labels, campaigns and templates as people type them. What they may be is said by services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms

from apps.posts.errors import SortingRefused
from apps.posts.models import Campaign, Label, Template
from apps.posts.sorting import Colour
from apps.posts.states import PartRole

LONGEST_TEXT = 100_000


class SortingForm(forms.Form):
    """A form whose service may still refuse; the refusal is shown beside the field it is about."""

    def refuse(self, refused: SortingRefused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, refused.words)

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        return self.cleaned_data


class LabelForm(SortingForm):
    name = forms.CharField(max_length=80, label="Name")
    colour = forms.ChoiceField(choices=Colour.choices, initial=Colour.GREY, label="Colour")

    @classmethod
    def of(cls, label: Label) -> LabelForm:
        return cls(initial={"name": label.name, "colour": label.colour})


class CampaignForm(SortingForm):
    name = forms.CharField(max_length=120, label="Name")
    starts_on = forms.DateField(required=False, label="First day", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    ends_on = forms.DateField(required=False, label="Last day", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    goal = forms.CharField(
        required=False, max_length=2000, label="Goal", widget=forms.Textarea({"rows": 3}),
        help_text="What it is for, in your team's words.",
    )  # fmt: skip
    colour = forms.ChoiceField(choices=Colour.choices, initial=Colour.GREY, label="Colour")
    external_ref = forms.CharField(
        required=False, max_length=200, label="Reference", help_text="Its name in your own system, if it has one."
    )

    @classmethod
    def of(cls, campaign: Campaign) -> CampaignForm:
        return cls(initial={name: getattr(campaign, name) for name in cls.base_fields})


class TemplateForm(SortingForm):
    """The words of a post to begin with. As many replies as there are, and one more to write."""

    name = forms.CharField(max_length=80, label="Name")
    text = forms.CharField(
        max_length=LONGEST_TEXT, strip=False, required=False, label="Text", widget=forms.Textarea({"rows": 5})
    )
    link = forms.CharField(max_length=2000, required=False, label="Link card", widget=forms.URLInput)
    first_comment = forms.CharField(
        max_length=LONGEST_TEXT, required=False, label="First comment", widget=forms.Textarea({"rows": 2})
    )
    labels = forms.MultipleChoiceField(
        required=False, label="Labels", widget=forms.CheckboxSelectMultiple, help_text="Every post that begins with it."
    )

    def __init__(self, *args: Any, labels: Iterable[Label], replies: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["labels"].choices = [(str(label.pk), label.name) for label in labels]  # type: ignore[attr-defined]
        if not self.fields["labels"].choices:  # type: ignore[attr-defined]
            del self.fields["labels"]
        self.replies = [f"reply_{number}" for number in range(1, replies + 2)]
        for number, name in enumerate(self.replies, 1):
            self.fields[name] = forms.CharField(
                required=False, max_length=LONGEST_TEXT, label=f"Reply {number}", widget=forms.Textarea({"rows": 2})
            )
        self.order_fields(["name", "text", "link", "first_comment", *self.replies, "labels"])

    @classmethod
    def of(cls, template: Template, *, labels: Iterable[Label]) -> TemplateForm:
        own = [str(row.label_id) for row in template.labelled.all()]
        return cls.begun(template.parts, name=template.name, labels=labels, own=own)

    @classmethod
    def begun(
        cls, parts: Iterable[dict[str, str]], *, name: str, labels: Iterable[Label], own: Sequence[str] = ()
    ) -> TemplateForm:
        """The form with the words of these parts in it."""
        shown: dict[str, Any] = {"name": name, "labels": own}
        replies = [part["text"] for part in parts if part["role"] == PartRole.REPLY]
        for part in parts:
            if part["role"] == PartRole.MAIN:
                shown |= {"text": part["text"], "link": part.get("link", "")}
            elif part["role"] == PartRole.FIRST_COMMENT:
                shown["first_comment"] = part["text"]
        shown |= {f"reply_{number}": text for number, text in enumerate(replies, 1)}
        return cls(initial=shown, labels=labels, replies=len(replies))

    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        parts = [{"role": PartRole.MAIN.value, "text": said["text"], "link": said["link"].strip()}]
        replies = [(PartRole.REPLY, said[one]) for one in self.replies]
        after = [(PartRole.FIRST_COMMENT, said["first_comment"]), *replies]
        parts += [{"role": role.value, "text": text, "link": ""} for role, text in after if text.strip()]
        return {"name": said["name"], "parts": parts, "label_ids": [UUID(one) for one in said.get("labels", [])]}
