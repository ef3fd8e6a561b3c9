"""A publication of a client whose policy asks for approval goes out exactly as it was approved, or not at all."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.approvals import services
from apps.approvals.content_rules import texts
from apps.approvals.gate import ANOTHER_HOUR, PROBLEM, gate
from apps.approvals.models import Request
from apps.approvals.sheets import differences, sheet
from apps.approvals.states import RequestState, Verdict
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.events.services import relay
from apps.media import services as media
from apps.media.models import Asset, CaptionTrack
from apps.posts import services as posts
from apps.posts.models import Post, Variant
from apps.publishing import services as publishing
from apps.publishing.engine import claims, rounds
from apps.publishing.errors import PostBusy
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.models import Membership, Workspace
from apps.tenants.rest import ids
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.publishing.afterwards import change
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program
from tests.support.publishing import run_worker

pytestmark = pytest.mark.django_db


def at_its_hour(desk: Desk, publication: Publication, clock: Clock) -> Publication:
    row: Publication = desk.agency.read(publication)
    clock.set(max(clock.now, row.due_at))
    run_worker()
    found: Publication = desk.agency.read(publication)
    return found


def test_what_was_approved_goes_out(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned()
    desk.decide(desk.request(publication), manager)

    assert at_its_hour(desk, publication, clock).state == State.PUBLISHED
    assert desk.live() == ["Good morning"]


def test_what_nobody_has_approved_is_held_and_says_who_is_asked(desk: Desk, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned()

    held = at_its_hour(desk, publication, clock)

    assert (held.state, held.problem) == (State.HELD, PROBLEM)
    assert held.problem_words == "It waits for approval: Manager."
    assert desk.live() == []


def test_a_client_without_a_policy_is_asked_nothing(desk: Desk, clock: Clock) -> None:
    assert at_its_hour(desk, desk.planned(), clock).state == State.PUBLISHED


def test_a_policy_of_another_client_holds_nothing_here(desk: Desk, other_workspace: Workspace, clock: Clock) -> None:
    here, desk.agency.workspace = desk.agency.workspace, other_workspace
    desk.policy(MANAGER)
    desk.agency.workspace = here

    assert at_its_hour(desk, desk.planned(), clock).state == State.PUBLISHED


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.REQUEST_CHANGES])
def test_an_objection_holds_it(desk: Desk, manager: Membership, clock: Clock, verdict: Verdict) -> None:
    desk.policy(MANAGER)
    publication = desk.planned()
    desk.decide(desk.request(publication), manager, verdict, note="Not like this")

    assert at_its_hour(desk, publication, clock).state == State.HELD


def test_other_words_than_were_approved_do_not_go_out(desk: Desk, manager: Membership, clock: Clock) -> None:
    """Whether anybody has followed the edit up or not: here nobody has."""
    desk.policy(MANAGER)
    publication = desk.planned()
    desk.decide(desk.request(publication), manager)
    desk.change(publication.post, desk.agency.content("Buy now", [desk.account]))

    held = at_its_hour(desk, publication, clock)

    assert held.state == State.HELD
    assert held.problem_words == "It was changed after it was approved, so Manager approves it again."


def _another_file(desk: Desk, asset: Asset) -> None:
    Asset.plain.filter(pk=asset.pk).update(sha256="f" * 64)


def _another_alt(desk: Desk, asset: Asset) -> None:
    Asset.plain.filter(pk=asset.pk).update(alt="Something else")


@pytest.mark.parametrize("change", [_another_file, _another_alt])
def test_a_file_that_is_another_by_now_does_not_go_out(
    desk: Desk, manager: Membership, clock: Clock, change: Any
) -> None:
    """The library changes below the post, whose revision stays."""
    desk.policy(MANAGER)
    asset = factories.asset(desk.agency.workspace, alt="A harbour")
    publication = desk.planned(assets=[asset])
    desk.decide(desk.request(publication), manager)
    with tenancy.across_tenants("a test changes the library"):
        change(desk, asset)

    assert at_its_hour(desk, publication, clock).problem == PROBLEM


def _another_name(desk: Desk, asset: Asset) -> None:
    media.describe(asset_id=asset.pk, said=media.Description(name="Buy now.pdf"), actor=SYSTEM)


def _another_label(desk: Desk, asset: Asset) -> None:
    CaptionTrack.objects.filter(asset=asset).update(label="Buy now")


def _on_the_page(desk: Desk, asked: Request, who: Membership) -> int:
    client = factories.signed_in(who, at=desk.agency.workspace)
    return int(client.post(reverse("approvals:decide", args=[asked.pk]), {"verdict": "approve"}).status_code)


def _by_a_program(desk: Desk, asked: Request, who: Membership) -> int:
    path = f"/approvals/{ids.public(ids.APPROVAL, asked.pk)}/decide"
    return int(program(desk.agency.workspace).post(path, {"verdict": "approve"}).status_code)


def _submitted_again(desk: Desk, asked: Request, who: Membership) -> int:
    body = {"post": ids.public(ids.POST, asked.post_id)}
    return int(program(desk.agency.workspace).post("/approvals", body).status_code)


@pytest.mark.parametrize("change", [_another_file, _another_alt])
@pytest.mark.parametrize(("run_into", "status"), [(_on_the_page, 302), (_by_a_program, 409), (_submitted_again, 409)])
def test_whoever_runs_into_a_file_that_is_another_by_now_has_the_new_version_to_decide(
    desk: Desk, manager: Membership, change: Any, run_into: Any, status: int
) -> None:
    """Nothing tells this room of the library: a decision looks by itself, and its refusal does not take that back."""
    desk.policy({**MANAGER, "programs": True})
    asset = factories.asset(desk.agency.workspace, alt="A harbour")
    publication = desk.planned(assets=[asset])
    asked = desk.request(publication)
    with tenancy.across_tenants("a test changes the library"):
        change(desk, asset)

    assert run_into(desk, asked, manager) == status

    again = desk.request(publication)
    assert (again.number, again.state) == (asked.number + 1, RequestState.PENDING)
    with desk.agency.scope():
        assert Event.objects.filter(name="approval.requested", subject_id=again.pk).count() == 1
    assert desk.decide(again, manager).state == RequestState.APPROVED


PAPER: Final = {"kind": "document", "mime_type": "application/pdf", "original_name": "Menu.pdf"}
FILM: Final = {"kind": "video", "mime_type": "video/mp4", "original_name": "Harbour.mp4"}


@pytest.mark.parametrize(
    ("network", "file", "change", "options", "is_held"),
    [
        ("linkedin", PAPER, _another_name, {}, True),
        ("linkedin", FILM, _another_name, {}, True),
        ("linkedin", PAPER, _another_name, {"media_title": "Our menu"}, False),
        ("linkedin", {}, _another_name, {}, False),
        ("mastodon", FILM, _another_name, {}, False),
        ("x", FILM, _another_label, {}, True),
        ("youtube", FILM, _another_label, {}, True),
        ("bluesky", FILM, _another_label, {}, False),
    ],
)
def test_a_name_that_people_read_is_part_of_what_was_approved(
    desk: Desk, manager: Membership, network: str, file: Any, change: Any, options: dict[str, str], is_held: bool
) -> None:
    """LinkedIn shows the name of a file where no title was entered, X and YouTube what captions are called."""
    desk.policy(MANAGER)
    here = desk.agency.workspace
    asset, account = factories.asset(here, **file), factories.account(here, network)
    with tenancy.across_tenants("a test writes what is said in a video"):
        own = {"organization_id": here.organization_id, "workspace": here, "asset": asset}
        CaptionTrack.plain.create(**own, language="en", label="English", sha256="e" * 64, size=1, file="said.vtt")
    post = factories.post(here, accounts=[account], assets=[asset], due_at=system_clock.now())
    with tenancy.across_tenants("a test chooses options"):
        Variant.plain.filter(post=post).update(options=options)
    publication = factories.publication(post, account)
    asked = desk.submit(post)
    desk.decide(asked, manager)
    assert gated(desk, publication) == ""

    with desk.agency.scope():
        change(desk, asset)
        now = sheet(Post.objects.get(pk=post.pk)).snapshot

    assert gated(desk, publication) == (PROBLEM if is_held else "")
    assert [("Buy now" in one.before, "Buy now" in one.after) for one in differences(asked.snapshot, now)] == (
        [(False, True)] if is_held else []
    )
    assert ("Buy now" in [text.removesuffix(".pdf") for _, text in texts(now)]) is is_held


def gated(desk: Desk, publication: Publication) -> str:
    """What the engine is told when it asks; "" for nothing."""
    with desk.agency.scope():
        rows = list(Publication.objects.select_related("workspace", "account").filter(pk=publication.pk))
        found = gate(rows, system_clock.now())
    return found[publication.pk].problem if found else ""


def test_an_edit_between_claim_and_intent_is_impossible_and_a_withdrawal_counts(
    desk: Desk, manager: Membership, clock: Clock
) -> None:
    """The gate is asked again in the transaction of the intent: a claim is no pass."""
    desk.policy(MANAGER)
    publication = desk.planned(minutes=1)
    desk.decide(desk.request(publication), manager)
    clock.set(publication.due_at)
    (claim,) = claims.claim_due(now=clock.now, limit=1)
    with desk.agency.scope():
        services.withdraw(request_id=desk.request(publication).pk, actor=SYSTEM)

    rounds.work(claim)

    held = desk.agency.read(publication)
    assert (held.state, held.intent_at) == (State.HELD, None)
    assert desk.live() == []


def test_a_stricter_policy_counts_from_its_commit_on(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=1)
    desk.decide(desk.request(publication), manager)
    clock.set(publication.due_at)
    (claim,) = claims.claim_due(now=clock.now, limit=1)
    desk.policy(MANAGER, LEGAL)

    rounds.work(claim)

    assert desk.agency.read(publication).state == State.HELD
    assert desk.live() == []


def test_what_was_prepared_ahead_is_held_at_its_hour(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=5)
    desk.decide(desk.request(publication), manager)
    rounds.prepare_inline()
    assert desk.agency.read(publication).state == State.READY
    desk.policy(MANAGER, LEGAL)

    assert at_its_hour(desk, publication, clock).state == State.HELD


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.REQUEST_CHANGES])
def test_what_was_objected_to_says_so_and_not_that_it_waits(
    desk: Desk, manager: Membership, approver: Membership, clock: Clock, verdict: Verdict
) -> None:
    desk.policy(MANAGER, LEGAL)
    publication = desk.planned()
    desk.decide(desk.request(publication), manager)
    desk.decide(desk.request(publication), approver, verdict, note="Not like this")

    words = at_its_hour(desk, publication, clock).problem_words

    assert ("rejected" in words, "Changes were asked for" in words) == (
        verdict == Verdict.REJECT,
        verdict != Verdict.REJECT,
    )


def test_a_moved_post_is_approved_for_its_new_hour(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned()
    desk.decide(desk.request(publication), manager)
    desk.agency.schedule(publication.post, minutes=90)

    held = at_its_hour(desk, publication, clock)

    assert held.state == State.HELD
    assert held.problem_words == "It was moved after it was approved, so Manager approves the new time."


@pytest.mark.parametrize(("window", "state"), [(None, State.PUBLISHED), (60, State.PUBLISHED), (15, State.HELD)])
def test_a_policy_may_let_the_hour_move(
    desk: Desk, manager: Membership, clock: Clock, window: int | None, state: State
) -> None:
    desk.policy({**MANAGER, "window_minutes": window})
    publication = desk.planned()
    desk.decide(desk.request(publication), manager)
    desk.agency.schedule(publication.post, minutes=90)

    assert at_its_hour(desk, publication, clock).state == state


def test_many_small_moves_do_not_add_up(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MANAGER, "window_minutes": 30})
    publication = desk.planned()
    desk.decide(desk.request(publication), manager)
    for minutes in (80, 100):
        desk.agency.schedule(publication.post, minutes=minutes)
        relay()

    assert desk.request(publication).state == RequestState.PENDING
    assert at_its_hour(desk, publication, clock).state == State.HELD


def test_a_step_applies_where_its_rules_fit(desk: Desk, clock: Clock) -> None:
    desk.policy({**MANAGER, "rules": [{"kind": "platform", "values": ["instagram"]}]})

    assert at_its_hour(desk, desk.planned(), clock).state == State.PUBLISHED


def test_the_gate_asks_once_while_nobody_has_a_policy_and_as_often_for_many_as_for_one(
    desk: Desk, stranger_workspace: Workspace
) -> None:
    def asked() -> int:
        with tenancy.across_tenants("a test asks the gate as the engine does"):
            rows = list(Publication.across_tenants.select_related("workspace", "account"))
            with CaptureQueriesContext(connection) as queries:
                gate(rows, system_clock.now())
        return len(queries)

    desk.planned(text="One")
    assert asked() == 1
    desk.policy(MANAGER)
    for_one = asked()
    for number in range(5):
        desk.planned(text=f"Another {number}", on=[desk.agency.account(f"quay{number}")])
    theirs = desk.agency.account("stranger", in_=stranger_workspace)
    factories.publication(factories.post(stranger_workspace, accounts=[theirs]), theirs)

    assert asked() == for_one <= 15


def test_what_is_live_keeps_the_words_that_were_approved(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned()
    desk.decide(desk.request(publication), manager)
    at_its_hour(desk, publication, clock)

    with pytest.raises(PostBusy, match="keeps its words"):
        change(publication, "Buy now")
    assert desk.live() == ["Good morning"]


def test_what_the_policy_publishes_anyway_is_prepared_ahead_of_its_hour(desk: Desk, clock: Clock) -> None:
    """It is judged as of its hour: at the hour the step's time is up, and nothing is left to wait for."""
    desk.policy({**MANAGER, "when_late": "publish"})
    publication = desk.planned(minutes=5)

    rounds.prepare_inline()

    assert desk.agency.read(publication).state == State.READY
    assert at_its_hour(desk, publication, clock).state == State.PUBLISHED


def test_published_anyway_goes_only_what_somebody_was_asked_about(
    desk: Desk, manager: Membership, clock: Clock
) -> None:
    """Nobody has followed the edit up yet, so nobody has been asked to approve these words."""
    desk.policy({**MANAGER, "when_late": "publish"})
    publication = desk.planned(minutes=5)
    desk.change(publication.post, desk.agency.content("Buy now", [desk.account]))

    assert at_its_hour(desk, publication, clock).state == State.HELD
    assert desk.live() == []


@pytest.mark.parametrize(("hours", "window", "goes"), [(5, 0, True), (7, 0, False), (7, None, True)])
def test_resumed_too_long_after_the_hour_that_was_approved_it_waits_for_a_new_one(
    desk: Desk, manager: Membership, clock: Clock, hours: int, window: int | None, goes: bool
) -> None:
    """As late as the client lets posts be (six hours), it is still the hour that was approved."""
    desk.policy({**MANAGER, "window_minutes": window})
    publication = desk.planned()
    at_its_hour(desk, publication, clock)
    desk.decide(desk.request(publication), manager)
    clock.set(publication.due_at + timedelta(hours=hours))
    desk.agency.do(publishing.resume, publication=publication)

    run_worker()

    after = desk.agency.read(publication)
    assert desk.live() == (["Good morning"] if goes else [])
    assert after.problem_words == ("" if goes else ANOTHER_HOUR)


def test_one_publication_does_not_go_out_before_the_hour_of_its_post(
    desk: Desk, manager: Membership, clock: Clock
) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=60)
    desk.decide(desk.request(publication), manager)
    early = publication.due_at - timedelta(minutes=30)
    with desk.agency.scope():
        Publication.objects.filter(pk=publication.pk).update(due_at=early, next_try_at=early)
    clock.set(early)

    run_worker()

    assert desk.agency.read(publication).problem_words == ANOTHER_HOUR


@pytest.mark.parametrize("kind", ["label", "campaign"])
def test_a_step_may_be_for_labels_or_campaigns_by_name(desk: Desk, clock: Clock, kind: str) -> None:
    """However the name is spelt in capitals; and what is filed there after it was planned is asked about."""
    desk.policy({**MANAGER, "rules": [{"kind": kind, "values": ["paid  PARTNERSHIP"]}]})
    plain, paid = desk.planned(text="Plain"), desk.planned(text="Paid", on=[desk.agency.account("quay")])
    file_under(desk, kind, paid.post)
    relay()

    assert desk.request(paid).state == RequestState.PENDING
    assert at_its_hour(desk, plain, clock).state == State.PUBLISHED
    assert at_its_hour(desk, paid, clock).state == State.HELD
    assert desk.live("quay") == []


def file_under(desk: Desk, kind: str, post: Post) -> None:
    own = {"workspace_id": desk.agency.workspace.pk, "name": "Paid partnership", "actor": SYSTEM}
    with desk.agency.scope():
        if kind == "label":
            made = posts.make_label(**own)
            posts.sort(post=post, label_ids=[made.pk], actor=SYSTEM)
        else:
            made = posts.make_campaign(**own)
            posts.sort(post=post, campaign_id=made.pk, actor=SYSTEM)


FORETOLD = "It will not go out until it is approved."


def shown(desk: Desk, publication: Publication, who: Membership) -> str:
    client = factories.signed_in(who, at=desk.agency.workspace)
    return str(client.get(reverse("publishing:post", args=[publication.post_id])).content.decode())


def test_the_page_of_a_planned_post_says_that_it_waits_for_approval(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    publication = desk.planned()

    before = shown(desk, publication, manager)
    desk.decide(desk.request(publication), manager)
    after = shown(desk, publication, manager)

    assert FORETOLD in before
    assert "It waits for approval: Manager." in before
    assert "Planned for" in before
    assert "Goes out" not in before
    assert FORETOLD not in after
    assert "Goes out" in after


def test_the_part_of_the_page_that_is_asked_for_again_says_so_too(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=0.5)
    client = factories.signed_in(manager, at=desk.agency.workspace)
    url = reverse("publishing:publication", args=[publication.pk])
    fragment = client.get(url).content.decode()
    (seen,) = re.findall(r"\?seen=([\w-]+)", fragment)
    assert FORETOLD in fragment
    assert client.get(url, {"seen": seen}).status_code == 204

    desk.decide(desk.request(publication), manager)
    again = client.get(url, {"seen": seen})

    assert again.status_code == 200
    assert FORETOLD not in again.content.decode()


def test_programs_are_warned_when_they_plan_what_waits_for_approval(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    client = program(desk.agency.workspace)
    body = {"scheduled_at": "2031-01-04T10:30:00+00:00"}

    warned = client.post(f"/posts/{ids.public(ids.POST, post.pk)}/schedule", body).json()["warnings"]

    assert [one["code"] for one in warned] == [PROBLEM]
    assert warned[0]["message"].startswith(FORETOLD)
    relay()
    desk.decide(desk.request(post), manager)
    again = client.post(f"/posts/{ids.public(ids.POST, post.pk)}/schedule", body).json()
    assert again["warnings"] == []
