"""What staff see and do below a post that is out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.core import tenancy
from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing.models import FollowUp, Publication
from apps.publishing.states import State
from apps.tenants.models import Membership
from tests.support import factories
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(owner: Membership, agency: Agency) -> Client:
    return factories.signed_in(owner, at=agency.workspace)


def out(agency: Agency) -> Publication:
    publication = agency.scheduled("Main")
    run_worker()
    read: Publication = agency.read(publication)
    return read


def sent(desk: Client, publication: Publication, **typed: Any) -> Any:
    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)
    url = reverse("publishing:comment", args=[publication.post_id])
    return desk.post(url, {"text": "See also", "on": [str(publication.pk)], "key": key, **typed})


def test_a_comment_is_written_on_the_page_of_the_post(desk: Client, agency: Agency, memory: MemoryPlatform) -> None:
    publication = out(agency)

    assert sent(desk, publication).status_code == 302
    run_worker()

    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
    assert memory.texts("harbour") == ["Main", "See also"]
    assert "A comment written" in page
    assert "See also" in page


def test_a_form_that_is_sent_twice_says_it_once(desk: Client, agency: Agency, memory: MemoryPlatform) -> None:
    publication = out(agency)
    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)

    for _ in range(2):
        assert sent(desk, publication, key=key).status_code == 302
        run_worker()

    assert memory.texts("harbour") == ["Main", "See also"]


def test_a_comment_with_a_time_waits_and_is_called_off(desk: Client, agency: Agency) -> None:
    publication = out(agency)
    sent(desk, publication, at="2027-01-05T09:00")
    with agency.scope():
        row = FollowUp.objects.get()
    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
    assert "Goes out on Tue 5 Jan 2027, 09:00" in page

    desk.post(reverse("publishing:withdraw_comment", args=[row.pk]))

    assert agency.read(row).state == State.CANCELED


@pytest.mark.parametrize("typed", [{"text": "x" * 10_000}, {"text": " "}, {"on": []}, {"at": "2020-01-01T09:00"}])
def test_what_cannot_go_out_comes_back_as_typed(desk: Client, agency: Agency, typed: dict[str, Any]) -> None:
    publication = out(agency)

    answer = sent(desk, publication, **typed)

    assert answer.status_code == 422
    assert typed.get("text", "See also").strip() in answer.content.decode()
    with tenancy.across_tenants("look"):
        assert not FollowUp.across_tenants.exists()


def test_nothing_is_offered_below_what_waits(desk: Client, agency: Agency) -> None:
    publication = agency.scheduled("Later", minutes=30)

    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()

    assert "Comment below this post" not in page
