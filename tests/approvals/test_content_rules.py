"""Content rules: which words of a post hit them, which steps that asks for, and what becomes of them over time."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from apps.approvals import frozen, services
from apps.approvals.content_rules import ContentRule, hits
from apps.approvals.errors import PolicyMalformed
from apps.approvals.models import Request
from apps.approvals.selectors import policy_in_force
from apps.approvals.states import RequestState
from apps.core.actors import SYSTEM
from apps.posts import services as posts
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.models import Post
from apps.posts.states import PartRole
from apps.publishing.states import State
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from apps.tenants.rest import ids
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.approvals.test_gate import at_its_hour
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db

CLAIMS = {"key": "claims", "name": "Health claims", "words": ["cures", "risk free"], "domains": ["casino.example"]}
OTHERS = {"key": "names", "name": "Competitors", "words": ["Brewdog"], "domains": []}
COMPLIANCE = {
    **LEGAL,
    "key": "compliance",
    "name": "Compliance",
    "rules": [{"kind": "policy_hit", "values": ["claims"]}],
}


def found(text: str, *words: str, domains: tuple[str, ...] = ()) -> list[str]:
    """The words of the text that hit."""
    rule = ContentRule("rule", "Rule", words, domains)
    shot = {"parts": [{"role": "main", "text": text, "link": "", "media": []}], "accounts": []}
    return [hit.words for hit in hits([rule], shot)]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("It CURES you", "cures", "CURES"),
        ("It secures you", "cures", ""),
        ("curesome", "cures", ""),
        ("#cures!", "cures", "cures"),
        ("Une garantié", "garantie", "garantié"),
        ("Une garantie\u0301 ", "garantié", "garantié"),
        ("Die Straße", "STRASSE", "Straße"),
        ("İstanbul", "istanbul", "İstanbul"),
        ("g\u200bu\u00adarantee", "guarantee", "g\u200bu\u00adarantee"),
        ("ＦＲＥＥ beer", "free", "ＦＲＥＥ"),
        ("risk\n  free", "risk free", "risk\n  free"),
        ("risk‑free", "risk free", "risk‑free"),
        ("riskfree", "risk free", ""),
        ("100% sure", "100%", "100%"),
        ("2100% sure", "100%", ""),
        ("ΆΣΜΑ", "ασμα", "ΆΣΜΑ"),
        ("лечит всех", "лечит", "лечит"),
        ("вылечит", "лечит", ""),
        ("हिन्दी", "हिन्द", ""),
        ("हिन्दी में", "हिन्दी", "हिन्दी"),
        ("これは無料です", "無料", "無料"),
        ("수익보장합니다", "보장", "보장"),
        ("각자", "가", ""),
        ("รักษามะเร็งได้", "มะเร็ง", "มะเร็ง"),
        ("aa aaa aa", "aa aa", ""),
        ("no no no way", "no no way", "no no way"),
        ("(.*)", "(.*)", "(.*)"),
        ("anything", "(.*)", ""),
    ],
)  # fmt: skip
def test_words_are_hit_as_wholes_whatever_case_and_accents(text: str, words: str, expected: str) -> None:
    assert found(text, words) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "is_hit"),
    [
        ("https://casino.example/win?x=1", True),
        ("see play.casino.example.", True),
        ("https://good.example@casino.example/", True),
        ("https://mycasino.example", False),
        ("https://casino.example.com", False),
        ("https://casino.examples", False),
    ],
)
def test_a_domain_is_hit_with_what_lies_below_it(text: str, is_hit: bool) -> None:
    assert bool(found(text, domains=("casino.example",))) is is_hit


@pytest.mark.parametrize("text", ["https://bücher.example/1", "https://xn--bcher-kva.example/1"])
def test_a_domain_is_hit_in_both_its_forms(text: str) -> None:
    assert found(text, domains=("bücher.example",))


def ruled(desk: Desk, *steps: Any, rules: Any = (CLAIMS, OTHERS)) -> None:
    desk.policy(*steps, content_rules=list(rules))


def content(desk: Desk, place: str, text: str) -> Content:
    """A post that is harmless but for this text in this place."""
    said = {"main": "Good morning", "alt_text": "A cup", place: text}
    picture = MediaContent(factories.asset(desk.agency.workspace).pk, alt=said["alt_text"])
    after = [PartContent(said[role], role=role) for role in (PartRole.FIRST_COMMENT, PartRole.REPLY) if role in said]
    options = {"title": said["memory_options"]} if "memory_options" in said else {}
    own = VariantContent(desk.account.pk, said.get("memory"), options)
    main = PartContent(said["main"], (picture,), link=said.get("link", ""))
    return Content(parts=(main, *after), variants=(own,))


def asked(desk: Desk, post: Post) -> list[str]:
    return [line.partition(" ")[0] for line in desk.steps(desk.request(post))]


def hit_by(desk: Desk, post: Post) -> list[tuple[str, str, str]]:
    """What the request froze: rule, place, words."""
    return [(one["rule"], one["place"], one["words"]) for one in desk.request(post).snapshot.get("hits", [])]


@pytest.mark.parametrize("place", ["main", "first_comment", "reply", "alt_text", "memory", "memory_options"])
def test_every_place_that_people_read_is_looked_at(desk: Desk, place: str) -> None:
    ruled(desk, MANAGER, COMPLIANCE)
    with desk.agency.scope():
        post = posts.create(
            workspace_id=desk.agency.workspace.pk, content=content(desk, place, "Coffee Curés all"), author_id=None,
            actor=SYSTEM,
        )  # fmt: skip
    desk.submit(post)

    assert hit_by(desk, post) == [("claims", place, "Curés")]
    assert asked(desk, post) == ["manager", "compliance"]


def test_an_address_that_a_part_leads_to_is_looked_at(desk: Desk) -> None:
    ruled(desk, MANAGER, COMPLIANCE)
    with desk.agency.scope():
        made = content(desk, "link", "https://play.casino.example/win")
        post = posts.create(workspace_id=desk.agency.workspace.pk, content=made, author_id=None, actor=SYSTEM)
    desk.submit(post)

    assert ("claims", "link", "play.casino.example") in hit_by(desk, post)
    assert asked(desk, post) == ["manager", "compliance"]


def test_a_step_is_asked_only_where_its_rule_is_hit(desk: Desk) -> None:
    ruled(desk, MANAGER, COMPLIANCE)
    harmless, other = desk.post("Good coffee"), desk.post("Better than Brewdog")
    desk.submit(harmless)
    desk.submit(other)

    assert (asked(desk, harmless), hit_by(desk, harmless)) == (["manager"], [])
    assert (asked(desk, other), hit_by(desk, other)) == (["manager"], [("names", "main", "Brewdog")])


def test_a_step_may_ask_for_any_rule(desk: Desk) -> None:
    ruled(desk, MANAGER, {**COMPLIANCE, "rules": [{"kind": "policy_hit", "values": ["any"]}]})
    post = desk.post("Better than Brewdog")
    desk.submit(post)

    assert asked(desk, post) == ["manager", "compliance"]


def test_words_that_come_with_an_edit_bring_the_step_and_those_that_go_let_go_of_it(
    desk: Desk, manager: Membership
) -> None:
    ruled(desk, MANAGER, COMPLIANCE)
    post = desk.post("Good coffee")
    desk.decide(desk.submit(post), manager)
    assert desk.request(post).state == RequestState.APPROVED

    desk.edit(post, "Good coffee cures")
    assert desk.steps(desk.request(post)) == ["manager open", "compliance waiting"]
    desk.edit(post, "Good coffee again")
    assert desk.steps(desk.request(post)) == ["manager open"]


def test_a_rule_that_is_made_after_approval_holds_what_hits_it(
    desk: Desk, manager: Membership, approver: Membership, clock: Clock
) -> None:
    ruled(desk, MANAGER, COMPLIANCE)
    publication = desk.planned(text="Gently roasted")
    desk.decide(desk.request(publication), manager)
    with desk.agency.scope():
        steps = [MANAGER, COMPLIANCE]
        rules = [{**CLAIMS, "words": ["gently"]}]
        services.set_policy(
            workspace_id=desk.agency.workspace.pk, steps=steps, content_rules=rules, actor=SYSTEM
        )  # The event is not relayed: the gate does not wait for it.

    assert at_its_hour(desk, publication, clock).state == State.HELD
    assert desk.live() == []


def test_a_change_of_rules_asks_the_steps_that_apply_now_and_keeps_what_was_said(
    desk: Desk, manager: Membership, approver: Membership
) -> None:
    ruled(desk, MANAGER, {**LEGAL, "key": "last"}, COMPLIANCE)
    post = desk.post("Gently roasted")
    desk.decide(desk.submit(post), manager)
    first = desk.request(post)
    assert desk.steps(first) == ["manager approved", "last open"]

    ruled(desk, MANAGER, {**LEGAL, "key": "last"}, COMPLIANCE, rules=[{**CLAIMS, "words": ["gently"]}])

    after = desk.request(post)
    assert (after.number, hit_by(desk, post)) == (first.number + 1, [("claims", "main", "Gently")])
    assert desk.steps(after) == ["manager approved", "last open", "compliance waiting"]


def test_a_change_of_rules_that_asks_nobody_else_leaves_the_request_as_it_was_asked(desk: Desk) -> None:
    ruled(desk, MANAGER)
    post = desk.post("It cures")
    before = desk.submit(post)

    ruled(desk, MANAGER, rules=[OTHERS])

    assert desk.request(post).pk == before.pk
    assert hit_by(desk, post) == [("claims", "main", "cures")]


def test_rules_that_are_not_given_stay(desk: Desk) -> None:
    ruled(desk, MANAGER)
    desk.policy(MANAGER, COMPLIANCE)

    with desk.agency.scope():
        now = policy_in_force(desk.agency.workspace.pk)
    assert now is not None
    assert [rule.key for rule in now.ordered_content_rules] == ["claims", "names"]


@pytest.mark.parametrize("rules", [[], [OTHERS]])
def test_a_rule_that_a_step_asks_for_is_not_taken_away(desk: Desk, rules: Any) -> None:
    ruled(desk, MANAGER, COMPLIANCE)

    with pytest.raises(PolicyMalformed, match="Compliance asks for a content rule"):
        ruled(desk, MANAGER, COMPLIANCE, rules=rules)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "any"}, "0.key"),
        ({"key": "Not A Key"}, "0.key"),
        ({"key": "names"}, "1.key"),
        ({"name": " "}, "0.name"),
        ({"words": [], "domains": []}, "0.words"),
        ({"words": ["\u0301"]}, "0.words"),
        ({"words": ["a" * 101]}, "0.words"),
        ({"words": "cures"}, "0.words"),
        ({"domains": ["https://casino.example"]}, "0.domains"),
        ({"domains": ["casino"]}, "0.domains"),
        ({"colour": "red"}, "0.colour"),
    ],
)
def test_a_flaw_of_a_rule_is_told_by_its_place(desk: Desk, change: dict[str, Any], field: str) -> None:
    with pytest.raises(PolicyMalformed) as refused:
        ruled(desk, MANAGER, rules=[{**CLAIMS, **change}, OTHERS])

    assert f"content_rules.{field}" in [flaw.field for flaw in refused.value.flaws]


def test_the_page_of_the_review_says_which_words_hit_which_rule(desk: Desk, manager: Membership) -> None:
    ruled(desk, MANAGER, COMPLIANCE)
    post = desk.post("It CURES <all>", comment="Risk-free")
    request = desk.submit(post)
    client = factories.signed_in(manager, at=desk.agency.workspace)

    page = client.get(reverse("approvals:review", args=[request.pk])).content.decode()

    assert "Content rules that it hits" in page
    assert "<mark>CURES</mark>" in page
    assert "<mark>Risk-free</mark>" in page


def press(desk: Desk, owner: Membership, action: str, **data: str) -> str:
    client = factories.signed_in(owner, at=desk.agency.workspace)
    url = reverse("approvals:policy", args=[desk.agency.workspace.pk])
    answer = client.post(url, {"action": action, **data}, follow=True)
    assert answer.status_code in (200, 422)
    return str(answer.content.decode())


def rules_of(desk: Desk) -> list[dict[str, Any]]:
    with desk.agency.scope():
        now = policy_in_force(desk.agency.workspace.pk)
        return list(now.content_rules) if now else []


def test_rules_are_kept_on_the_page_of_the_policy(desk: Desk) -> None:
    owner = desk.person(Role.OWNER)
    ruled(desk, MANAGER, rules=[])
    said = {"rule-name": "Health claims", "rule-words": "cures\r\n\r\n risk  free ", "rule-domains": "casino.example"}

    assert "Health claims" in press(desk, owner, "save_rule:", **said)
    made = {
        "key": "health-claims",
        "name": "Health claims",
        "words": ["cures", "risk free"],
        "domains": ["casino.example"],
    }
    assert rules_of(desk) == [made]

    press(desk, owner, "save_rule:health-claims", **{**said, "rule-words": "heals"})
    assert rules_of(desk) == [{**made, "words": ["heals"]}]
    step = {
        "name": "Compliance", "roles": "approver", "needs": "any", "covers": "text", "window": "0", "notice_hours": "0",
        "when_late": "hold", "content": "health-claims",
    }  # fmt: skip
    page = press(desk, owner, "save:", **step)
    assert "Asked for by Compliance." in page
    assert "The step Compliance asks for a content rule" in press(desk, owner, "remove_rule:health-claims")
    assert len(rules_of(desk)) == 1

    press(desk, owner, "remove:compliance")
    press(desk, owner, "remove_rule:health-claims")
    assert rules_of(desk) == []


def test_a_rule_that_says_nothing_is_refused_on_the_page(desk: Desk) -> None:
    ruled(desk, MANAGER, rules=[])

    page = press(desk, desk.person(Role.OWNER), "save_rule:", **{"rule-name": "Nothing"})

    assert "Name at least one word, phrase or domain." in page
    assert rules_of(desk) == []


def test_programs_read_and_set_rules_and_learn_of_hits(desk: Desk) -> None:
    place = desk.agency.workspace
    client = program(place.organization)
    url = f"/workspaces/{ids.public(ids.WORKSPACE, place.pk)}/approval-policy"

    made = client.put(url, {"steps": [], "content_rules": [CLAIMS]})
    assert made.json()["content_rules"] == [CLAIMS]
    kept = client.put(url, {"steps": [MANAGER]}).json()
    assert kept["content_rules"] == [CLAIMS]
    refused = client.put(url, {"steps": [], "content_rules": [{**CLAIMS, "domains": ["no"]}]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/content_rules/0/domains")

    request = desk.submit(desk.post("It cures"))
    shown = client.get(f"/approvals/{ids.public(ids.APPROVAL, request.pk)}").json()
    assert shown["hits"] == [{"rule": "claims", "name": "Health claims", "place": "main", "words": "cures"}]


@pytest.mark.parametrize("needs", ["²", "1" * 5000, "-1"], ids=["raised", "long", "below"])
def test_what_is_no_number_of_people_is_a_flaw_of_the_policy(desk: Desk, needs: str) -> None:
    place = ids.public(ids.WORKSPACE, desk.agency.workspace.pk)
    step = {"key": "manager", "name": "Manager", "roles": ["manager"], "needs": needs}

    answer = program(desk.agency.workspace.organization).send(
        "PUT", f"/workspaces/{place}/approval-policy", {"steps": [step]}
    )

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/steps/0/needs"]


def test_guests_do_not_read_of_rules(desk: Desk) -> None:
    """What a client calls a health claim is between the agency and its compliance."""
    ruled(desk, {"key": "client", "name": "Client", "guests": True})
    request: Request = desk.submit(desk.post("It cures"))

    assert request.snapshot["hits"]
    with desk.agency.scope():
        (seen,) = frozen.manuscripts([request]).values()
    assert "claims" not in repr(seen)
