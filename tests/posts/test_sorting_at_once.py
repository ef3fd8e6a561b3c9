"""A label or campaign is removed in the very instant in which a post takes it: one of the two finds the other done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.posts import services
from apps.posts.models import Campaign, Label, PostLabel
from apps.posts.services import sorting
from apps.tenants.models import Membership, Workspace
from apps.tenants.rest import ids
from tests.support import factories
from tests.support.programs_with_keys import program

# SQLite has one writer at a time.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Elsewhere:
    """Something done in a transaction of its own, in another thread."""

    def __init__(self, deed: Callable[[], object]) -> None:
        self.errors: list[BaseException] = []
        self.thread = threading.Thread(target=self._run, args=[deed])
        self.thread.start()

    def _run(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except BaseException as error:
            self.errors.append(error)
        finally:
            connection.close()

    def is_done_within(self, seconds: float) -> bool:
        self.thread.join(seconds)
        return not self.thread.is_alive()


def remove(workspace: Workspace, label: Label) -> Callable[[], None]:
    def deed() -> None:
        with tenancy.scope(organization_id=workspace.organization_id):
            services.remove_label(label=label, actor=SYSTEM)

    return deed


def made(workspace: Workspace) -> Label:
    with tenancy.scope(organization_id=workspace.organization_id):
        label: Label = services.make_label(workspace_id=workspace.pk, name="Evergreen", actor=SYSTEM)
    return label


def meanwhile(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None], *, before: bool) -> list[Elsewhere]:
    """Let `deed` begin just before, or just after, the labels of a post are looked for; it is waited for where it is
    done at once."""
    begun: list[Elsewhere] = []
    plain = sorting._labels_in

    def looked_for(*args: Any) -> set[Any]:
        found = set() if before else plain(*args)
        if not begun:
            begun.append(Elsewhere(deed))
            begun[0].is_done_within(1)
        return plain(*args) if before else found

    monkeypatch.setattr(sorting, "_labels_in", looked_for)
    return begun


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("way", ["create", "bulk", "patch", "page"])
def test_the_post_or_the_removal_comes_first_and_nothing_breaks(
    workspace: Workspace, owner: Membership, monkeypatch: pytest.MonkeyPatch, way: str, before: bool
) -> None:
    label, own, post = made(workspace), program(workspace), factories.post(workspace, accounts=[])
    desk: Client = factories.signed_in(owner, at=workspace)
    begun = meanwhile(monkeypatch, remove(workspace, label), before=before)
    named = {"labels": [ids.public(ids.LABEL, label.pk)]}
    ask = {
        "create": lambda: own.post("/posts", {"text": "Words", **named}).status_code,
        "bulk": lambda: own.post("/posts/bulk", {"posts": [{"text": "Words", **named}]}).json()["results"][0]["status"],
        "patch": lambda: own.patch(f"/posts/{post.pk}", named).status_code,
        "page": lambda: desk.post(reverse("publishing:sort", args=[post.pk]), {"labels": [str(label.pk)]}).status_code,
    }[way]

    status = ask()

    assert begun[0].is_done_within(30)
    assert begun[0].errors == []
    assert status == (302 if way == "page" else 422 if before else {"patch": 200}.get(way, 201))
    with tenancy.scope(organization_id=workspace.organization_id):
        assert not Label.objects.exists()
        assert not PostLabel.objects.exists()


def test_a_campaign_that_a_post_is_taking_is_not_removed_under_its_hands(workspace: Workspace) -> None:
    post = factories.post(workspace, accounts=[])
    with tenancy.scope(organization_id=workspace.organization_id):
        campaign = services.make_campaign(workspace_id=workspace.pk, name="Spring", actor=SYSTEM)

    def removal() -> None:
        with tenancy.scope(organization_id=workspace.organization_id):
            services.remove_campaign(campaign=campaign, actor=SYSTEM)

    with tenancy.scope(organization_id=workspace.organization_id):
        services.sort(post=post, campaign_id=campaign.pk, actor=SYSTEM)
        removing = Elsewhere(removal)
        assert not removing.is_done_within(0.5)
    assert removing.is_done_within(30)

    assert removing.errors == []
    with tenancy.scope(organization_id=workspace.organization_id):
        assert not Campaign.objects.exists()
        assert type(post).objects.get(pk=post.pk).campaign_id is None
