"""What people may do with a post on the plan, and when it is too late for that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.core import clock as system_clock
from apps.platforms.adapters.memory import MemoryPlatform
from apps.posts.errors import PostChanged, PostNotReady
from apps.posts.models import Post
from apps.publishing import services
from apps.publishing.engine import claims, locating
from apps.publishing.engine.work import known_remote_ids
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.models import Publication
from apps.publishing.services import Verdict
from apps.publishing.states import State, post_state
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


def states(agency: Agency, post: Post) -> list[str]:
    with agency.scope():
        return sorted(Publication.objects.filter(post=post).values_list("state", flat=True))


def undecided(agency: Agency, memory: MemoryPlatform, clock: Clock, **parts: Any) -> Publication:
    """A publication that nobody but a person can settle; it is live."""
    publication = agency.scheduled(**parts)
    memory.fault("lost_after", call="commit")
    memory.fault("error_before", call="find", times=5)
    for minutes in (0, 2, 2, 6, 16, 61):
        clock.advance(minutes=minutes)
        run_worker()
    return agency.read(publication)


def test_a_post_that_is_not_ready_is_refused_with_every_problem_at_once(agency: Agency) -> None:
    post = agency.post("x" * 501, on=[agency.account(), agency.account("pier")])

    with pytest.raises(PostNotReady) as refused:
        agency.schedule(post, minutes=-60)

    assert sorted(problem.field for problem in refused.value.problems) == ["due_at", "text", "text"]
    assert states(agency, post) == []


def test_scheduling_twice_plans_once(agency: Agency) -> None:
    post = agency.post()

    agency.schedule(post, minutes=5)
    agency.schedule(post, minutes=10)

    assert states(agency, post) == [State.SCHEDULED]


def test_an_edit_goes_out_and_the_old_words_do_not(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    account = agency.account()
    post = agency.post("Old words", on=[account])
    agency.schedule(post, minutes=5)

    agency.do(services.edit, post=post, content=agency.content("New words", [account]))
    clock.advance(minutes=6)
    run_worker()

    assert memory.texts("harbour") == ["New words"]


def test_an_edit_forgets_what_was_prepared_with_the_old_words(agency: Agency, memory: MemoryPlatform) -> None:
    account = agency.account()
    post = agency.post("Old words", on=[account])
    (publication,) = agency.schedule(post)
    memory.fault("error_before", call="commit")
    with agency.scope():
        Publication.objects.filter(pk=publication.pk).update(staged={"data": {}, "ready": True, "since": "2026-01-01"})

    agency.do(services.edit, post=post, content=agency.content("New words", [account]))

    publication = agency.read(publication)
    assert publication.staged is None
    assert publication.revision == agency.read(post).revision == 2


@pytest.mark.parametrize("verb", ["edit", "cancel", "discard", "reschedule"])
def test_nobody_changes_what_a_worker_has_in_its_hands(agency: Agency, clock: Clock, verb: str) -> None:
    account = agency.account()
    post = agency.post(on=[account])
    agency.schedule(post)
    claims.claim_due(now=clock.now, limit=1)
    local = (clock.now + timedelta(hours=1)).replace(tzinfo=None)
    needs: dict[str, dict[str, Any]] = {
        "edit": {"content": agency.content("Other words", [account])},
        "reschedule": {"local": local, "zone": "UTC"},
    }

    with pytest.raises(PostBusy) as refused:
        agency.do(getattr(services, verb), post=post, **needs.get(verb, {}))

    assert "being published right now" in refused.value.words
    assert states(agency, post) == [State.PUBLISHING]
    assert agency.read(post).revision == 1


def test_somebody_elses_change_is_not_overwritten(agency: Agency) -> None:
    account = agency.account()
    post = agency.post(on=[account])
    agency.do(services.edit, post=post, content=agency.content("Theirs", [account]), expected_revision=1)

    with pytest.raises(PostChanged):
        agency.do(services.edit, post=post, content=agency.content("Mine", [account]), expected_revision=1)


def test_once_part_of_it_is_out_only_waiting_accounts_can_get_other_words(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    out, waiting = agency.account("harbour"), agency.account("pier")
    post = agency.post("Same for all", on=[out, waiting])
    agency.schedule(post)
    memory.fault("rate_limited", call="commit", times=1)
    run_worker()
    assert states(agency, post) == [State.PUBLISHED, State.SCHEDULED]
    with agency.scope():
        late = Publication.objects.get(post=post, state=State.SCHEDULED)

    with pytest.raises(PostBusy):
        agency.do(services.edit, post=post, content=agency.content("Other", [out, waiting]))
    agency.do(services.correct, publication=late, text="Only here")
    clock.advance(minutes=10)
    run_worker()

    assert sorted(memory.texts("harbour") + memory.texts("pier")) == ["Only here", "Same for all"]


def test_an_account_taken_out_of_a_planned_post_gets_nothing_and_a_new_one_does(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    first, second = agency.account("harbour"), agency.account("pier")
    post = agency.post(on=[first])
    agency.schedule(post, minutes=5)

    agency.do(services.edit, post=post, content=agency.content("Moved over", [second]))
    clock.advance(minutes=6)
    run_worker()

    assert memory.texts("harbour") == []
    assert memory.texts("pier") == ["Moved over"]


def test_a_canceled_post_does_not_go_out_and_can_be_planned_again(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    post = agency.post()
    agency.schedule(post, minutes=5)

    agency.do(services.cancel, post=post)
    clock.advance(minutes=10)
    run_worker()
    assert memory.posts == []
    assert agency.read(post).due_at is None

    agency.schedule(post)
    run_worker()
    assert memory.texts("harbour") == ["Good morning"]


def test_a_post_moves_to_another_time(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    post = agency.post()
    agency.schedule(post, minutes=5)
    later = (clock.now + timedelta(hours=2)).replace(tzinfo=None)

    agency.do(services.reschedule, post=post, local=later, zone="UTC")
    clock.advance(minutes=30)
    run_worker()
    assert memory.posts == []

    clock.advance(hours=2)
    run_worker()
    assert memory.texts("harbour") == ["Good morning"]


def test_publish_now_brings_a_planned_post_forward(agency: Agency, memory: MemoryPlatform) -> None:
    post = agency.post()
    agency.schedule(post, minutes=500)

    agency.do(services.publish_now, post=post)
    run_worker()

    assert memory.texts("harbour") == ["Good morning"]


def test_what_is_too_late_is_held_and_goes_out_when_a_person_resumes_it(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled()
    clock.advance(hours=6, seconds=1)

    run_worker()
    held = agency.read(publication)
    assert (held.state, held.problem) == (State.HELD, "too_late")
    assert agency.events(publication)[-1] == "publication.held"

    agency.do(services.resume, publication=publication)
    run_worker()
    assert agency.read(publication).state == State.PUBLISHED


def test_a_failed_publication_is_tried_again_alone(agency: Agency, memory: MemoryPlatform) -> None:
    post = agency.post(on=[agency.account("harbour"), agency.account("pier")])
    agency.schedule(post)
    with agency.scope():
        failed = Publication.objects.filter(post=post).first()
        assert failed is not None
        Publication.objects.filter(pk=failed.pk).update(state=State.FAILED)
    run_worker()
    assert states(agency, post) == [State.FAILED, State.PUBLISHED]

    agency.do(services.retry, publication=failed)
    run_worker()

    assert states(agency, post) == [State.PUBLISHED, State.PUBLISHED]
    assert len(memory.posts) == 2


def test_a_person_says_it_is_live_and_it_is_not_sent_again(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = undecided(agency, memory, clock, comment="First!")

    agency.do(services.decide, publication=publication, verdict=Verdict.OUT, link="https://memory.invalid/posts/1")
    run_worker()

    decided = agency.read(publication)
    assert (decided.state, decided.remote_url) == (State.PUBLISHED, "https://memory.invalid/posts/1")
    assert memory.texts("harbour") == ["Good morning"]
    (comment,) = agency.follow_ups(publication)
    assert comment.state == State.CANCELED
    assert "by hand" in comment.problem_words


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "harbour",
        "https://",
        "https://elsewhere.invalid/posts/1",
        "https://memory.invalid.elsewhere.invalid/posts/1",
        "https://memory.invalid@elsewhere.invalid/posts/1",
        "https://elsewhere.invalid\\@memory.invalid/posts/1",
        "https://memory.invalid:8443/posts/1",
        "https://[memory.invalid/posts/1",
        f"https://memory.invalid/{'1' * 500}",
    ],
)
def test_only_an_address_on_the_platform_of_the_account_is_taken_for_that_of_its_post(
    agency: Agency, memory: MemoryPlatform, clock: Clock, link: str
) -> None:
    publication = undecided(agency, memory, clock)

    with pytest.raises(DecisionIncomplete) as refused:
        agency.do(services.decide, publication=publication, verdict=Verdict.OUT, link=link)

    assert refused.value.field == "remote_url"
    assert "on memory.invalid" in refused.value.words
    assert agency.read(publication).state == State.NEEDS_ATTENTION


@pytest.mark.parametrize("link", ["http://memory.invalid/posts/1", " https://www.MEMORY.invalid/posts/1?from=app "])
def test_an_address_on_the_platform_is_kept_as_it_was_pasted(
    agency: Agency, memory: MemoryPlatform, clock: Clock, link: str
) -> None:
    publication = undecided(agency, memory, clock)

    agency.do(services.decide, publication=publication, verdict=Verdict.OUT, link=link)

    assert agency.read(publication).remote_url == link.strip()


def test_a_person_who_saw_it_live_need_not_bring_its_address_and_nobody_is_asked_for_it(
    agency: Agency, memory: MemoryPlatform, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    decided = [undecided(agency, memory, clock) for _ in range(2)]
    for publication in decided:
        agency.do(services.decide, publication=publication, verdict=Verdict.OUT, link=" ")
    caplog.set_level("INFO")

    assert locating.locate_missing(now=clock.advance(minutes=10)) == 0

    assert caplog.text == ""
    for publication in decided:
        publication = agency.read(publication)
        assert (publication.state, publication.remote_url) == (State.PUBLISHED, "")


def test_a_search_is_told_of_what_a_person_saw_live_by_its_address_and_by_no_name_of_ours(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    """No platform knows our names: one that is asked about them may answer anything."""
    account, address = agency.account(), "https://memory.invalid/posts/77"
    for link in ("", address):
        publication = undecided(agency, memory, clock, on=[account])
        agency.do(services.decide, publication=publication, verdict=Verdict.OUT, link=link)
    agency.scheduled("Another", on=[account])
    (claim,) = claims.claim_due(now=clock.now, limit=1)
    assert known_remote_ids(claim, since=clock.now) == {address}


def test_a_person_says_it_is_not_live_and_it_goes_out_once_more(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = undecided(agency, memory, clock)

    agency.do(services.decide, publication=publication, verdict=Verdict.NOT_OUT)
    run_worker()

    assert agency.read(publication).state == State.PUBLISHED
    assert memory.commits == 2


def test_what_a_person_left_alone_is_passed_by_when_the_post_is_planned_again(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = undecided(agency, memory, clock)
    agency.do(services.decide, publication=publication, verdict=Verdict.LEAVE)
    with agency.scope():
        post = Post.objects.get(pk=publication.post_id)

    with pytest.raises(PostBusy):
        agency.do(services.publish_now, post=post)
    run_worker()

    assert agency.read(publication).state == State.CANCELED
    assert memory.commits == 1


def test_the_row_itself_refuses_to_wait_with_an_open_intent(agency: Agency) -> None:
    publication = agency.scheduled()

    with agency.scope(), pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=publication.pk).update(intent_at=system_clock.now())


@pytest.mark.parametrize(
    ("found", "whole"),
    [
        ([], "draft"),
        (["scheduled", "published"], "scheduled"),
        (["published", "published"], "published"),
        (["published", "failed"], "partially_published"),
        (["failed", "failed"], "failed"),
        (["published", "canceled"], "published"),
        (["canceled"], "canceled"),
        (["published", "needs_attention", "publishing"], "needs_attention"),
        (["publishing", "scheduled"], "publishing"),
        (["uncertain", "published"], "uncertain"),
        (["held", "published"], "held"),
    ],
    ids=str,
)
def test_the_state_of_a_post_follows_from_its_publications(found: list[str], whole: str) -> None:
    assert post_state(found) == whole
