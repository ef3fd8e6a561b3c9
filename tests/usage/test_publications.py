"""What of the plan counts: each publication once, where it is due, for as long as it is meant to go out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events import services as events
from apps.posts.errors import PostNotReady
from apps.posts.models import Post
from apps.publishing import services
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Organization, Workspace
from apps.usage.models import Entry
from tests.support import factories
from tests.support.clock import Clock
from tests.usage.conftest import give_plan, total

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER = "2026-11", "2026-12"
WALL = datetime(2026, 11, 30, 12, tzinfo=UTC).replace(tzinfo=None)
TOMORROW, NEXT_MONTH = WALL, WALL + timedelta(days=4)


@pytest.fixture
def account(workspace: Workspace, november: Clock) -> SocialAccount:
    return factories.account(workspace)


@pytest.fixture
def planned(workspace: Workspace, account: SocialAccount) -> Callable[..., Post]:
    def plan(local: datetime = TOMORROW, *, text: str = "Hello") -> Post:
        post = factories.post(workspace, text, accounts=[account])
        do(services.schedule, post=post, local=local, zone="UTC")
        return post

    return plan


def do(verb: Callable[..., object], **arguments: object) -> object:
    subject = next(iter(arguments.values()))
    with tenancy.scope(organization_id=subject.organization_id, workspace_ids={subject.workspace_id}):  # type: ignore[attr-defined]
        return verb(**arguments, actor=SYSTEM)


def publication_of(post: Post) -> Publication:
    with tenancy.across_tenants("a test looks"):
        row: Publication = Publication.across_tenants.select_related("account", "post").get(post=post)
    return row


def fail(publication: Publication) -> None:
    """As the engine says it, and as the relay hands it on."""
    with tenancy.scope(organization_id=publication.organization_id):
        Publication.objects.filter(pk=publication.pk).update(state=State.FAILED)
        with transaction.atomic():
            events.emit("publication.failed", subject=publication)
    events.relay()


def test_a_publication_counts_when_it_is_planned_and_once(planned: Callable[..., Post], workspace: Workspace) -> None:
    post = planned()
    do(services.schedule, post=post, local=TOMORROW, zone="UTC")

    assert (total(workspace.pk, NOVEMBER), total(workspace.organization_id, NOVEMBER)) == (1, 1)
    assert total(publication_of(post).account_id, "2026-11-30") == 1


def test_what_is_moved_counts_where_it_is_due_then(planned: Callable[..., Post], workspace: Workspace) -> None:
    post = planned()

    do(services.reschedule, post=post, local=NEXT_MONTH, zone="UTC")

    assert (total(workspace.pk, NOVEMBER), total(workspace.pk, DECEMBER)) == (0, 1)


@pytest.mark.parametrize("off", ["cancel", "cancel_publication", "discard"])
def test_what_is_taken_off_the_plan_is_given_back(planned: Callable[..., Post], workspace: Workspace, off: str) -> None:
    post = planned()
    subject = {"publication": publication_of(post)} if off == "cancel_publication" else {"post": post}

    do(getattr(services, off), **subject)

    assert total(workspace.pk, NOVEMBER) == total(workspace.organization_id, NOVEMBER) == 0
    with tenancy.across_tenants("a test looks"):
        amounts = list(Entry.across_tenants.order_by("id").values_list("amount", flat=True))
    assert amounts == [1, -1], "the ledger is only ever added to"


def test_what_failed_is_given_back_and_a_second_try_is_the_same_one(
    planned: Callable[..., Post], workspace: Workspace
) -> None:
    publication = publication_of(planned())
    fail(publication)
    assert total(workspace.pk, NOVEMBER) == 0

    do(services.retry, publication=publication)

    assert total(workspace.pk, NOVEMBER) == 1


def test_a_try_that_was_begun_again_before_the_failure_was_heard_of_counts(
    planned: Callable[..., Post], workspace: Workspace
) -> None:
    publication = publication_of(planned())
    with tenancy.scope(organization_id=publication.organization_id):
        Publication.objects.filter(pk=publication.pk).update(state=State.FAILED)
    do(services.retry, publication=publication)

    with tenancy.scope(organization_id=publication.organization_id), transaction.atomic():
        events.emit("publication.failed", subject=publication)
    events.relay()

    assert total(workspace.pk, NOVEMBER) == 1


def test_simulated_platforms_do_not_count(
    planned: Callable[..., Post], workspace: Workspace, settings: Settings
) -> None:
    settings.PLATFORM_SANDBOXES = {"mastodon": "http://127.0.0.1:8011"}

    planned()

    assert total(workspace.pk, NOVEMBER) == 0


def test_planning_over_the_limit_is_refused_in_words_and_changes_nothing(
    planned: Callable[..., Post], organization: Organization, workspace: Workspace
) -> None:
    give_plan(organization, monthly_publications=1)
    planned()

    with pytest.raises(PostNotReady) as refused:
        planned(text="One more")

    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == ("over_limit", "due_at")
    assert "allows 1 publication a month" in problem.words
    with tenancy.across_tenants("a test looks"):
        assert Publication.across_tenants.count() == 1
    planned(NEXT_MONTH, text="One more")


def test_calling_off_makes_room_at_once(planned: Callable[..., Post], organization: Organization) -> None:
    give_plan(organization, monthly_publications=1)
    do(services.cancel, post=planned())

    planned(text="Instead")


def test_a_failed_one_is_tried_again_only_where_there_is_room(
    planned: Callable[..., Post], organization: Organization
) -> None:
    give_plan(organization, monthly_publications=1)
    failed = publication_of(planned())
    fail(failed)
    planned(text="Took its place")

    with pytest.raises(PostBusy, match="1 December"):
        do(services.retry, publication=failed)

    assert publication_of(failed.post).state == State.FAILED


def test_a_lower_plan_lets_one_move_and_call_off_what_is_planned_already(
    planned: Callable[..., Post], organization: Organization, workspace: Workspace
) -> None:
    first, second = planned(), planned(text="Second")
    give_plan(organization, monthly_publications=1)

    do(services.reschedule, post=first, local=TOMORROW + timedelta(hours=1), zone="UTC")
    do(services.cancel, post=second)

    assert total(workspace.pk, NOVEMBER) == 1


def test_what_is_moved_together_is_counted_as_it_is_and_left_to_the_gate(
    planned: Callable[..., Post], organization: Organization, workspace: Workspace
) -> None:
    first, second = planned(), planned(text="Second")
    give_plan(organization, monthly_publications=1)
    account = publication_of(first).account
    with tenancy.scope(organization_id=organization.pk):
        Publication.objects.update(state=State.HELD, problem="disconnected")
        services.mend(
            account_id=account.pk, choice=services.Choice.SHIFT, first_day=NEXT_MONTH.date(), actor=SYSTEM
        )  # fmt: skip

    assert [publication_of(post).state for post in (first, second)] == [State.SCHEDULED] * 2
    assert (total(workspace.pk, NOVEMBER), total(workspace.pk, DECEMBER)) == (0, 2)
