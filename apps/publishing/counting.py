"""What of the plan counts against an organization's limits: each publication once, in the month and on the day it is
due, from the moment it is planned.

Counting at planning is what lets a person hear of a limit while there is something to be done about it. What is taken
off the plan or fails is given back; another try of the same publication is the same one, and what went out and was
taken down later stays counted. Publications of simulated platforms do not count, nor do those of test accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from apps.core.together import at_the_end
from apps.events.models import Event
from apps.posts.errors import PostNotReady
from apps.posts.problem import ReadinessProblem
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.usage import services as usage
from apps.usage.errors import OverLimit
from apps.usage.meters import Meter

COUNTED: Final = frozenset(State) - {State.CANCELED, State.FAILED}


def not_ready(words: str) -> PostNotReady:
    return PostNotReady([ReadinessProblem(field="due_at", code="over_limit", words=words)])


def count(post_ids: Iterable[UUID], *, refused: Callable[[str], Exception] = PostBusy) -> None:
    """Let the publications of these posts count as they stand now; safe to repeat.

    Whoever changes one calls this last: others of the organization wait until the transaction ends. Where a limit
    leaves no room it raises what `refused` makes of the words.
    """
    try:
        usage.settle(Meter.PUBLICATIONS, _planned(post_ids))
    except OverLimit as full:
        raise refused(full.words) from full


def count_new(publications: Iterable[Publication], *, refused: Callable[[str], Exception] = PostBusy) -> None:
    """The same of publications that are being planned for the first time, and have their accounts at hand.

    In a unit of work (`apps.core.together`) they are counted in one go when all else of it is done, so that others of
    the organization wait for a moment and not for all of it; the unit fails if not all have room.
    """

    def settle(planned: list[usage.Planned]) -> None:
        try:
            usage.settle(Meter.PUBLICATIONS, planned, are_new=True)
        except OverLimit as full:
            raise refused(full.words) from full

    at_the_end("publications to be counted", map(_planned_one, publications), settle)


def foresee(planned: Iterable[usage.Planned]) -> None:
    """Have what these will count against read at once, before each is counted."""
    usage.foresee(Meter.PUBLICATIONS, planned)


def count_as_it_is(post_ids: Iterable[UUID]) -> None:
    """The same where much is moved at once and must not be refused for some of it: the gate holds what is over a limit
    at its hour."""
    usage.settle(Meter.PUBLICATIONS, _planned(post_ids), may_exceed=True)


def is_simulated(platform: str, *, is_test: bool) -> bool:
    """Nothing that is sent there reaches anybody."""
    return is_test or platform in settings.PLATFORM_SANDBOXES


def give_back_failed(event: Event) -> None:
    """What did not go out is not used; whoever tries it again uses it again."""
    count(Publication.objects.filter(pk=event.subject_id).values_list("post_id", flat=True))


def _planned(post_ids: Iterable[UUID]) -> Iterator[usage.Planned]:
    rows = Publication.objects.filter(post__in=post_ids)
    facts = rows.values_list(
        "id", "workspace_id", "account_id", "account__platform", "account__is_test", "state", "due_at"
    )
    for publication_id, workspace_id, account_id, platform, is_test, state, due_at in facts:
        counts = state in COUNTED and not is_simulated(platform, is_test=is_test)
        at: datetime | None = due_at if counts else None
        yield usage.Planned(publication_id, workspace_id, at, account_id, platform)


def _planned_one(row: Publication) -> usage.Planned:
    account = row.account
    counts = row.state in COUNTED and not is_simulated(account.platform, is_test=account.is_test)
    return usage.Planned(row.pk, row.workspace_id, row.due_at if counts else None, row.account_id, account.platform)
