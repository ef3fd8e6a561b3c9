"""What stands in the way of a post, for every account at once; and what only deserves a second look.

Fields are named as the composer has them: "text", "media.0", "media.0.alt", "parts.1.text", "accounts", "due_at",
"options.visibility".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.core import clock
from apps.platforms import validation
from apps.posts import selectors
from apps.posts.manuscripts import Edition, Manuscript
from apps.posts.models import Part, Post, Variant
from apps.posts.outgoing import parts_on
from apps.posts.policies import policy_problems
from apps.posts.problem import ReadinessProblem
from apps.social_accounts.states import PUBLISHES, AccountState

DUPLICATE_WITHIN: Final = timedelta(days=7)
# A person who picks the current minute means "now", not the past.
LATE_IS_NOW: Final = timedelta(minutes=5)


def readiness_problems(post: Post, *, due_at: datetime | None = None) -> list[ReadinessProblem]:
    """All that keeps the stored post from going out at `due_at` (None: whenever); empty means ready."""
    return problems_in(selectors.manuscript(post), due_at=due_at)


def problems_in(manuscript: Manuscript, *, due_at: datetime | None = None) -> list[ReadinessProblem]:
    """The same for a post that is still being written."""
    found = list(due_problems(due_at)) if due_at else []
    if not manuscript.editions:
        found.append(ReadinessProblem("accounts", "no_account", "Choose at least one account to publish to."))
    found += policy_problems(manuscript, due_at or clock.now())
    for edition in manuscript.editions:
        found += _account_problems(edition)
        found += _draft_problems(manuscript, edition)
    return found


def due_problems(due_at: datetime) -> Iterator[ReadinessProblem]:
    if due_at < clock.now() - LATE_IS_NOW:
        yield ReadinessProblem("due_at", "past", "This time has passed. Choose a later one, or publish now.")


def duplicate_warnings(
    manuscript: Manuscript, *, workspace_id: UUID, around: datetime, but: UUID | None = None
) -> list[ReadinessProblem]:
    """Accounts that get the same words from another planned post within days; `but` is the post itself."""
    wanted = {edition.account.pk: _normal(manuscript.text_on(edition)) for edition in manuscript.editions}
    near = Post.objects.filter(
        workspace_id=workspace_id, deleted_at=None, due_at__range=(around - DUPLICATE_WITHIN, around + DUPLICATE_WITHIN)
    ).exclude(pk=but)
    # Read before the texts: of a post that somebody writes meanwhile there is nothing to compare.
    variants = list(Variant.objects.filter(post__in=near, account__in=wanted).select_related("post"))
    mains = Part.objects.filter(post__in={variant.post_id for variant in variants}, position=0)
    texts = dict(mains.values_list("post_id", "text"))
    same = {
        variant.account_id: variant.post
        for variant in variants
        if wanted[variant.account_id]
        and wanted[variant.account_id]
        == _normal(variant.text if variant.text is not None else texts.get(variant.post_id, ""))
    }
    return [
        _duplicate(edition, same[edition.account.pk]) for edition in manuscript.editions if edition.account.pk in same
    ]


def _duplicate(edition: Edition, other: Post) -> ReadinessProblem:
    day = f", due {other.due_at:%-d %B}" if other.due_at else ""
    words = f"@{edition.account.handle} gets the same text in another post{day}."
    return ReadinessProblem("text", "duplicate", words, edition.account.pk, edition.account.platform, is_warning=True)


def _account_problems(edition: Edition) -> Iterable[ReadinessProblem]:
    account = edition.account
    if account.state in PUBLISHES:
        return
    lacks = "lacks a permission" if account.state == AccountState.MISSING_PERMISSION else "is signed out"
    words = f"{edition.label} @{account.handle} {lacks}. Reconnect it first."
    yield ReadinessProblem("accounts", "not_connected", words, account.pk, account.platform)


def _draft_problems(manuscript: Manuscript, edition: Edition) -> Iterable[ReadinessProblem]:
    account, parts = edition.account, parts_on(manuscript, edition)
    can = edition.capabilities
    below = validation.capabilities_below(parts[0].draft, can) if len(parts) > 1 else can
    for position, part in enumerate(parts):
        unfit: set[str] = set()
        for field, misfit in part.problems():
            unfit.add(field)
            yield ReadinessProblem(
                field, misfit.code, misfit.words, account.pk, account.platform, choices=misfit.choices
            )
        for problem in validation.problems(part.draft, below if position else can, label=edition.label):
            # Options are chosen once for a post, so they are told of once.
            if position and problem.field.startswith("options."):
                continue
            field = f"parts.{position}.{problem.field}" if position else problem.field
            if field not in unfit:
                yield ReadinessProblem(field, problem.code, problem.words, account.pk, account.platform)


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())
