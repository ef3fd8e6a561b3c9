"""What the workspace asks of the files of a post, whatever the platforms would take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from apps.media.states import Kind
from apps.posts.manuscripts import Manuscript, Medium
from apps.posts.problem import ReadinessProblem
from apps.tenants.models import Workspace


def policy_problems(manuscript: Manuscript, at: datetime) -> Iterator[ReadinessProblem]:
    """Pictures without alt text where the workspace wants one, and files whose right of use has ended by `at`."""
    placed = list(_placed(manuscript))
    without_alt = [field for field, medium in placed if medium.asset.kind == Kind.IMAGE and not medium.alt]
    limited = [(field, medium) for field, medium in placed if medium.asset.rights_until]
    if not without_alt and not limited:
        return
    workspace: Workspace = Workspace.objects.get(pk=placed[0][1].asset.workspace_id)
    if workspace.alt_text_required:
        for field in without_alt:
            words = f"{workspace.name} asks for alt text on every picture. Write what one sees."
            yield ReadinessProblem(f"{field}.alt", "alt_required", words)
    day = at.astimezone(ZoneInfo(workspace.timezone)).date()
    for field, medium in limited:
        if (last := medium.asset.rights_until) and day > last:
            yield ReadinessProblem(field, "rights_ended", rights_words(medium, last))


def ended_rights(manuscript: Manuscript, day: date) -> tuple[str, str] | None:
    """The field and the sentence of the first file that may not be published on `day` any more."""
    for field, medium in _placed(manuscript):
        if (last := medium.asset.rights_until) and day > last:
            return field, rights_words(medium, last)
    return None


def rights_words(medium: Medium, last: date) -> str:
    return f"The right to use {medium.asset} ended on {last:%-d %B %Y}. Choose another file, or enter a new date."


def _placed(manuscript: Manuscript) -> Iterator[tuple[str, Medium]]:
    for position, passage in enumerate(manuscript.passages):
        for number, medium in enumerate(passage.media):
            yield (f"parts.{position}.media.{number}" if position else f"media.{number}"), medium
