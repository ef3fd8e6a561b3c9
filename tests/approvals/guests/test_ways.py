"""Which way a guest came: what a decision says of it wherever it is read, and where it does not count."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.approvals import services
from apps.approvals.link_errors import LinkOfWriter
from apps.approvals.log.lines import HASHED
from apps.approvals.models import Request, ReviewLink
from apps.approvals.records import gathered, printed
from apps.approvals.services.records import broken_link
from apps.approvals.states import RequestState, Verdict
from apps.core import clock as system_clock
from apps.core.actors import Actor, ActorKind
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from apps.tenants.rest import ids
from apps.tenants.rest.ids import public
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import CLIENT, INGRID, Guest, seat
from tests.approvals.test_letters import beat
from tests.approvals.test_log import exported, tampered, verified
from tests.approvals.test_pages import STEP
from tests.approvals.test_records import words
from tests.support import factories
from tests.support.clock import Clock
from tests.support.mail import Mailbox
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db
TOLD = "made by somebody who wrote this post"


@pytest.fixture
def mia(desk: Desk) -> Membership:
    """She writes posts, and makes links for the client as everybody may who submits posts."""
    who = desk.person(Role.CREATOR)
    who.user.name = "Mia Adler"
    who.user.save()
    return who


@pytest.fixture
def barred(desk: Desk) -> None:
    desk.policy(CLIENT, bars_links_of_writers=True)


def asks(desk: Desk, by: Membership, text: str = "Rye, every Saturday") -> Request:
    return desk.submit(desk.post(text, by=by), by=by)


def link_by(desk: Desk, who: Membership, *requests: Request) -> Guest:
    """A link for Ingrid, as whoever made it holds it in their hands."""
    with desk.agency.scope():
        ((link, token),) = services.make_links(
            seat=seat(who),
            workspace_id=desk.agency.workspace.pk,
            post_ids=[request.post_id for request in requests],
            guests=[INGRID],
            expires_at=system_clock.now() + timedelta(days=14),
        )
    return Guest(desk, link, token.reveal())


def mailed(desk: Desk, guest: Guest, by: Membership, mailbox: Mailbox, clock: Clock) -> Guest:
    """The same link by the address that only the mail to the guest carries."""
    with desk.agency.scope():
        services.mail_link(link_id=guest.link.pk, seat=seat(by))
    beat(clock)
    token = mailbox.link(to=INGRID.email).partition("/review/")[2].strip("/")
    assert token != guest.token
    return Guest(desk, guest.link, token)


def state(desk: Desk, request: Request) -> str:
    return desk.request(request.post).state


def history(desk: Desk, request: Request) -> str:
    """The page of the review, whose sentences may begin with these words."""
    staff = factories.signed_in(desk.person(Role.MANAGER), at=desk.agency.workspace)
    page = str(staff.get(reverse("approvals:review", args=[request.pk])).content.decode())
    return page.replace("Through a link", "through a link")


class TestWhatIsSaid:
    """In the row, on the page, in the log and its exports, by the API and in the record."""

    @pytest.fixture(autouse=True)
    def _asked(self, desk: Desk, mia: Membership) -> None:
        desk.policy(CLIENT)
        self.request = asks(desk, mia)

    def test_of_a_link_that_its_writer_handed_over(self, desk: Desk, mia: Membership) -> None:
        guest = link_by(desk, mia, self.request)
        guest.says(self.request, "approve")
        said = "through a link that Mia Adler made, who wrote or submitted this post, and handed over"

        (decision,) = desk.decisions(self.request.post_id)
        assert decision.came_by == {
            "way": "handed_over", "link": str(guest.link.pk), "made_by_kind": "user", "made_by": str(mia.user_id),
            "maker_wrote": True,
        }  # fmt: skip
        assert said in history(desk, self.request)
        owner = factories.signed_in(desk.person(Role.OWNER), at=desk.agency.workspace)
        assert said in owner.get(reverse("approvals:log")).content.decode()
        assert said in exported(desk, "csv")
        assert said in " ".join(words(self.record(desk)).split())

    def test_of_a_link_that_a_colleague_handed_over(self, desk: Desk, manager: Membership) -> None:
        link_by(desk, manager, self.request).says(self.request, "approve")

        assert f"through a link that {manager.user} made and handed over" in history(desk, self.request)
        assert "who wrote or submitted" not in history(desk, self.request)

    @pytest.mark.parametrize("role", ["writer", "colleague"])
    def test_of_a_link_that_postroom_mailed(
        self, desk: Desk, mia: Membership, manager: Membership, mailbox: Mailbox, clock: Clock, role: str
    ) -> None:
        maker = mia if role == "writer" else manager
        mailed(desk, link_by(desk, maker, self.request), maker, mailbox, clock).says(self.request, "approve")

        wrote = ", who wrote or submitted this post," if role == "writer" else ""
        assert f"through a link that {maker.user} made{wrote} and Postroom mailed" in history(desk, self.request)

    def test_of_a_link_that_a_program_made_which_wrote_on_the_post(self, desk: Desk) -> None:
        own = program(desk.agency.workspace)
        desk.edit(self.request.post, "Rye", by=Actor(ActorKind.KEY, own.key.pk))
        request = desk.request(self.request.post)
        body = {"posts": [public(ids.POST, request.post_id)], "guests": [{"name": INGRID.name, "email": INGRID.email}]}
        (told,) = own.post("/review-links", body).json()["data"]
        with desk.agency.scope():
            link = ReviewLink.objects.get()
        Guest(desk, link, told["url"].partition("/review/")[2].strip("/")).says(request, "approve")

        (decision,) = desk.decisions(request.post_id)
        assert (decision.came_by["made_by_kind"], decision.came_by["maker_wrote"]) == ("key", True)
        assert "through a link that A program made, who wrote or submitted this post, and handed over" in history(
            desk, request
        )

    def test_by_the_api(self, desk: Desk, mia: Membership) -> None:
        guest = link_by(desk, mia, self.request)
        guest.says(self.request, "approve")

        answer = program(desk.agency.workspace).get(f"/approvals/{public(ids.APPROVAL, self.request.pk)}")

        (decision,) = answer.json()["decisions"]
        assert decision["came_by"]["way"] == "handed_over"
        assert decision["came_by"]["made_by"]["name"] == "Mia Adler"
        assert decision["came_by"]["maker_wrote"] is True

    def test_approved_together_with_others(self, desk: Desk, mia: Membership, manager: Membership) -> None:
        other = asks(desk, manager, "Cardamom bun day")
        guest = link_by(desk, mia, self.request, other)
        guest.send("rest/", request=[str(self.request.pk), str(other.pk)])

        wrote = {
            request.post_id: one.came_by["maker_wrote"]
            for request in (self.request, other)
            for one in desk.decisions(request.post_id)
        }
        assert wrote == {self.request.post_id: True, other.post_id: False}

    def test_is_in_the_hash_and_what_was_decided_before_keeps_its_own(
        self, desk: Desk, mia: Membership, manager: Membership
    ) -> None:
        desk.policy({**CLIENT, "roles": ["manager"], "needs": 2})
        request = desk.request(self.request.post)
        desk.decide(request, manager)
        link_by(desk, mia, request).says(request, "approve")

        rows = [json.loads(line) for line in exported(desk, "jsonl").splitlines()]
        for row, later in zip(rows, ([], [rows[1]["came_by"]]), strict=True):
            said = json.dumps([*(row[name] for name in HASHED), *later], sort_keys=True)
            assert row["hash"] == hashlib.sha256(said.encode()).hexdigest()
        with desk.agency.scope():
            assert broken_link(request.post_id) is None
        assert verified() == ""
        tampered("UPDATE approvals_decision SET came_by = NULL")
        assert "it does not say any more what was written" in verified()

    def record(self, desk: Desk) -> bytes:
        with desk.agency.scope():
            return printed(gathered(Request.objects.filter(pk=self.request.pk)))


@pytest.mark.usefixtures("barred")
class TestWhereLinksOfWritersDoNotCount:
    def test_whoever_wrote_it_does_not_approve_it_as_the_client(self, desk: Desk, mia: Membership) -> None:
        request = asks(desk, mia)
        guest = link_by(desk, mia, request)

        page = guest.says(request, "approve")

        assert TOLD in page
        assert "have a colleague make the link" in page
        assert (state(desk, request), desk.decisions(request.post_id)) == (RequestState.PENDING, [])
        with pytest.raises(LinkOfWriter) as refused, guest.reviewer().scope():
            services.decide_by_link(reviewer=guest.reviewer(), request_id=request.pk, verdict=Verdict.APPROVE)
        assert refused.value.code == "self_approval"

    def test_nor_with_all_that_are_left(self, desk: Desk, mia: Membership, manager: Membership) -> None:
        own, other = asks(desk, mia), asks(desk, manager, "Cardamom bun day")
        guest = link_by(desk, mia, own, other)

        guest.send("rest/", request=[str(own.pk), str(other.pk)])

        assert (state(desk, own), state(desk, other)) == (RequestState.PENDING, RequestState.APPROVED)

    def test_a_link_that_a_colleague_made_counts(self, desk: Desk, mia: Membership, manager: Membership) -> None:
        request = asks(desk, mia)
        link_by(desk, manager, request).says(request, "approve")

        assert state(desk, request) == RequestState.APPROVED

    def test_who_edits_it_after_making_the_link_has_made_it_too(
        self, desk: Desk, mia: Membership, manager: Membership
    ) -> None:
        request = asks(desk, manager)
        guest = link_by(desk, mia, request)
        desk.edit(request.post, "Rye", by=mia)

        assert TOLD in guest.says(desk.request(request.post), "approve")

    @pytest.mark.parametrize(("verdict", "becomes"), [("request_changes", "changes_requested"), ("reject", "rejected")])
    def test_an_objection_is_heard_all_the_same(self, desk: Desk, mia: Membership, verdict: str, becomes: str) -> None:
        request = asks(desk, mia)
        link_by(desk, mia, request).says(request, verdict, "Say what it costs")

        assert state(desk, request) == becomes

    @pytest.mark.parametrize("is_known", [False, True], ids=["of the writer alone", "whom a colleague invited too"])
    def test_what_postroom_mailed_counts_of_a_guest(
        self, desk: Desk, mia: Membership, manager: Membership, mailbox: Mailbox, clock: Clock, is_known: bool
    ) -> None:
        request = asks(desk, mia)
        if is_known:
            link_by(desk, manager, asks(desk, manager, "Cardamom bun day"))
        handed = link_by(desk, mia, request)
        guest = mailed(desk, handed, mia, mailbox, clock)

        assert TOLD in handed.says(request, "approve")
        page = guest.says(request, "approve")

        assert (TOLD in page) is not is_known
        assert state(desk, request) == (RequestState.APPROVED if is_known else RequestState.PENDING)

    def test_whoever_is_about_to_make_one_is_told(self, desk: Desk, mia: Membership, manager: Membership) -> None:
        own, other = asks(desk, mia), asks(desk, manager, "Cardamom bun day")

        def told(who: Membership, *requests: Request) -> bool:
            chosen = {"request": [str(request.pk) for request in requests]}
            page = factories.signed_in(who, at=desk.agency.workspace).post(reverse("approvals:link_new"), chosen)
            return "an approval by your link will not count" in page.content.decode()

        assert (told(mia, own, other), told(mia, other), told(manager, own)) == (True, False, False)
        desk.policy(CLIENT, bars_links_of_writers=False)
        assert not told(mia, own, other)

    def test_whoever_submitted_it_counts_as_a_writer(self, desk: Desk, mia: Membership, manager: Membership) -> None:
        request = desk.submit(desk.post(by=manager), by=mia)

        assert TOLD in link_by(desk, mia, request).says(request, "approve")


def test_as_policies_are_made_links_count_whoever_made_them(desk: Desk, mia: Membership) -> None:
    desk.policy(CLIENT)
    request = asks(desk, mia)
    link_by(desk, mia, request).says(request, "approve")

    assert state(desk, request) == RequestState.APPROVED


def test_the_switch_is_on_the_page_of_the_policy_and_stays_when_a_step_is_saved(desk: Desk) -> None:
    desk.policy(CLIENT)
    client = factories.signed_in(desk.person(Role.ADMIN), at=desk.agency.workspace)
    address = reverse("approvals:policy", args=[desk.agency.workspace.pk])
    assert "Links made by whoever wrote a post do not count for it" in client.get(address).content.decode()

    for sent, is_on in (
        ({"action": "options", "bars_links_of_writers": "on"}, True),
        ({**STEP, "action": "save:"}, True),
        ({"action": "options"}, False),
    ):
        client.post(address, sent)
        assert program(desk.agency.workspace).get(path(desk)).json()["bars_links_of_writers"] is is_on


def test_programs_set_the_switch_and_leave_it_as_it_is(desk: Desk) -> None:
    own, steps = program(desk.agency.workspace.organization), [{"key": "client", "name": "The client", "guests": True}]
    assert own.get(path(desk)).json()["bars_links_of_writers"] is False

    for sent, is_on in (({}, False), ({"bars_links_of_writers": True}, True), ({}, True)):
        answer = own.put(path(desk), {"steps": steps, **sent})
        assert (answer.status_code, answer.json()["bars_links_of_writers"]) == (200, is_on)


def path(desk: Desk) -> str:
    return f"/workspaces/{public(ids.WORKSPACE, desk.agency.workspace.pk)}/approval-policy"
