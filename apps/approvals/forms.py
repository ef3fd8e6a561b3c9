"""Shape and wording of what people say about posts and policies; its meaning is checked in services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final, Self
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.approvals.content_rules import ANY, ContentRule
from apps.approvals.errors import Flaw
from apps.approvals.models import LONGEST_NOTE, PendingFile
from apps.approvals.people.rule_forms import rule_forms
from apps.approvals.place_forms import PlaceForm
from apps.approvals.services.discussing import MOST_FILES
from apps.approvals.states import Verdict, Visibility, WhenLate
from apps.approvals.steps import DECIDING_ROLES, LONGEST_NAME, Aspect, Quorum, RuleKind, Step
from apps.platforms import registry

HOUR: Final = 60
ANY_HOUR: Final = "any"
NEXT_SLOT: Final = "slot"
_AS_IT_IS: Final = ("name", "roles", "people", "groups", "guests", "programs", "covers", "when_late")
LARGEST_FILE: Final = 25 * 1024**2
ASPECTS: Final = {
    Aspect.TEXT: _("Text"), Aspect.MEDIA: _("Media"), Aspect.OPTIONS: _("Options"), Aspect.ACCOUNTS: _("Accounts"),
}  # fmt: skip


class DecisionForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you ask for changes or reject."),
    )
    verdict = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.REJECT)]
    )


class EditsForm(forms.Form):
    """Other words for the main part, approved along with them."""

    text = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 6}))
    note = forms.CharField(label=_("Note"), required=False, max_length=LONGEST_NOTE)


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)


class FilesField(forms.FileField):
    """Several files; each up to `LARGEST_FILE`, no more than a comment may bring."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [super(FilesField, self).clean(one, initial) for one in data or ()]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("A comment brings up to %(number)s files.") % {"number": MOST_FILES})
        if any(file.size > LARGEST_FILE for file in files):
            raise forms.ValidationError(
                _("A file of a comment has up to %(number)s MB.") % {"number": LARGEST_FILE // 1024**2}
            )
        return files


class CommentForm(PlaceForm):
    text = forms.CharField(label=_("Comment"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2}))
    visibility = forms.ChoiceField(
        label=_("Who reads it"), choices=Visibility.choices, initial=Visibility.INTERNAL, required=False
    )
    attached = FilesField(label=_("Files"), required=False, help_text=_("Pictures, videos or PDF, up to five."))
    kept = forms.MultipleChoiceField(
        label=_("Files that were chosen already"),
        required=False,
        choices=(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("A file that was chosen is not kept any more. Choose it again.")},
    )
    mentions = forms.MultipleChoiceField(
        label=_("Tell by mail"), required=False, choices=(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, people: Mapping[UUID, str] | None = None, held: Sequence[PendingFile] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["mentions"].choices = [(str(pk), name) for pk, name in (people or {}).items()]
        fields["kept"].choices = [(str(row.pk), row.name) for row in held]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if len(said.get("kept", ())) + len(said.get("attached", ())) > MOST_FILES:
            self.add_error("attached", _("A comment brings up to %(number)s files.") % {"number": MOST_FILES})
        return said

    def keep(self, held: Sequence[PendingFile]) -> None:
        """Show these as chosen when the form is shown again with what is wrong."""
        fields: Any = self.fields
        fields["kept"].choices = [(str(row.pk), row.name) for row in held]
        data: Any = self.data
        self.data = data.copy()
        self.data.setlist("kept", [str(row.pk) for row in held])  # type: ignore[attr-defined]


class OptionsForm(forms.Form):
    allows_self_approval = forms.BooleanField(label=_("People may approve what they wrote themselves"), required=False)
    bars_links_of_writers = forms.BooleanField(
        label=_("Links made by whoever wrote a post do not count for it"),
        help_text=_("A colleague makes the link, or Postroom mails it to a guest whom a colleague has invited, too."),
        required=False,
    )


class StepForm(forms.Form):
    """One step of a policy, as a form has it."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    roles = forms.MultipleChoiceField(
        label=_("Roles that decide"),
        required=False,
        choices=[(role.value, role.label) for role in DECIDING_ROLES],
        widget=forms.CheckboxSelectMultiple,
    )
    people = forms.MultipleChoiceField(
        label=_("People who decide"), required=False, widget=forms.CheckboxSelectMultiple
    )
    groups = forms.MultipleChoiceField(
        label=_("Groups that decide"), required=False, widget=forms.CheckboxSelectMultiple
    )
    guests = forms.BooleanField(label=_("The client's guests decide"), required=False)
    programs = forms.BooleanField(label=_("Programs with an API key decide"), required=False)
    needs = forms.ChoiceField(
        label=_("How many must approve"),
        choices=[
            (Quorum.ANY.value, _("Any one of them")),
            (Quorum.ALL.value, _("All of them")),
            ("number", _("A number")),
        ],
    )
    number = forms.IntegerField(label=_("Number"), required=False, min_value=1, max_value=50)
    platforms = forms.MultipleChoiceField(
        label=_("Only for posts to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: for all."),
    )
    labels = forms.CharField(
        label=_("Only for posts with a label"), required=False, help_text=_("Names, with commas between them.")
    )
    campaigns = forms.CharField(
        label=_("Only for posts of a campaign"), required=False, help_text=_("Names, with commas between them.")
    )
    paid = forms.BooleanField(label=_("Only for paid partnerships"), required=False)
    content = forms.MultipleChoiceField(
        label=_("Only for posts that hit a content rule"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One of them is enough."),
    )
    covers = forms.MultipleChoiceField(
        label=_("Looks at"),
        choices=[(one.value, words) for one, words in ASPECTS.items()],
        initial=[one.value for one in Aspect],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Other changes do not come back to this step."),
    )
    window = forms.ChoiceField(
        label=_("When the time of an approved post changes"),
        choices=[
            ("0", _("Ask again")), ("60", _("Ask again if it moves by over an hour")),
            ("1440", _("Ask again if it moves by over a day")), (ANY_HOUR, _("Keep the approval")),
        ],
    )  # fmt: skip
    notice_hours = forms.IntegerField(
        label=_("Time runs out, hours before the post is due"), initial=0, min_value=0, max_value=720
    )
    when_late = forms.ChoiceField(label=_("What happens then"), choices=WhenLate.choices)
    moves = forms.ChoiceField(
        label=_("A post that is moved goes"),
        required=False,
        choices=[
            ("1440", _("A day later")),
            ("60", _("An hour later")),
            ("10080", _("A week later")),
            (NEXT_SLOT, _("To the next slot of its queue")),
        ],
    )  # fmt: skip

    def __init__(
        self, *args: Any, people: dict[UUID, str], groups: Mapping[UUID, str] | None = None,
        rules: Sequence[ContentRule] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["people"].choices = [(str(pk), name) for pk, name in people.items()]
        fields["groups"].choices = [(str(pk), name) for pk, name in (groups or {}).items()]
        known = {"people": people, "groups": groups or {}}
        initial = kwargs.get("initial", {}).get("escalations", [])
        self.rules = rule_forms(args[0] if args else kwargs.get("data"), initial, **known)
        fields["content"].choices = (
            [(ANY, _("Any of them")), *((rule.key, rule.name) for rule in rules)] if rules else []
        )
        fields["platforms"].choices = [(name, registry.label(name)) for name in registry.ADAPTERS]

    @classmethod
    def of(
        cls, step: Step, people: dict[UUID, str], groups: Mapping[UUID, str] | None = None,
        rules: Sequence[ContentRule] = (),
    ) -> Self:  # fmt: skip
        """The form as it is for a step that there is."""
        asked = {rule.kind: sorted(rule.values) for rule in step.rules}
        said = step.as_json()
        is_number = isinstance(step.needs, int)
        initial = {
            **{name: said[name] for name in _AS_IT_IS},
            "moves": NEXT_SLOT if step.moves is None else str(said["move_minutes"]),
            "escalations": said["escalations"],
            "needs": "number" if is_number else said["needs"],
            "number": step.needs if is_number else None,
            "platforms": asked.get(RuleKind.PLATFORM, []),
            "labels": ", ".join(asked.get(RuleKind.LABEL, [])),
            "campaigns": ", ".join(asked.get(RuleKind.CAMPAIGN, [])),
            "content": asked.get(RuleKind.POLICY_HIT, []),
            "paid": "yes" in asked.get(RuleKind.PAID, []),
            "window": ANY_HOUR if step.window is None else str(said["window_minutes"]),
            "notice_hours": _whole_hours(step) // HOUR,
        }
        form = cls(initial=initial, people=people, groups=groups, rules=rules)
        form.offer_spans(step)
        return form

    def offer_spans(self, step: Step) -> None:
        """What a program has set is offered too, so that saving something else leaves it as it is."""
        said = step.as_json()
        if step.moves is not None:
            self._offer("moves", said["move_minutes"], _("%(number)s minutes later"))
        if step.window is not None:
            self._offer("window", said["window_minutes"], _("Ask again if it moves by over %(number)s minutes"))

    def _offer(self, name: str, minutes: int, words: Any) -> None:
        field: Any = self.fields[name]
        if str(minutes) not in dict(field.choices):
            field.choices = [*field.choices, (str(minutes), words % {"number": minutes})]

    @property
    def is_for_some(self) -> bool:
        """Whether the step that is shown applies to some posts only, by what the form has of it."""
        return any(self[name].value() for name in ("platforms", "labels", "campaigns", "paid", "content"))

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(rule.is_valid() for rule in self.rules)])

    def step(self, key: str, before: Step | None) -> dict[str, Any]:
        """The step that was sent, as services take it. Rules of other kinds than the form has stay as they are."""
        said = self.cleaned_data
        kept = [rule for rule in (before.as_json()["rules"] if before else []) if self._keeps(rule)]
        window, notice = said["window"], said["notice_hours"] * HOUR
        if before is not None and notice == _whole_hours(before):
            notice = before.as_json()["notice_minutes"]
        return {
            "key": key,
            **{name: said[name] for name in _AS_IT_IS},
            "move_minutes": None if said["moves"] == NEXT_SLOT else int(said["moves"] or 24 * HOUR),
            "escalations": self._escalations(before),
            "needs": (said["number"] or 0) if said["needs"] == "number" else said["needs"],
            "rules": [*kept, *self._rules()],
            "window_minutes": None if window == ANY_HOUR else int(window),
            "notice_minutes": notice,
        }

    def _escalations(self, before: Step | None) -> list[dict[str, Any]]:
        """The rows that are filled, each beside the rule that it showed."""
        shown = before.as_json()["escalations"][: len(self.rules)] if before else []
        return [row.rule(rule) for row, rule in zip_longest(self.rules, shown) if row.is_filled]

    def _keeps(self, rule: Mapping[str, Any]) -> bool:
        """Whether the form has nothing to say of a rule; that a step is for unpaid posts alone is one of these."""
        is_unpaid = rule["kind"] == RuleKind.PAID and rule["values"] == ["no"] and not self.cleaned_data["paid"]
        return is_unpaid or rule["kind"] not in _IN_FORM

    def add_flaw(self, flaw: Flaw) -> None:
        name = flaw.field.rpartition(".")[2] if "escalations" not in flaw.field else ""
        self.add_error(name if name in self.fields else None, flaw.words)

    def _rules(self) -> list[dict[str, Any]]:
        said = self.cleaned_data
        values = {
            RuleKind.PLATFORM: said["platforms"],
            RuleKind.LABEL: [one.strip() for one in said["labels"].split(",") if one.strip()],
            RuleKind.CAMPAIGN: [one.strip() for one in said["campaigns"].split(",") if one.strip()],
            RuleKind.POLICY_HIT: said["content"],
            RuleKind.PAID: ["yes"] if said["paid"] else [],
        }
        return [{"kind": kind.value, "values": found} for kind, found in values.items() if found]


def _whole_hours(step: Step) -> int:
    """The notice of a step as the form has it, in minutes: one that a program has set may be longer by some."""
    return int(step.as_json()["notice_minutes"]) // HOUR * HOUR


_IN_FORM: Final = frozenset(
    kind.value for kind in (RuleKind.PLATFORM, RuleKind.LABEL, RuleKind.CAMPAIGN, RuleKind.PAID, RuleKind.POLICY_HIT)
)
