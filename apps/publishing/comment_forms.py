"""What a person types to say something below a post that is out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import ids
from apps.media.models import Asset
from apps.media.states import Kind
from apps.platforms import registry
from apps.posts.appointments import can_be_told
from apps.posts.content import MediaContent
from apps.posts.manuscripts import Manuscript
from apps.posts.models import Post
from apps.posts.problem import ReadinessProblem
from apps.publishing.models import Publication
from apps.publishing.remarks import Remark, Remarks
from apps.publishing.replying import places, takes_pictures
from apps.tenants.members import Member

TEXT_MOST: Final = 100_000
ALT_MOST: Final = 2000
PICTURES_MOST: Final = 60
PICTURE: Final = ("shown", "picture", "alt")
FIELDS: Final = {"due_at": "at", "accounts": "on"}


class CommentForm(forms.Form):
    """`key` is the comment's own, so that a form that is sent twice says it once. `own-<id>` are the words for one of
    the publications, where they differ."""

    text = forms.CharField(
        label=_("Comment"), max_length=TEXT_MOST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    on = forms.TypedMultipleChoiceField(
        label=_("On"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one account.")},
    )
    shown = forms.TypedChoiceField(label=_("Picture from the library"), coerce=UUID, required=False, empty_value=None)
    picture = forms.FileField(
        label=_("Or a new one"), required=False, widget=forms.FileInput(attrs={"class": "file", "accept": "image/*"})
    )
    alt = forms.CharField(
        label=_("What one sees in it"),
        max_length=ALT_MOST,
        required=False,
        help_text=_("For people who cannot see it. Empty: as the library has it."),
    )
    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and not can_be_told(at):
            raise forms.ValidationError(gettext("There is no such hour."))
        return at

    def __init__(
        self, *args: Any, below: Collection[Publication], pictures: Sequence[tuple[UUID, str]], **options: Any
    ) -> None:
        chosen = {"key": ids.new_id(), "on": [row.pk for row in below]}
        super().__init__(*args, **{"initial": chosen, **options})
        self._below = tuple(below)
        self.fields["on"].choices = [(str(row.pk), _name(row)) for row in below]  # type: ignore[attr-defined]
        if not any(takes_pictures(row.account) for row in below):
            for name in PICTURE:
                del self.fields[name]
        else:
            self.fields["shown"].choices = [("", _("None")), *pictures]  # type: ignore[attr-defined]
            self.fields["shown"].help_text = _where_it_goes(below)
        for row in below if len(below) > 1 else ():
            words = forms.Textarea(attrs={"rows": 2})
            self.fields[_own(row)] = forms.CharField(
                label=_name(row), max_length=TEXT_MOST, required=False, widget=words
            )

    @property
    def own_words(self) -> list[forms.BoundField]:
        """The fields for words of one account, where there are several."""
        return [self[_own(row)] for row in self._below if _own(row) in self.fields]

    @property
    def has_own_words(self) -> bool:
        return any(field.value() or field.errors for field in self.own_words)

    def remarks(self, picture: UUID | None) -> Remarks:
        """What was typed, by account; the picture goes wherever one is taken."""
        said = self.cleaned_data
        files = (MediaContent(picture, said.get("alt", "").strip()),) if picture else ()
        on = [row for row in self._below if row.pk in said["on"]]
        return Remarks(
            Remark(said["text"]),
            {
                row.account_id: Remark(
                    said.get(_own(row), "").strip() or said["text"], files if takes_pictures(row.account) else ()
                )
                for row in on
            },
        )

    def choose(self, picture: Asset) -> None:
        """Have this picture chosen when the form is shown again."""
        # A browser sends no file twice.
        typed = cast(QueryDict, self.data).copy()
        typed["shown"] = str(picture.pk)
        self.data = typed
        named = (picture.pk, picture.original_name or gettext("Unnamed"))
        self.fields["shown"].choices = [*self.fields["shown"].choices, named]  # type: ignore[attr-defined]

    def refuse(self, problems: Sequence[ReadinessProblem]) -> None:
        """Say beside the field what is wrong; twice the same only once."""
        for field, words in dict.fromkeys((self._field(one), one.words) for one in problems):
            self.add_error(field, words)

    def _field(self, problem: ReadinessProblem) -> str:
        if problem.field.startswith("media") and "alt" in self.fields:
            return "alt" if problem.field.endswith(".alt") else "shown"
        named = FIELDS.get(problem.field, "text")
        own = next((_own(row) for row in self._below if row.account_id == problem.account_id), "")
        return own if named == "text" and self.cleaned_data.get(own, "").strip() else named


@dataclass(frozen=True, slots=True)
class Commenting:
    form: CommentForm
    url: str
    zone: str
    is_refused: bool = False

    @property
    def picture_fields(self) -> list[forms.BoundField]:
        return [self.form[name] for name in PICTURE if name in self.form.fields]

    @property
    def has_picture(self) -> bool:
        return any(field.value() or field.errors for field in self.picture_fields)


def commenting_of(
    post: Post,
    publications: Sequence[Publication],
    text: Manuscript,
    member: Member,
    *,
    typed: CommentForm | None = None,
) -> Commenting | None:
    """None where nothing takes a comment, or this member may not write one."""
    if not member.may_in(post.workspace_id, "post.publish"):
        return None
    below = places(publications, text)
    if not below and typed is None:
        return None
    form = typed or CommentForm(below=below, pictures=pictures_of(post.workspace_id), auto_id="comment-%s")
    return Commenting(form, reverse("publishing:comment", args=[post.pk]), post.workspace.timezone, typed is not None)


def pictures_of(workspace_id: UUID) -> list[tuple[UUID, str]]:
    """The newest pictures of the library, to choose from."""
    rows = Asset.objects.filter(workspace_id=workspace_id, kind=Kind.IMAGE).in_library().order_by("-pk")
    return [(row.pk, row.original_name or gettext("Unnamed")) for row in rows[:PICTURES_MOST]]


def _where_it_goes(below: Collection[Publication]) -> str:
    """Where the picture is shown, unless that is everywhere."""
    taken = {registry.label(row.account.platform): takes_pictures(row.account) for row in below}
    if all(taken.values()):
        return ""
    without = [label for label, does in taken.items() if not does]
    return gettext("%(networks)s: no picture with a comment. There it goes without.") % {"networks": ", ".join(without)}


def _own(row: Publication) -> str:
    return f"own-{row.pk}"


def _name(row: Publication) -> str:
    return f"{registry.label(row.account.platform)} @{row.account.handle}"
