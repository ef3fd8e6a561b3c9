"""Who did what, on the page of those who answer for the organization."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import SYSTEM, Actor, ActorKind
from apps.tenants.permissions import Role
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(organization, workspace):
    return factories.signed_in(factories.member(organization, Role.ADMIN), at=workspace)


def record(workspace, verb="post.created", actor=SYSTEM, **diff):
    with tenancy.scope(organization_id=workspace.organization_id):
        return audit.record(verb, subject=workspace, actor=actor, diff=diff)


def shown(page):
    return [row.what for row in page.context["rows"]]


def test_an_admin_reads_who_did_what(browser, workspace):
    anna = factories.member(workspace.organization, Role.MANAGER, workspaces=[workspace])
    record(workspace, "workspace.updated", Actor(ActorKind.USER, anna.user_id), timezone=["UTC", "Europe/Oslo"])
    record(workspace, "account.signed_out")

    page = browser.get(reverse("tenants:audit"))

    assert shown(page)[:2] == ["account.signed_out", "workspace.updated"]
    text = page.content.decode()
    assert str(anna.user) in text
    assert "UTC → Europe/Oslo" in text
    assert workspace.name in text


def test_the_page_is_narrowed_and_paged(browser, workspace, other_workspace, clock):
    for _ in range(51):
        record(workspace, "post.created")
        clock.advance(seconds=1)
    record(other_workspace, "post.deleted")
    url = reverse("tenants:audit")

    first = browser.get(url, {"verb": "post.created"})
    older = browser.get(url + first.context["older_url"])
    assert (len(shown(first)), len(shown(older))) == (50, 1)
    assert older.context["newest_url"]
    assert shown(browser.get(url, {"workspace": str(other_workspace.pk)})) == ["post.deleted"]
    today = clock.now.date().isoformat()
    assert len(shown(browser.get(url, {"since": today, "until": today, "verb": "post.*"}))) == 50
    assert shown(browser.get(url, {"until": "2001-01-01"})) == []
    assert browser.get(url, {"subject": "nobody"}).status_code == 422


def test_the_file_holds_the_same_and_no_formula(browser, workspace):
    sly = factories.member(
        workspace.organization, Role.CREATOR, workspaces=[workspace], person=factories.user(name="=1+1")
    )
    record(workspace, "post.created", Actor(ActorKind.USER, sly.user_id))

    answer = browser.get(reverse("tenants:audit_file"), {"verb": "post.*"})
    (line,) = csv.DictReader(io.StringIO(answer.content.decode()))

    assert (line["verb"], line["who"]) == ("post.created", "'=1+1")


def test_others_are_not_shown_it(organization, workspace):
    manager = factories.member(organization, Role.MANAGER, workspaces=[workspace])
    assert factories.signed_in(manager, at=workspace).get(reverse("tenants:audit")).status_code == 403


def test_an_entry_of_another_organization_is_not_there(browser, workspace):
    record(factories.workspace(), "post.deleted")

    assert "post.deleted" not in shown(browser.get(reverse("tenants:audit")))
