"""A section of a report says who follows, as networks had told it by the period's last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from apps.analytics.models import Audience
from apps.core import tenancy
from apps.reports import drawing, sheets
from apps.reports.plan import Kind, Plan, Section
from tests.reports.month import SEPTEMBER

pytestmark = pytest.mark.django_db
PLAN = Plan("Report", (Section(Kind.AUDIENCE),))
GROUPS = {
    "age": {"25-34": 60, "18-24": 30},
    "gender": {"M": 40, "F": 55, "U": 5},
    "city": {f"City {number:02}": 40 - number for number in range(12)},
}


@pytest.fixture
def told(desk, month):
    def told(name: str, on: date, **columns):
        account = month.accounts[name]
        own = {"organization_id": account.organization_id, "workspace_id": account.workspace_id, "account": account}
        with tenancy.across_tenants("a test writes what was told"):
            Audience.plain.create(**own, day=on, taken_at=desk.clock.now, **columns)

    return told


def test_it_is_that_of_the_periods_end_frozen_with_its_day(desk, told):
    told("instagram", date(2026, 9, 27), groups=GROUPS)
    told("instagram", SEPTEMBER.last + timedelta(days=1), groups={"age": {"65+": 1}})

    report = desk.made(PLAN)

    (instagram, threads) = report.data["sections"][0]["audiences"]
    assert (instagram["day"], instagram["missing"]) == ("2026-09-27", "")
    age, gender, city = instagram["divisions"]
    assert [group["name"] for group in age["groups"]] == ["18-24", "25-34"]
    assert gender["told"] == 100
    assert (len(city["groups"]), city["left_out"]) == (8, 4)
    assert (threads["day"], threads["divisions"]) == (None, []), "nobody has asked yet"


def test_page_and_sheet_say_it_and_what_is_missing_is_missing(desk, told):
    told("instagram", date(2026, 9, 27), groups=GROUPS)
    told("threads", date(2026, 9, 27), missing="not_offered")

    report = desk.made(PLAN)

    page = drawing.as_html(report.data, {})
    for said in ("Who follows", "Women", "55.0 %", "And 4 more.", "Told on 27 September 2026"):
        assert said in page
    assert "The network does not tell these figures" in page
    assert "Mastodon" not in page, "it tells of nobody"
    (table,) = (one for one in sheets.tables_of(report.data) if one.name == "audience")
    assert ("instagram", "alderandrye", "2026-09-27", "gender", "F", 55, 0.55) in table.rows
    assert {row[0] for row in table.rows} == {"instagram"}


def test_where_no_network_tells_it_the_section_says_so(desk, place):
    assert "No network tells it of these accounts." in drawing.as_html(desk.made(PLAN).data, {})
