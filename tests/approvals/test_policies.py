"""A policy is read with every flaw at once, each version is kept, and what it names can decide."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from apps.approvals import services
from apps.approvals.errors import PolicyChanged, PolicyMalformed
from apps.approvals.forms import StepForm
from apps.approvals.models import Policy
from apps.approvals.selectors import policy_in_force
from apps.approvals.sheets import required, sheet
from apps.approvals.steps import Aspect, RuleKind, read
from apps.audit.models import Entry
from apps.core.actors import SYSTEM
from apps.posts import services as posts
from apps.posts.content import Content, PartContent, VariantContent
from apps.posts.errors import NotInWorkspace
from apps.tenants.models import Membership, Workspace
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.support import factories

pytestmark = pytest.mark.django_db


def flaws(*steps: Any) -> list[str]:
    with pytest.raises(PolicyMalformed) as refused:
        read(list(steps))
    return [flaw.field for flaw in refused.value.flaws]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "Not A Key"}, "key"),
        ({"name": " "}, "name"),
        ({"roles": ["creator"]}, "roles"),
        ({"roles": []}, "people"),
        ({"people": ["nobody"]}, "people"),
        ({"needs": 0}, "needs"),
        ({"needs": True}, "needs"),
        ({"covers": []}, "covers"),
        ({"covers": ["time"]}, "covers"),
        ({"rules": [{"kind": "weather", "values": ["rain"]}]}, "rules.0.kind"),
        ({"rules": [{"kind": "platform", "values": []}]}, "rules.0.values"),
        ({"window_minutes": -1}, "window_minutes"),
        ({"notice_minutes": 10**6}, "notice_minutes"),
        ({"when_late": "panic"}, "when_late"),
        ({"guests": "yes"}, "guests"),
        ({"deadline": 1}, "deadline"),
    ],
)
def test_a_flaw_is_told_by_its_place(change: dict[str, Any], field: str) -> None:
    assert f"steps.0.{field}" in flaws({**MANAGER, **change})


def test_every_flaw_is_told_at_once() -> None:
    assert flaws({**MANAGER, "name": ""}, {**MANAGER, "when_late": "panic"}) == [
        "steps.0.name", "steps.1.when_late", "steps.1.key",
    ]  # fmt: skip


@pytest.mark.parametrize("said", [None, {}, ["step"], [{**MANAGER, "key": str(number)} for number in range(9)]])
def test_a_policy_is_a_short_list_of_steps(said: Any) -> None:
    with pytest.raises(PolicyMalformed):
        read(said)


def test_a_step_says_the_same_after_it_was_stored() -> None:
    (step,) = read([{
        **MANAGER, "needs": 2, "window_minutes": None, "notice_minutes": 90, "covers": ["text"],
        "rules": [{"kind": "platform", "values": ["X", "mastodon"]}],
    }])  # fmt: skip

    assert read([step.as_json()]) == (step,)
    assert step.covers == {Aspect.TEXT}
    assert step.applies({RuleKind.PLATFORM: {"x"}})
    assert not step.applies({RuleKind.PLATFORM: {"instagram"}})


SET_BY_PROGRAMS: dict[str, dict[str, Any]] = {
    "nothing unusual": {},
    "spans": {"window_minutes": 30, "notice_minutes": 90, "move_minutes": 45},
    "any hour, next slot": {"window_minutes": None, "move_minutes": None},
    "for some posts": {"rules": [{"kind": "platform", "values": ["x"]}, {"kind": "label", "values": ["launch"]}]},
    "for unpaid posts": {"rules": [{"kind": "paid", "values": ["no"]}]},
    "for paid posts": {"rules": [{"kind": "paid", "values": ["yes"]}]},
    "of one author": {"rules": [{"kind": "author", "values": ["00000000-0000-7000-8000-000000000001"]}]},
    "two of them": {"needs": 2, "escalations": [{"when": "after", "minutes": 240, "do": "remind"}]},
}


@pytest.mark.parametrize("said", SET_BY_PROGRAMS.values(), ids=SET_BY_PROGRAMS)
def test_a_step_that_is_saved_as_the_form_shows_it_stays_as_it_is(said: dict[str, Any]) -> None:
    """Whatever a program has set, also what the form has no field for: else another name changes who is asked."""
    (step,) = read([{**MANAGER, **said}])
    shown = StepForm.of(step, {})
    sent: Any = {name: shown[name].value() for name in shown.fields}
    sent |= {one.add_prefix(name): one[name].value() for one in shown.rules for name in one.fields}
    data = QueryDict(mutable=True)
    for name, value in sent.items():
        several = value if isinstance(value, list) else [value]
        data.setlist(name, [str(one) for one in several if one is not None and one is not False])
    form = StepForm(data, people={})
    form.offer_spans(step)

    assert form.is_valid(), form.errors
    (saved,) = read([form.step(step.key, step)])
    assert saved.as_json() == step.as_json()


@pytest.mark.parametrize(("rules", "is_open"), [([], False), ([{"kind": "platform", "values": ["x"]}], True)])
def test_whom_a_step_is_for_is_in_sight_where_it_is_for_some(rules: list[dict[str, Any]], is_open: bool) -> None:
    (step,) = read([{**MANAGER, "rules": rules}])

    assert StepForm.of(step, {}).is_for_some is is_open


def test_each_of_several_rules_fits(desk: Desk) -> None:
    (step,) = read([{**MANAGER, "rules": [
        {"kind": "platform", "values": ["x"]}, {"kind": "label", "values": ["Paid"]},
    ]}])  # fmt: skip

    assert step.applies({RuleKind.PLATFORM: {"x"}, RuleKind.LABEL: {"paid", "autumn"}})
    assert not step.applies({RuleKind.PLATFORM: {"x"}, RuleKind.LABEL: {"autumn"}})
    assert not step.applies({RuleKind.PLATFORM: {"x"}})


def test_an_approval_depends_on_who_decides_and_not_on_what_a_step_is_called() -> None:
    (step,) = read([MANAGER])
    (renamed,) = read([{**MANAGER, "name": "Head of social", "notice_minutes": 60, "when_late": "move"}])
    (stricter,) = read([{**MANAGER, "needs": 2}])

    assert step.digest == renamed.digest != stricter.digest


def test_every_version_is_kept_and_one_is_in_force(desk: Desk) -> None:
    desk.policy(MANAGER)
    desk.policy(MANAGER, {**MANAGER, "key": "again"})
    desk.policy()

    with desk.agency.scope():
        rows = list(Policy.objects.order_by("version"))
        written = Entry.objects.filter(verb="policy.changed").count()
    assert [(row.version, len(row.steps), row.replaced_at is None) for row in rows] == [
        (1, 1, False), (2, 2, False), (3, 0, True),
    ]  # fmt: skip
    assert written == 3


def test_who_cannot_decide_is_not_named(desk: Desk, creator: Membership, manager: Membership) -> None:
    step = {"key": "one", "name": "One", "people": [str(manager.user_id)]}
    desk.policy(step)

    with pytest.raises(PolicyMalformed, match="may not decide"):
        desk.policy({**step, "people": [str(manager.user_id), str(creator.user_id)]})


def test_a_policy_that_was_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    desk.policy(MANAGER)

    with pytest.raises(PolicyChanged):
        desk.policy(expected_version=0)


def test_a_stranger_has_no_workspace_here(desk: Desk, stranger_workspace: Workspace) -> None:
    with desk.agency.scope(), pytest.raises(NotInWorkspace):
        services.set_policy(workspace_id=stranger_workspace.pk, steps=[MANAGER], actor=SYSTEM)


@pytest.mark.parametrize(("chosen", "asked"), [({"paid_partnership": "yes"}, ["legal"]), ({}, [])])
def test_a_step_may_be_for_paid_partnerships_alone(desk: Desk, chosen: dict[str, str], asked: list[str]) -> None:
    desk.policy({**LEGAL, "rules": [{"kind": "paid", "values": ["yes"]}]})
    account = factories.account(desk.agency.workspace, "x")
    content = Content((PartContent("Made with friends"),), (VariantContent(account.pk, options=chosen),))
    with desk.agency.scope():
        post = posts.create(workspace_id=desk.agency.workspace.pk, content=content, author_id=None, actor=SYSTEM)
        policy = policy_in_force(desk.agency.workspace.pk)
        assert policy is not None
        wanted = required(policy, sheet(post))

    assert [one.step.key for one in wanted] == asked
