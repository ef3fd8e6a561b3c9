"""The demo's approvals stand in every state, lie some days back, and touch no other post of the client."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from apps.approvals.models import Comment, Decision, Request, ReviewLink, StepState
from apps.approvals.services.records import first_broken
from apps.approvals.states import RequestState, StepStatus
from apps.approvals.steps import trusted
from apps.core import clock, tenancy
from apps.dashboard.demo.content import ANNOUNCEMENTS, CLIENTS, GUEST
from apps.dashboard.demo.reviews import STEPS, Reviews
from apps.tenants.members import member_of
from apps.tenants.permissions import Role
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_requests_stand_in_every_state_and_the_log_holds(workspace, owner):
    accounts = {name: factories.account(workspace, name) for name in ("instagram", "mastodon")}
    checker = factories.member(workspace.organization, Role.APPROVER, workspaces=[workspace])
    writer, reader = (
        member_of(one.user, workspace.organization_id, workspace_id=workspace.pk) for one in (owner, checker)
    )

    Reviews(writer, reader, CLIENTS[1], accounts).fill()

    with tenancy.scope(organization_id=workspace.organization_id):
        states = Counter(Request.objects.values_list("state", flat=True))
        open_steps = Counter(StepState.objects.filter(status=StepStatus.OPEN).values_list("key", flat=True))
        said = list(Decision.objects.order_by("decided_at", "id").select_related("request"))
        link = ReviewLink.objects.select_related("guest").get()
        anchors = list(Comment.objects.values_list("thread__anchor__kind", flat=True))
    assert states == {RequestState.PENDING: 4, RequestState.APPROVED: 1, RequestState.CHANGES_REQUESTED: 1}
    assert open_steps == {"agency": 2, "client": 2}
    assert sorted(anchors) == ["image", "post"]
    assert (link.guest.name, link.guest.email) == GUEST
    assert {one.decider_kind for one in said} == {"user", "guest"}
    assert all(one.decided_at < clock.now() - timedelta(hours=19) for one in said)
    for request_id in {one.request_id for one in said}:
        assert first_broken([one for one in said if one.request_id == request_id]) is None
    assert sum(states.values()) == len(ANNOUNCEMENTS)


def test_only_what_has_the_label_is_asked_about():
    assert all([rule.kind.value for rule in step.rules] == ["label"] for step in trusted(list(STEPS)))
