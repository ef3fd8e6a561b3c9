"""What a workspace asks of the files of its posts: alt text, and the right to use them."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.core import clock as house_clock
from apps.media.models import Asset
from apps.posts import readiness
from apps.publishing.states import State
from apps.tenants.models import Workspace
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


def _codes(agency: Agency, asset: Asset, *, in_days: int = 0) -> set[str]:
    post = agency.post(assets=[asset])
    with agency.scope():
        found = readiness.readiness_problems(post, due_at=house_clock.now() + timedelta(days=in_days))
    return {problem.code for problem in found}


def _ends(agency: Agency, *, in_days: int) -> Asset:
    last = house_clock.now().astimezone(ZoneInfo(agency.workspace.timezone)) + timedelta(days=in_days)
    return factories.asset(agency.workspace, alt="A loaf", rights_until=last.date())


def test_a_picture_without_alt_text_goes_out_where_nobody_asks_for_one(agency: Agency) -> None:
    assert "alt_required" not in _codes(agency, factories.asset(agency.workspace))


def test_a_picture_without_alt_text_waits_where_the_workspace_asks_for_one(agency: Agency) -> None:
    with agency.scope():
        Workspace.objects.filter(pk=agency.workspace.pk).update(alt_text_required=True)

    assert "alt_required" in _codes(agency, factories.asset(agency.workspace))
    assert "alt_required" not in _codes(agency, factories.asset(agency.workspace, alt="A loaf"))


def test_a_file_may_be_published_on_the_last_day_of_its_right(agency: Agency) -> None:
    assert "rights_ended" not in _codes(agency, _ends(agency, in_days=3), in_days=3)
    assert "rights_ended" in _codes(agency, _ends(agency, in_days=3), in_days=4)


def test_a_right_that_ended_after_planning_keeps_the_post_from_going_out(agency: Agency, clock: Clock) -> None:
    asset = _ends(agency, in_days=5)
    publication = agency.scheduled(minutes=60, assets=[asset])
    with agency.scope():
        Asset.objects.filter(pk=asset.pk).update(rights_until=house_clock.now().date() - timedelta(days=1))

    clock.advance(minutes=61)
    run_worker()

    row = agency.read(publication)
    assert (row.state, row.problem_field) == (State.FAILED, "media.0")
    assert "right to use" in row.problem_words
    assert agency.platform.posts == []


def test_a_lost_answer_is_looked_for_although_the_right_has_ended_since(agency: Agency, clock: Clock) -> None:
    asset = _ends(agency, in_days=5)
    publication = agency.scheduled(assets=[asset])
    agency.platform.fault("lost_after", call="commit")
    run_worker()
    with agency.scope():
        Asset.objects.filter(pk=asset.pk).update(rights_until=house_clock.now().date() - timedelta(days=1))

    clock.advance(minutes=10)
    run_worker()

    assert agency.read(publication).state == State.PUBLISHED
    assert len(agency.platform.posts) == 1
