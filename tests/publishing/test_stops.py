"""A stop holds from the instant it is committed, for what it names and for nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Entry
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import Actor
from apps.events.services import relay
from apps.posts.models import Variant
from apps.publishing import services, stops
from apps.publishing.engine import claims, rounds
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.models import Publication, Stop
from apps.publishing.restraints import Scope, Target
from apps.publishing.states import State
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db
REASON = "A recall: check every caption first."


def target(agency: Agency, scope: Scope, **named: Any) -> Target:
    own = agency.workspace.organization_id
    place = agency.workspace.pk if scope in (Scope.ACCOUNT, Scope.WORKSPACE) else None
    return Target(scope, own, named.pop("workspace_id", place), **named)


def stop(agency: Agency, scope: Scope = Scope.WORKSPACE, **named: Any) -> Stop:
    made: Stop = agency.do(services.stop, target=target(agency, scope, **named), reason=REASON)
    return made


def fall_due(agency: Agency, rows: list[Publication]) -> list[str]:
    """The states of these after a worker has done its rounds."""
    for _ in range(3):
        run_worker()
    with tenancy.scope(organization_id=agency.workspace.organization_id):
        states = dict(Publication.objects.values_list("pk", "state"))
    return [states[row.pk] for row in rows]


@pytest.fixture
def rows(agency: Agency, other_workspace: Workspace) -> list[Publication]:
    """Due now: two accounts of a client, and one of another client of the same organization."""
    made = [factories.post(agency.workspace, accounts=[agency.account(name)]) for name in ("harbour", "quay")]
    accounts = [agency.account("kestrel", in_=other_workspace)]
    made.append(factories.post(other_workspace, accounts=accounts))
    with tenancy.scope(organization_id=agency.workspace.organization_id):
        return [factories.publication(post, _account_of(post)) for post in made]


def _account_of(post: Any) -> Any:
    return Variant.objects.select_related("account").get(post=post).account


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (Scope.ACCOUNT, [True, False, False]),
        (Scope.WORKSPACE, [True, True, False]),
        (Scope.ORGANIZATION, [True, True, True]),
        (Scope.PLATFORM, [True, True, True]),
    ],
)
def test_a_stop_holds_what_it_names_and_nothing_else(
    agency: Agency, rows: list[Publication], scope: Scope, held: list[bool]
) -> None:
    named: dict[str, Any] = {Scope.ACCOUNT: {"account_id": rows[0].account_id}, Scope.PLATFORM: {"platform": "memory"}}
    stop(agency, scope, **named.get(scope, {}))

    states = fall_due(agency, rows)

    assert states == [State.HELD if one else State.PUBLISHED for one in held]


def test_a_stop_of_one_organization_holds_nothing_of_another(
    agency: Agency, rows: list[Publication], stranger_workspace: Workspace
) -> None:
    theirs = agency.account("stranger", in_=stranger_workspace)
    publication = factories.publication(factories.post(stranger_workspace, accounts=[theirs]), theirs)
    stop(agency, Scope.ORGANIZATION)
    stop(agency, Scope.PLATFORM, platform="memory")

    assert fall_due(agency, rows) == [State.HELD] * 3

    with tenancy.scope(organization_id=stranger_workspace.organization_id):
        assert Publication.objects.get(pk=publication.pk).state == State.PUBLISHED


def test_what_is_held_says_since_when_by_whom_and_why(
    agency: Agency, rows: list[Publication], owner: Membership
) -> None:
    owner.user.name = "Anna Berg"
    owner.user.save()
    with agency.scope():
        services.stop(target=target(agency, Scope.WORKSPACE), reason=REASON, actor=Actor.user(owner.user.pk))

    fall_due(agency, rows)

    held = agency.read(rows[0])
    assert held.problem == "stopped"
    assert "in this workspace by Anna Berg" in held.problem_words
    assert held.problem_words.endswith(REASON)
    assert "publication.held" in agency.events(held)


def test_what_is_still_in_the_future_stays_where_it_is(agency: Agency, clock: Clock) -> None:
    later = agency.scheduled(minutes=30)
    stop(agency)
    clock.advance(minutes=29)

    assert fall_due(agency, [later]) == [State.SCHEDULED]

    clock.advance(minutes=1)
    assert fall_due(agency, [later]) == [State.HELD]


def test_a_stop_counts_for_what_was_claimed_before_it(agency: Agency, rows: list[Publication]) -> None:
    """The gate is asked anew in the transaction of the intent: a claim that was taken is no pass."""
    taken = claims.claim_due(now=system_clock.now(), limit=10)
    assert len(taken) == 3
    stop(agency)

    for claim in taken:
        rounds.work(claim)

    assert fall_due(agency, rows) == [State.HELD, State.HELD, State.PUBLISHED]
    assert agency.platform.texts("harbour") == agency.platform.texts("quay") == []
    held = agency.read(rows[0])
    assert (held.problem, held.intent_at, held.first_sent_at) == ("stopped", None, None)


def test_what_was_prepared_ahead_is_held_at_its_hour(agency: Agency, clock: Clock) -> None:
    publication = agency.scheduled(minutes=5)
    rounds.prepare_inline()
    assert agency.read(publication).state == State.READY
    stop(agency)
    clock.advance(minutes=5)

    assert fall_due(agency, [publication]) == [State.HELD]
    assert agency.platform.texts("harbour") == []


def test_nothing_is_prepared_ahead_while_it_is_stopped(agency: Agency, clock: Clock) -> None:
    publication = agency.scheduled(minutes=10)
    made = stop(agency)

    rounds.prepare_inline()
    assert (agency.read(publication).state, agency.read(publication).staged) == (State.SCHEDULED, None)

    agency.do(services.lift, stop_id=made.pk)
    clock.advance(minutes=2)
    rounds.prepare_inline()
    assert agency.read(publication).state == State.READY


def test_comments_and_replies_do_not_leave_either(agency: Agency) -> None:
    publication = agency.scheduled("Post", comment="First")
    taken = claims.claim_due(now=system_clock.now(), limit=1)
    rounds.work(taken[0])
    stop(agency)
    run_worker()

    (comment,) = agency.follow_ups(publication)
    assert (comment.state, comment.problem) == (State.HELD, "stopped")
    assert agency.read(publication).state == State.PUBLISHED


def test_stops_are_read_with_one_query_however_many_rows_there_are(
    agency: Agency, other_workspace: Workspace, stranger_workspace: Workspace
) -> None:
    def asked() -> int:
        with tenancy.across_tenants("a test asks the gate as the engine does"):
            rows = list(Publication.across_tenants.select_related("workspace", "account"))
            with CaptureQueriesContext(connection) as queries:
                stops.gate(rows, system_clock.now())
        return len(queries)

    for number, place in enumerate((agency.workspace, other_workspace, stranger_workspace) * 3):
        account = agency.account(f"account{number}", in_=place)
        factories.publication(factories.post(place, accounts=[account]), account)
    stop(agency, Scope.ORGANIZATION)
    stop(agency, Scope.PLATFORM, platform="memory")
    with tenancy.across_tenants("the operator stops"):
        services.stop_all(reason="X is down", actor=Actor.user(factories.user().pk))

    assert asked() == 1


def test_pressed_twice_the_first_stop_counts(agency: Agency) -> None:
    first = stop(agency)
    again = stop(agency)

    assert again.pk == first.pk
    assert agency.events(first) == ["publishing.stopped"]


def test_a_stop_asks_for_a_reason(agency: Agency) -> None:
    with pytest.raises(DecisionIncomplete, match="Say why"):
        agency.do(services.stop, target=target(agency, Scope.WORKSPACE), reason=" \n ")


def test_nothing_is_sent_now_while_it_is_stopped(agency: Agency, rows: list[Publication]) -> None:
    draft = agency.post("Right now", on=[agency.account("pier")])
    stop(agency)
    fall_due(agency, rows)

    with pytest.raises(PostBusy, match="Publishing was stopped"):
        agency.do(services.publish_now, post=draft)
    with pytest.raises(PostBusy, match="Publishing was stopped"):
        agency.do(services.resume, publication=agency.read(rows[0]))
    assert agency.read(rows[0]).state == State.HELD


def test_the_posts_of_the_next_day_are_counted(agency: Agency, clock: Clock) -> None:
    account = agency.account()
    for minutes in (10, 60 * 23, 60 * 25):
        agency.scheduled(minutes=minutes, on=[account])

    with agency.scope():
        assert stops.touched(target(agency, Scope.WORKSPACE), now=clock.now) == 2
        assert stops.touched(target(agency, Scope.ACCOUNT, account_id=account.pk), now=clock.now) == 2
        assert stops.touched(target(agency, Scope.PLATFORM, platform="x"), now=clock.now) == 0


def test_who_stopped_and_who_lifted_it_is_in_the_diary(agency: Agency, owner: Membership) -> None:
    actor = Actor.user(owner.user.pk)
    with agency.scope():
        made = services.stop(target=target(agency, Scope.WORKSPACE), reason=REASON, actor=actor)
        services.lift(stop_id=made.pk, actor=actor)
        entries = Entry.objects.filter(subject_id=made.pk).order_by("created_at", "id")

        assert [(entry.verb, entry.actor_id) for entry in entries] == [
            ("publishing.stopped", owner.user.pk),
            ("publishing.restarted", owner.user.pk),
        ]
    assert agency.events(made) == ["publishing.stopped", "publishing.restarted"]
    with agency.scope(), pytest.raises(PostBusy):
        services.lift(stop_id=made.pk, actor=actor)


def test_those_who_may_stop_it_are_told_by_mail_but_whoever_did(
    agency: Agency, owner: Membership, other_workspace: Workspace, mailoutbox: list[Any]
) -> None:
    organization = agency.workspace.organization
    manager = factories.member(organization, Role.MANAGER, workspaces=[agency.workspace])
    factories.member(organization, Role.CREATOR, workspaces=[agency.workspace])
    factories.member(organization, Role.MANAGER, workspaces=[other_workspace])
    with agency.scope():
        services.stop(target=target(agency, Scope.WORKSPACE), reason=REASON, actor=Actor.user(owner.user.pk))

    relay()

    (mail,) = mailoutbox
    assert mail.to == [manager.user.email]
    assert mail.subject == "Publishing was stopped for Café Luna"
    assert REASON in mail.body
    assert "/stops/" in mail.body


def test_a_stop_in_another_workspace_is_not_seen(agency: Agency, other_workspace: Workspace) -> None:
    stop(agency, Scope.WORKSPACE)
    stop(agency, Scope.ORGANIZATION)
    own = agency.workspace.organization_id

    with tenancy.scope(organization_id=own, workspace_ids={other_workspace.pk}):
        assert [halt.target.scope for halt in stops.halts_of(organization_ids={own})] == [Scope.ORGANIZATION]
    with tenancy.scope(organization_id=own):
        assert len(stops.halts_of(organization_ids={own})) == 2


def test_a_lost_answer_is_still_looked_for(agency: Agency, clock: Clock) -> None:
    """Looking sends nothing; what is out is known to be out."""
    publication = agency.scheduled()
    stop(agency)
    clock.advance(seconds=1)
    with tenancy.across_tenants("a test loses an answer"):
        Publication.across_tenants.filter(pk=publication.pk).update(
            state=State.UNCERTAIN, next_try_at=clock.now, intent_at=clock.now - timedelta(minutes=5)
        )

    assert len(claims.claim_lost(now=clock.now, limit=5)) == 1
