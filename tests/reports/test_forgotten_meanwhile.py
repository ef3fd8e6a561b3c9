"""Who is forgotten while their figures are on the way is in no report that is ready afterwards."""

from __future__ import annotations

import json

import pytest

from apps.compliance import erasing
from apps.media import storage
from apps.reports import services
from apps.reports.models import Report, ReportFile
from apps.reports.plan import whole
from apps.reports.services import making
from apps.reports.states import ReportState
from tests.reports.month import MonthOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def forgotten(place, monkeypatch):
    """The account that asks to be forgotten when the first picture of a report is opened, once all is counted."""
    month = MonthOf(place, posts=8, pictures=2)
    account = month.accounts["instagram"]
    asked = []

    def open_file(name):
        if not asked:
            asked.append(name)
            erasing.erase(
                platform="instagram", organization_id=place.organization_id, account_ids=[account.pk],
                grant_ids=[account.grant_id],
            )  # fmt: skip
        return storage.open_file(name)

    class Storage:
        random_name = staticmethod(storage.random_name)

    Storage.open_file = staticmethod(open_file)
    monkeypatch.setattr(making, "storage", Storage)
    return account


def test_a_report_that_is_being_made_begins_again_without_them(desk, forgotten):
    report = desk.ask(whole())
    services.make_due(now=desk.clock.now)

    (row,) = desk.rows(Report)
    assert (row.pk, row.state, row.tries) == (report.pk, ReportState.READY, 1)
    assert row.account_ids
    assert str(forgotten.pk) not in json.dumps([row.data, row.account_ids])
    assert len(desk.rows(ReportFile)) == 3, "whoever lost it has left nothing"
