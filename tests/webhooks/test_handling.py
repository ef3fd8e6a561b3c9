"""What becomes of a notice: every room concerned does its part once, in every organization, in whatever order."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from django.db import transaction

from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.actors import Actor
from apps.core.secrets import Secret
from apps.events.models import Event
from apps.platforms.inbound import NoticeKind
from apps.publishing.models import Publication
from apps.publishing.services import turns
from apps.publishing.services.removals import TAKEN_DOWN, write_removed
from apps.publishing.states import Deed, Outcome, State
from apps.social_accounts.models import Grant
from apps.social_accounts.states import AccountState, GrantState
from apps.webhooks import routing, services
from apps.webhooks.models import InboundNotice
from apps.webhooks.services import handling
from apps.webhooks.services.handling import MOST_TRIES
from apps.webhooks.states import NoticeState
from tests.support import factories
from tests.webhooks import letters
from tests.webhooks.conftest import read

pytestmark = pytest.mark.django_db


def published(account, remote_id="111_5", **fields):
    post = factories.post(account.workspace, accounts=[account])
    return factories.publication(post, account, state=State.PUBLISHED, remote_id=remote_id, **fields)


def events_of(row) -> list[str]:
    with tenancy.across_tenants("a test looks"):
        return list(Event.across_tenants.filter(subject_id=row.pk).order_by("sequence").values_list("name", flat=True))


def told_of(row) -> list[tuple[str, str]]:
    with tenancy.across_tenants("a test looks"):
        rows = Event.across_tenants.filter(subject_id=row.pk).order_by("sequence")
        return [(event.name, event.payload.get("how", "")) for event in rows]


def diary_of(row) -> list[tuple[str, dict]]:
    with tenancy.across_tenants("a test looks"):
        return list(Entry.across_tenants.filter(subject_id=row.pk).order_by("id").values_list("verb", "diff"))


def seconds(moment) -> int:
    return int(moment.timestamp())


def deliver(*sent: letters.Letter) -> None:
    for letter in sent:
        assert letter.send().status_code == 200
    services.handle_waiting()


# --- posts


def test_a_post_that_was_removed_at_the_platform_is_marked_and_told_once(page, clock):
    publication = published(page)
    clock.advance(minutes=5)
    gone = letters.removed(created_time=seconds(clock.now))

    deliver(letters.facebook(gone), letters.facebook({**gone}))
    services.handle_waiting()

    row = read(publication)
    assert (row.state, row.removed_at) == (State.REMOVED, clock.now)
    assert told_of(publication) == [("publication.removed", "told_gone")]
    assert diary_of(publication) == [("publication.told_gone", {})]


def test_what_the_platform_tells_of_a_take_down_of_ours_waits_for_its_end(page, clock, owner):
    """Else the diary would say that the platform removed what a person is taking down."""
    publication = published(page)
    with publication.scope(), transaction.atomic():
        turn = turns.begin(publication, Deed.REMOVE, actor=Actor.user(owner.user_id))
    clock.advance(seconds=1)

    deliver(letters.facebook(letters.removed(created_time=seconds(clock.now))))
    assert read(publication).state == State.PUBLISHED
    with publication.scope(), transaction.atomic():
        turns.close(turn, Outcome.REMOVED)
        write_removed(publication, actor=Actor.user(owner.user_id), how=TAKEN_DOWN)
    clock.advance(minutes=1)
    services.handle_waiting()

    assert told_of(publication) == [("publication.removed", "taken_down")]
    assert not InboundNotice.objects.exclude(state=NoticeState.HANDLED).exists()


def test_what_is_told_of_a_removed_post_changes_nothing(page, clock):
    publication = published(page)
    clock.advance(minutes=5)
    deliver(letters.facebook(letters.removed(created_time=seconds(clock.now))))

    deliver(letters.facebook(letters.comment()))

    assert told_of(publication) == [("publication.removed", "told_gone")]


def test_the_same_page_in_two_organizations_hears_it_twice(page, stranger_workspace, clock):
    other = factories.account(stranger_workspace, "facebook", remote_id="111", kind="page")
    both = [published(page), published(other)]
    bystander = published(factories.account(stranger_workspace, "facebook", remote_id="222"))
    clock.advance(minutes=5)

    deliver(letters.facebook(letters.removed(created_time=seconds(clock.now))))

    assert [read(one).state for one in both] == [State.REMOVED] * 2
    assert read(bystander).state == State.PUBLISHED


def test_a_removal_that_comes_before_the_publication_knows_its_id_is_not_lost(page, clock):
    post = factories.post(page.workspace, accounts=[page])
    publication = factories.publication(post, page, state=State.PUBLISHING)
    clock.advance(seconds=5)
    deliver(letters.facebook(letters.removed(created_time=seconds(clock.now) + 60)))
    assert read(publication).state == State.PUBLISHING
    with tenancy.across_tenants("the answer arrives"):
        Publication.across_tenants.filter(pk=publication.pk).update(
            state=State.PUBLISHED, remote_id="111_5", published_at=clock.now
        )

    services.handle_waiting()
    assert read(publication).state == State.PUBLISHED, "its pause is not over"
    clock.advance(minutes=1)
    services.handle_waiting()

    assert read(publication).state == State.REMOVED


def test_a_removal_of_something_unknown_is_let_go_in_the_end(page, clock):
    factories.publication(factories.post(page.workspace, accounts=[page]), page, state=State.PUBLISHING)
    deliver(letters.facebook(letters.removed("111_777")))
    for _ in range(MOST_TRIES):
        clock.advance(hours=2)
        services.handle_waiting()

    (notice,) = InboundNotice.objects.all()
    assert (notice.state, notice.tries) == (NoticeState.HANDLED, MOST_TRIES)


def test_deleted_before_created_and_after_end_the_same(workspace, clock, platforms, settings):
    """The order in which both notices come must not decide; X tells no time, so the platform is asked in doubt."""
    settings.PLATFORM_WEBHOOK_SECRETS = {"x": (letters.SECRETS["x"],)}
    ends = []
    for order in (("post.delete", "post.create"), ("post.create", "post.delete")):
        InboundNotice.objects.all().delete()
        known = platforms.create_account("x", f"reader{len(ends)}")
        account = factories.account(workspace, "x", remote_id=known["id"], token=known["credentials"]["token"])
        publication = published(account, "1799999999999999999")
        deliver(*(letters.x(kind, user=known["id"], id="1799999999999999999") for kind in order))
        ends.append(read(publication).state)

    assert ends == [State.REMOVED] * 2, "X was asked, and does not have it"


def test_a_removal_that_the_platform_contradicts_is_not_believed(workspace, platforms, settings):
    settings.PLATFORM_WEBHOOK_SECRETS = {"x": (letters.SECRETS["x"],)}
    known = platforms.create_account("x", "harbourcoffee")
    account = factories.account(workspace, "x", remote_id=known["id"], token=known["credentials"]["token"])
    made = httpx.post(
        f"{platforms.origin('x')}/2/tweets", json={"text": "Still there"}, trust_env=False,
        headers={"Authorization": f"Bearer {known['credentials']['token']}"},
    ).json()["data"]["id"]  # fmt: skip
    publication = published(account, made)

    deliver(letters.x("post.delete", user=known["id"], id=made))

    assert read(publication).state == State.PUBLISHED


def test_a_removal_older_than_the_publication_is_not_taken_at_its_word(page, clock):
    """Nor can the platform be asked here: the account is signed out."""
    publication = published(page, published_at=clock.now)

    deliver(letters.facebook(letters.removed(created_time=seconds(clock.now) - 3600)))

    assert read(publication).state == State.PUBLISHED


def test_a_deleted_comment_on_linkedin_is_no_deleted_post(workspace):
    account = factories.account(workspace, "linkedin", remote_id="urn:li:organization:1", kind="page")
    publication = published(account, "urn:li:share:9")
    notice = InboundNotice(
        platform="linkedin", dedupe_key="a", kind=NoticeKind.OTHER, remote_user_id="urn:li:organization:1",
        remote_id="urn:li:share:9", data={"action": "COMMENT_DELETE"},
    )  # fmt: skip
    notice.save()

    services.handle_waiting()

    assert read(publication).state == State.PUBLISHED
    assert events_of(publication) == ["publication.responses_changed"]


def test_a_comment_below_a_post_says_that_its_counts_have_changed(page):
    publication, other = published(page), published(page, "111_6")

    deliver(letters.facebook(letters.comment()))

    assert events_of(publication) == ["publication.responses_changed"]
    assert events_of(other) == []


def test_tiktok_that_is_done_only_brings_the_next_look_forward(workspace, clock):
    account = factories.account(workspace, "tiktok", remote_id="open-1")
    post = factories.post(workspace, accounts=[account])
    later = clock.now + timedelta(minutes=10)
    prepared = factories.publication(
        post, account, next_try_at=later, due_at=clock.now,
        staged={"ready": False, "since": clock.now.isoformat(), "data": {"upload": {"publish_id": "v_pub~1"}}},
    )  # fmt: skip
    future = factories.publication(
        factories.post(workspace, accounts=[account]), account, due_at=clock.now + timedelta(days=1),
        staged={"ready": True, "since": clock.now.isoformat(), "data": {"upload": {"publish_id": "v_pub~1"}}},
    )  # fmt: skip

    deliver(letters.tiktok("post.publish.complete", at=seconds(clock.now), publish_id="v_pub~1"))

    assert (read(prepared).state, read(prepared).next_try_at) == (State.SCHEDULED, clock.now)
    assert read(future).next_try_at == clock.now + timedelta(days=1), "nothing goes out before its hour"


def test_a_lost_answer_is_not_looked_for_before_it_is_safe(workspace, clock):
    account = factories.account(workspace, "tiktok", remote_id="open-1")
    later = clock.now + timedelta(minutes=10)
    staged = {"ready": True, "since": clock.now.isoformat(), "data": {"upload": {"publish_id": "v_pub~1"}}}
    rows = [
        factories.publication(
            factories.post(workspace, accounts=[account]),
            account,
            state=State.UNCERTAIN,
            staged=staged,
            next_try_at=later,
            searches_made=made,
        )
        for made in (0, 1)
    ]

    deliver(letters.tiktok("post.publish.complete", at=seconds(clock.now), publish_id="v_pub~1"))

    assert [read(row).next_try_at for row in rows] == [later, clock.now]


def test_a_video_that_fails_after_it_was_taken_is_a_problem_that_people_see(workspace, clock):
    account = factories.account(workspace, "tiktok", remote_id="open-1")
    publication = published(account, "v_pub~1")
    clock.advance(minutes=1)

    for _ in range(2):
        told = {"publish_id": "v_pub~1", "reason": "frame_rate_check_failed"}
        deliver(letters.tiktok("post.publish.failed", at=seconds(clock.now), **told))

    row = read(publication)
    assert (row.state, row.problem) == (State.PUBLISHED, "failed_at_platform")
    assert "frame_rate_check_failed" in row.problem_words
    assert events_of(publication) == ["publication.failed_at_platform"]


# --- accounts


def test_a_person_who_takes_our_app_away_leaves_no_token(page, workspace, clock):
    person = {"remote_user_id": "900"}
    second = factories.account(workspace, "facebook", remote_id="112", handle="lunabakery", kind="page")
    with tenancy.across_tenants("both Pages hang on one consent"):
        second.grant = page.grant
        second.save()
    clock.advance(minutes=1)
    body = f"signed_request={letters.signed_request('900', at=seconds(clock.now))}".encode()

    deliver(letters.Letter("facebook", body, {"Content-Type": "application/x-www-form-urlencoded"}))

    with tenancy.across_tenants("a test looks"):
        grant = Grant.across_tenants.get(**person)
    assert (grant.state, bool(grant.access_token), bool(grant.extra)) == (GrantState.DEAD, False, False)
    assert {read(page).state, read(second).state} == {AccountState.NEEDS_REAUTH}
    assert (grant.refresh_at, grant.refresh_started_at) == (None, None)
    with tenancy.across_tenants("a test looks"):
        (told,) = Event.across_tenants.filter(name="account.needs_reauth")
    assert told.subject_id == grant.pk
    assert {one["id"] for one in told.payload["accounts"]} == {str(page.pk), str(second.pk)}, "one event tells of all"
    assert diary_of(page) == [("account.signed_out", {})]


def test_a_deauthorization_from_before_the_person_came_back_ends_nothing(workspace, clock, platforms, settings):
    known = platforms.create_account("tiktok", "harbourcoffee")
    settings.PLATFORM_WEBHOOK_SECRETS = {"tiktok": (letters.SECRETS["tiktok"],)}
    account = factories.account(workspace, "tiktok", remote_id=known["id"], token=known["credentials"]["token"])

    deliver(letters.tiktok("authorization.removed", at=seconds(clock.now) - 600, user=known["id"], reason=1))

    row = read(account)
    assert row.state == AccountState.ACTIVE
    assert row.checked_at == clock.now, "the platform was asked, and knows us"


def test_a_page_that_changed_its_name_is_read_anew(workspace, platforms, settings):
    known = platforms.create_account("facebook", "harbourcoffee")
    account = factories.account(workspace, "facebook", remote_id=known["id"], kind="page", name="Old name")
    with tenancy.across_tenants("a Page has a token of its own"):
        account.grant.extra = Secret(json.dumps({f"channel:{known['id']}": known["credentials"]["token"]}))
        account.grant.save()
    settings.PLATFORM_WEBHOOK_SECRETS = {"facebook": (letters.SECRETS["facebook"],)}

    deliver(letters.facebook({"field": "name", "value": "anything"}, page=known["id"]))

    assert read(account).name == known["name"]


# --- the shelf


@pytest.fixture
def failing():
    """A room above that cannot bear one particular mention."""

    def taker(notice):
        if notice.remote_id == "111_5_500":
            raise ValueError("poison")

    routing.take(NoticeKind.COMMENT, "a test", taker)
    yield
    routing._takers.pop((NoticeKind.COMMENT, "a test"))


def test_one_poison_item_in_a_thousand_holds_up_nobody_and_ends_on_the_dead_shelf(page, failing, clock, caplog):
    letters.facebook(*(letters.comment(number) for number in range(1000))).send()

    services.handle_waiting(most=2000)

    assert InboundNotice.objects.filter(state=NoticeState.HANDLED).count() == 999
    for _ in range(MOST_TRIES):
        clock.advance(hours=2)
        services.handle_waiting()
    (dead,) = InboundNotice.objects.filter(state=NoticeState.DEAD)
    assert (dead.remote_id, dead.tries, dead.problem) == ("111_5_500", MOST_TRIES, "ValueError")
    clock.advance(days=1)
    services.handle_waiting()
    assert InboundNotice.objects.get(pk=dead.pk).tries == MOST_TRIES, "the dead are left alone"


def test_a_worker_that_dies_leaves_what_it_had_to_others(page, clock):
    publication = published(page)
    clock.advance(minutes=5)
    letters.facebook(letters.removed(created_time=seconds(clock.now)), letters.comment()).send()
    assert len(handling._claim()) == 2, "and dies"
    assert handling._claim() == [], "nobody else has them while its lease runs"
    clock.advance(minutes=6)
    assert len(handling._claim()) == 1, "one of them may be what killed it, so each is tried alone"
    clock.advance(minutes=6)
    services.handle_waiting()

    assert read(publication).state == State.REMOVED
    assert not InboundNotice.objects.filter(state=NoticeState.WAITING).exists()


def test_what_is_said_about_strangers_is_not_kept():
    deliver(letters.facebook(letters.comment(message="nobody here knows this Page")))

    (notice,) = InboundNotice.objects.all()
    assert (notice.state, notice.text, notice.data, notice.remote_user_id) == (NoticeState.HANDLED, "", {}, "")


def test_settled_notices_are_forgotten_after_a_while(page, clock):
    deliver(letters.facebook(letters.comment()))
    clock.advance(days=31)
    letters.facebook(letters.comment(10)).send()

    assert services.forget_old(now=clock.now, after=timedelta(days=30)) == 1
    assert InboundNotice.objects.count() == 1
