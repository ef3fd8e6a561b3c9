"""What is said below a post that is out, or in its place, is read by nobody. So where posts are approved it is refused;
where a step is asked for certain words, those words are."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.approvals.afterwards import BELOW, LIVE
from apps.approvals.gate import UNAPPROVED
from apps.core import clock as system_clock
from apps.core import ids
from apps.posts.content import MediaContent
from apps.posts.models import Post
from apps.publishing import services
from apps.publishing.engine import claims, rounds
from apps.publishing.errors import CommentRefused, PostBusy
from apps.publishing.models import FollowUp, Publication
from apps.publishing.remarks import Remark, Remarks
from apps.publishing.states import State
from apps.tenants.permissions import Role
from apps.tenants.rest import ids as public
from tests.approvals.conftest import MANAGER, Desk
from tests.publishing.afterwards import change
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program
from tests.support.publishing import run_worker

pytestmark = pytest.mark.django_db


CLAIMS = {"key": "claims", "name": "Health claims", "words": ["cures"], "domains": ["casino.example"]}
NAMES = {"key": "names", "name": "Competitors", "words": ["Brewdog"], "domains": []}
COMPLIANCE = {**MANAGER, "rules": [{"kind": "policy_hit", "values": ["claims"]}]}
ANY_HIT = {**MANAGER, "rules": [{"kind": "policy_hit", "values": ["any"]}]}
REMARK = Remark("See also")
REFUSED = "“Cures” hits the content rule “Health claims”"


def out(desk: Desk, text: str = "Main") -> Publication:
    publication = desk.agency.scheduled(text)
    run_worker()
    read: Publication = desk.agency.read(publication)
    assert read.state == State.PUBLISHED
    return read


def write(desk: Desk, publication: Publication, hours: float = 0, *, remark: Remark = REMARK) -> FollowUp:
    with desk.agency.scope():
        post = publication.post
    (row,) = desk.agency.do(
        services.comment, post=post, publications=[publication], remarks=Remarks(remark),
        batch=ids.new_id(), due_at=system_clock.now() + timedelta(hours=hours),
    )  # fmt: skip
    return row


def test_a_comment_is_refused_where_posts_are_approved(desk: Desk) -> None:
    publication = out(desk)
    desk.policy(MANAGER)

    with pytest.raises(CommentRefused) as refused:
        write(desk, publication)

    assert [(one.code, one.words) for one in refused.value.problems] == [("not_approved", BELOW)]


def test_a_policy_that_came_since_holds_what_waits(desk: Desk, clock: Clock) -> None:
    publication = out(desk)
    row = write(desk, publication, hours=1)
    desk.policy(MANAGER)

    clock.advance(hours=1)
    run_worker()

    held = desk.agency.read(row)
    assert (held.state, held.problem) == (State.HELD, UNAPPROVED)
    assert desk.live() == ["Main"]


def test_where_no_step_applies_comments_are_nobodys_business(desk: Desk, clock: Clock) -> None:
    """Neither one that waits for its hour, nor one that is written now, nor other words for what is live."""
    publication = out(desk)
    write(desk, publication, hours=1)
    desk.policy({**MANAGER, "rules": [{"kind": "platform", "values": ["instagram"]}]})

    clock.advance(hours=1)
    run_worker()
    write(desk, publication)
    run_worker()

    assert desk.live() == ["Main", "See also", "See also"]


def test_parts_of_an_approved_post_follow_it(desk: Desk, clock: Clock) -> None:
    desk.agency.scheduled("Main", comment="First comment")
    for claim in claims.claim_due(now=system_clock.now(), limit=1):
        rounds.work(claim)
    desk.policy(MANAGER)

    run_worker()

    assert desk.live() == ["Main", "First comment"]


def ruled(desk: Desk, *steps: object, rules: tuple[object, ...] = (CLAIMS, NAMES)) -> None:
    desk.policy(*(steps or (COMPLIANCE,)), content_rules=list(rules))


def refusal(desk: Desk, publication: Publication, remark: Remark) -> list[tuple[str, str, str]]:
    with pytest.raises(CommentRefused) as refused:
        write(desk, publication, remark=remark)
    return [(one.field, one.code, one.words.partition(",")[0]) for one in refused.value.problems]


class TestAPolicyThatIsAskedForCertainWords:
    """A harmless post needs nobody and goes out; what is said afterwards is looked at all the same."""

    def test_refuses_a_comment_that_hits_a_rule_and_no_other(self, desk: Desk) -> None:
        ruled(desk)
        publication = out(desk)

        assert refusal(desk, publication, Remark("Cures all")) == [("text", "not_approved", REFUSED)]
        write(desk, publication, remark=Remark("Better than Brewdog"))
        run_worker()

        assert desk.live() == ["Main", "Better than Brewdog"]

    def test_refuses_links_and_what_describes_a_file(self, desk: Desk) -> None:
        ruled(desk)
        publication = out(desk)
        described = MediaContent(factories.asset(desk.agency.workspace).pk, alt="Cures all")
        as_in_library = MediaContent(factories.asset(desk.agency.workspace, alt="Cures all").pk)

        assert [code for _, code, _ in refusal(desk, publication, Remark("play.casino.example/1"))] == ["not_approved"]
        for file in (described, as_in_library):
            assert ("text", "not_approved", REFUSED) in refusal(desk, publication, Remark("See also", (file,)))

    def test_that_asks_for_any_rule_refuses_a_comment_that_hits_one(self, desk: Desk) -> None:
        ruled(desk, ANY_HIT)

        assert refusal(desk, out(desk), Remark("Better than Brewdog")) == [
            ("text", "not_approved", "“Brewdog” hits the content rule “Competitors”")
        ]

    def test_refuses_other_words_for_a_comment_that_waits(self, desk: Desk, clock: Clock) -> None:
        ruled(desk)
        row = write(desk, out(desk), hours=1)

        with pytest.raises(CommentRefused, match="Health claims"):
            desk.agency.do(services.change_comment, follow_up=row, text="Cures all")

        assert desk.agency.read(row).text == "See also"

    @pytest.mark.parametrize("place", ["text", "alt", "alt in the library"])
    def test_that_came_since_holds_the_comment_at_its_hour(self, desk: Desk, clock: Clock, place: str) -> None:
        asset = factories.asset(desk.agency.workspace, alt="Cures all" if place == "alt in the library" else "A cup")
        file = MediaContent(asset.pk, alt="Cures all" if place == "alt" else "")
        publication = out(desk)
        said = Remark("Cures all") if place == "text" else Remark("See also", (file,))
        row, other = write(desk, publication, 1, remark=said), write(desk, publication, 1)
        ruled(desk)

        clock.advance(hours=1)
        run_worker()

        held = desk.agency.read(row)
        assert (held.state, held.problem) == (State.HELD, UNAPPROVED)
        assert held.problem_words.startswith(REFUSED)
        run_worker()
        assert desk.agency.read(other).state == State.PUBLISHED

    def test_refuses_words_for_what_is_live(self, desk: Desk) -> None:
        ruled(desk)
        publication = out(desk)

        for words in ("Cures all", "At casino.example"):
            with pytest.raises(PostBusy, match="Health claims"):
                change(publication, words)
        assert desk.live() == ["Main"]
        with desk.agency.scope():
            assert Post.objects.get(pk=publication.post_id).revision == 1

        change(publication, "Better than Brewdog")
        assert desk.live() == ["Better than Brewdog"]

    def test_refuses_such_options_for_what_is_live(self, desk: Desk) -> None:
        ruled(desk, rules=({**CLAIMS, "words": ["few"]}, NAMES))

        with pytest.raises(PostBusy, match="Health claims"):
            change(out(desk), options={"audience": "few"})

    def test_keeps_what_was_approved_with_such_words_as_it_was(self, desk: Desk) -> None:
        publication = out(desk, "Cures all")
        ruled(desk)

        with pytest.raises(PostBusy) as refused:
            change(publication, "Good coffee")

        assert refused.value.words == LIVE

    def test_refuses_it_to_programs(self, desk: Desk) -> None:
        ruled(desk)
        body = {"post": public.public(public.POST, out(desk).post_id), "text": "Cures all"}

        answer = program(desk.agency.workspace).post("/comments", body)

        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"]) == (422, "not_approved")
        assert REFUSED in error["message"]

    def test_refuses_it_on_the_page_and_says_why(self, desk: Desk) -> None:
        ruled(desk)
        publication = out(desk)
        client = factories.signed_in(desk.person(Role.MANAGER), at=desk.agency.workspace)
        page = client.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
        (key,) = re.findall(r'name="key" value="([^"]+)"', page)
        words = {"action": "save", "text": "Cures all", "revision": 1}
        below = {"text": "Cures all", "on": [str(publication.pk)], "key": key}

        comment = client.post(reverse("publishing:comment", args=[publication.post_id]), below, follow=True)
        live = client.post(reverse("publishing:change", args=[publication.pk]), words, follow=True)

        for answer in (comment, live):
            assert REFUSED in answer.content.decode()
        assert desk.live() == ["Main"]
