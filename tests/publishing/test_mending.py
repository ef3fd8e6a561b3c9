"""What waited for a broken account: nothing goes out by itself, and one choice is for all of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import tenancy
from apps.publishing import services
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.models import Publication
from apps.publishing.risks import risks
from apps.publishing.services import Choice
from apps.publishing.states import State
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.states import AccountState
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(agency: Agency) -> SocialAccount:
    return agency.account()


def mark(agency: Agency, account: SocialAccount, state: AccountState) -> None:
    with agency.scope():
        SocialAccount.objects.filter(pk=account.pk).update(state=state)


@pytest.fixture
def held(agency: Agency, account: SocialAccount, clock: Clock) -> list[Publication]:
    """Three posts that fell due while the account was broken: 30, 10 and 1 hours ago. One more is in the future."""
    rows = [
        agency.schedule(agency.post(f"Due in {hours}", on=[account]), minutes=60 * hours)[0]
        for hours in (10, 30, 39, 60)
    ]
    mark(agency, account, AccountState.NEEDS_REAUTH)
    clock.advance(hours=40)
    for _ in range(4):
        run_worker()
    assert [agency.read(row).state for row in rows] == [State.HELD] * 3 + [State.SCHEDULED]
    return rows


def mend(agency: Agency, account: SocialAccount, choice: Choice, **more: Any) -> services.Mended:
    done: services.Mended = agency.do(services.mend, account_id=account.pk, choice=choice, **more)
    return done


def test_nothing_goes_out_by_itself_when_the_account_works_again(
    agency: Agency, account: SocialAccount, held: list[Publication], clock: Clock
) -> None:
    mark(agency, account, AccountState.ACTIVE)
    run_worker()
    assert agency.platform.texts("harbour") == []

    # What is still in the future simply goes on.
    clock.advance(hours=21)
    run_worker()
    assert agency.platform.texts("harbour") == ["Due in 60"]


def test_what_is_not_too_late_is_sent_now_and_the_rest_waits_on(
    agency: Agency, account: SocialAccount, held: list[Publication]
) -> None:
    mark(agency, account, AccountState.ACTIVE)

    done = mend(agency, account, Choice.RESUME)

    assert (done.resumed, done.left) == (1, 2)
    run_worker()
    assert agency.platform.texts("harbour") == ["Due in 39"]
    assert [agency.read(row).state for row in held[:2]] == [State.HELD] * 2


def test_all_is_moved_by_whole_days_and_keeps_its_hour(
    agency: Agency, account: SocialAccount, held: list[Publication], clock: Clock
) -> None:
    mark(agency, account, AccountState.ACTIVE)
    with agency.scope():
        waiting = services.waiting(account.pk, now=clock.now)
    assert waiting is not None
    assert (waiting.posts, waiting.in_time, waiting.too_late, waiting.days) == (3, 1, 2, 2)

    done = mend(agency, account, Choice.SHIFT)

    assert done.shifted == 3
    for row in held[:3]:
        now = agency.read(row)
        assert (now.state, now.due_at) == (State.SCHEDULED, row.due_at + timedelta(days=2))
        assert now.due_at > clock.now
        with agency.scope():
            assert now.post.due_at == now.due_at  # all of the post has moved
    assert "publication.resumed" in agency.events(held[0])


def test_the_first_may_be_moved_to_a_day_and_the_others_keep_their_distance(
    agency: Agency, account: SocialAccount, held: list[Publication], clock: Clock
) -> None:
    mark(agency, account, AccountState.ACTIVE)
    day: date = clock.now.date() + timedelta(days=5)

    mend(agency, account, Choice.SHIFT, first_day=day)

    moved = [agency.read(row).due_at for row in held[:3]]
    assert moved[0].date() == day
    assert [later - moved[0] for later in moved] == [row.due_at - held[0].due_at for row in held[:3]]


def test_a_day_that_has_passed_is_refused_and_changes_nothing(
    agency: Agency, account: SocialAccount, held: list[Publication], clock: Clock
) -> None:
    mark(agency, account, AccountState.ACTIVE)
    with pytest.raises(DecisionIncomplete):
        mend(agency, account, Choice.SHIFT, first_day=clock.now.date() - timedelta(days=1))
    assert [agency.read(row).state for row in held[:3]] == [State.HELD] * 3


def test_all_may_be_left_out(agency: Agency, account: SocialAccount, held: list[Publication]) -> None:
    assert mend(agency, account, Choice.SKIP).skipped == 3
    assert [agency.read(row).state for row in held] == [State.CANCELED] * 3 + [State.SCHEDULED]


def test_nothing_is_sent_to_an_account_that_is_still_broken(
    agency: Agency, account: SocialAccount, held: list[Publication]
) -> None:
    for choice in (Choice.RESUME, Choice.SHIFT):
        with pytest.raises(PostBusy, match="Reconnect it first"):
            mend(agency, account, choice)


def test_a_post_that_is_out_elsewhere_keeps_its_time(agency: Agency, account: SocialAccount, clock: Clock) -> None:
    other = agency.account("second")
    rows = agency.schedule(agency.post("Both", on=[account, other]), minutes=10)
    mark(agency, account, AccountState.NEEDS_REAUTH)
    clock.advance(minutes=11)
    for _ in range(3):
        run_worker()
    mark(agency, account, AccountState.ACTIVE)
    broken = next(row for row in rows if row.account_id == account.pk)
    assert agency.read(broken).state == State.HELD

    mend(agency, account, Choice.SHIFT)

    with agency.scope():
        row = Publication.objects.select_related("post").get(pk=broken.pk)
    assert row.due_at == broken.due_at + timedelta(days=1)
    assert row.post.due_at == broken.due_at


# --- what is at risk --------------------------------------------------------------------------------------------------


def ends(account: SocialAccount, days: float, clock: Clock) -> None:
    with tenancy.across_tenants("a test says when a sign-in ends"):
        Grant.across_tenants.filter(pk=account.grant_id).update(ends_at=clock.now + timedelta(days=days))


def test_posts_after_the_end_of_a_sign_in_are_counted_for_each_client(
    agency: Agency, account: SocialAccount, other_workspace: Workspace, clock: Clock
) -> None:
    sound, ending = agency.account("sound"), agency.account("ending", in_=other_workspace)
    mark(agency, account, AccountState.NEEDS_REAUTH)
    ends(ending, 5, clock)
    ends(sound, 90, clock)
    for one, days in [(account, 1), (account, 2), (ending, 3), (ending, 6), (ending, 7), (sound, 95)]:
        due_at = clock.now + timedelta(days=days)
        factories.publication(factories.post(one.workspace, accounts=[one], due_at=due_at), one)

    with tenancy.scope(organization_id=agency.workspace.organization_id):
        found = risks(now=clock.now, until=clock.now + timedelta(days=60))

    assert [(risk.account.pk, risk.is_broken, risk.after) for risk in found] == [
        (account.pk, True, 2),
        (ending.pk, False, 2),
        (sound.pk, False, 1),
    ]
    assert found[1].next_at == clock.now + timedelta(days=6)


def test_the_pages_ask_as_many_questions_for_many_accounts_as_for_few(
    agency: Agency, owner: Membership, clock: Clock
) -> None:
    browser = factories.signed_in(owner, at=agency.workspace)

    def add(number: int) -> None:
        for one in range(number):
            client = factories.workspace(agency.workspace.organization) if one % 2 else agency.workspace
            account = factories.account(client)
            ends(account, 3 + one, clock)
            for day in range(4):
                due_at = clock.now + timedelta(days=day * 3)
                factories.publication(factories.post(client, accounts=[account], due_at=due_at), account)

    def asked(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    add(3)
    urls = ("/social-accounts/at-risk/", "/social-accounts/", "/")
    for url in urls:
        browser.get(url)
    few = [asked(url) for url in urls]
    add(20)
    assert [asked(url) for url in urls] == few


def test_other_clients_that_a_member_may_not_see_are_not_counted(
    agency: Agency, account: SocialAccount, other_workspace: Workspace, clock: Clock
) -> None:
    hidden = agency.account("kestrel", in_=other_workspace)
    ends(hidden, 5, clock)
    ends(account, 5, clock)
    manager = factories.member(agency.workspace.organization, Role.MANAGER, workspaces=[agency.workspace])

    page = factories.signed_in(manager, at=agency.workspace).get("/social-accounts/at-risk/")

    assert [row.client for row in page.context["rows"]] == [agency.workspace.name]
    assert "kestrel" not in page.content.decode()
