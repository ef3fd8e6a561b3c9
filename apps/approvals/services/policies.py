"""A workspace's policy: every change is a version of its own, and the newest is in force from its commit on.

What waits for approval goes on under the new version: steps that it asks in the same way keep what they have said, the
others are asked. What was approved goes out only if the new version asks for nothing more. The gate holds to that at
once; requests are brought in line right after, by the event.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from apps.approvals.content_rules import ANY, ContentRule
from apps.approvals.content_rules import read as read_rules
from apps.approvals.deciders import roles_in
from apps.approvals.errors import Flaw, PolicyChanged, PolicyMalformed
from apps.approvals.models import Policy
from apps.approvals.people.selectors import groups_for
from apps.approvals.steps import DECIDES, RuleKind, Step, read
from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.events import services as events
from apps.posts.errors import NotInWorkspace
from apps.tenants.models import Workspace
from apps.tenants.permissions import PERMISSIONS

UNABLE: Final = gettext_noop("Somebody named here may not decide in this workspace, or is no member.")
NO_RULE: Final = gettext_noop("The step %(step)s asks for a content rule that is not there.")
NO_GROUP: Final = gettext_noop("A group named here is not there any more, or is of another client.")


@transaction.atomic
def set_policy(
    *,
    workspace_id: UUID,
    steps: Any,
    actor: Actor,
    content_rules: Any = None,
    allows_self_approval: bool = False,
    bars_links_of_writers: bool | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Policy:
    """Put a new version in force; one without steps asks for nothing. Content rules and `bars_links_of_writers` that
    are not given stay.
    Raises PolicyMalformed, NotInWorkspace, and PolicyChanged where another version is in force than the one that was
    read."""
    workspace = Workspace.objects.select_for_update(no_key=True).filter(pk=workspace_id).first()
    if workspace is None:
        raise NotInWorkspace("There is no such workspace")
    made = read(steps)
    _refuse_unable(made, workspace_id)
    before: Policy | None = Policy.objects.filter(workspace=workspace, replaced_at=None).first()
    rules = _rules(content_rules, before)
    _refuse_unknown(made, rules)
    version = before.version if before else 0
    if expected_version not in (None, version):
        raise PolicyChanged
    Policy.objects.filter(workspace=workspace, replaced_at=None).update(replaced_at=clock.now())
    policy = Policy.objects.create(
        workspace=workspace,
        version=version + 1,
        steps=[step.as_json() for step in made],
        content_rules=[rule.as_json() for rule in rules],
        allows_self_approval=allows_self_approval,
        bars_links_of_writers=_kept(bars_links_of_writers, before),
        note=note.strip()[:300],
        made_by_id=actor.user_id,
    )
    said = {"version": policy.version, "steps": [step.key for step in made]}
    diff = {**said, "content_rules": [rule.key for rule in rules]}
    audit.record("policy.changed", subject=policy, actor=actor, diff=diff)
    events.emit("policy.changed", subject=policy, data=said)
    return policy


def _kept(said: bool | None, before: Policy | None) -> bool:
    return before is not None and before.bars_links_of_writers if said is None else said


def _rules(said: Any, before: Policy | None) -> tuple[ContentRule, ...]:
    if said is None:
        return before.ordered_content_rules if before else ()
    flaws: list[Flaw] = []
    made = read_rules(said, flaws)
    if flaws:
        raise PolicyMalformed(flaws)
    return made


def _refuse_unknown(steps: tuple[Step, ...], rules: tuple[ContentRule, ...]) -> None:
    """A step that applies where a content rule is hit names one that there is; else it would never apply."""
    keys = {rule.key for rule in rules}
    known = keys | {ANY} if keys else keys
    flaws = [
        Flaw(f"steps.{number}.rules", gettext(NO_RULE) % {"step": step.name})
        for number, step in enumerate(steps)
        for rule in step.rules
        if rule.kind is RuleKind.POLICY_HIT and not rule.values <= known
    ]
    if flaws:
        raise PolicyMalformed(flaws)


def _refuse_unable(steps: tuple[Step, ...], workspace_id: UUID) -> None:
    """People who are named are members whose role decides, and groups are there; else a step would wait for somebody
    who cannot help it."""
    roles = roles_in(workspace_id)
    able = {pk for pk, role in roles.items() if DECIDES in PERMISSIONS[role]}
    groups = {pk for pk, _ in groups_for(workspace_id).values_list("pk", "name")}
    flaws = []
    for number, step in enumerate(steps):
        named = [(f"steps.{number}", step.people, step.groups)]
        named += [
            (f"steps.{number}.escalations.{place}", rule.people, rule.groups)
            for place, rule in enumerate(step.escalations)
        ]
        for place, people, of_groups in named:
            if not set(people) <= able:
                flaws.append(Flaw(f"{place}.people", gettext(UNABLE)))
            if not set(of_groups) <= groups:
                flaws.append(Flaw(f"{place}.groups", gettext(NO_GROUP)))
    if flaws:
        raise PolicyMalformed(flaws)
