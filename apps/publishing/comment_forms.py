"""What a person types to say something below a post that is out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import ids
from apps.platforms import registry
from apps.posts.manuscripts import Manuscript
from apps.posts.models import Post
from apps.posts.problem import ReadinessProblem
from apps.publishing.models import Publication
from apps.publishing.replying import places
from apps.tenants.members import Member

TEXT_MOST: Final = 100_000
FIELDS: Final = {"due_at": "at", "accounts": "on"}


class CommentForm(forms.Form):
    """`key` is the comment's own, so that a form that is sent twice says it once."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=TEXT_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something.")},
    )
    on = forms.TypedMultipleChoiceField(
        label=_("On"),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one account.")},
    )
    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, below: Collection[Publication], **options: Any) -> None:
        chosen = {"key": ids.new_id(), "on": [row.pk for row in below]}
        super().__init__(*args, **{"initial": chosen, **options})
        self.fields["on"].choices = [(str(row.pk), _name(row)) for row in below]  # type: ignore[attr-defined]

    def refuse(self, problems: Sequence[ReadinessProblem]) -> None:
        """Say beside the field what is wrong; twice the same only once."""
        for field, words in dict.fromkeys((FIELDS.get(one.field, "text"), one.words) for one in problems):
            self.add_error(field, words)


@dataclass(frozen=True, slots=True)
class Commenting:
    form: CommentForm
    url: str
    zone: str
    is_refused: bool = False


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
    form = typed or CommentForm(below=below, auto_id="comment-%s")
    return Commenting(form, reverse("publishing:comment", args=[post.pk]), post.workspace.timezone, typed is not None)


def _name(row: Publication) -> str:
    return f"{registry.label(row.account.platform)} @{row.account.handle}"
