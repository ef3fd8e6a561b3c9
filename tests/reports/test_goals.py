"""A section of a report says what was to be reached, and how far it was on the report's last day."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import openpyxl
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import translation

from apps.analytics.boards.goals import progress_of_all
from apps.analytics.models import AccountDay, Goal
from apps.core import tenancy
from apps.reports import drawing, sheets
from apps.reports.models import Report
from apps.reports.plan import Kind, Plan, Section, plan_of, whole
from apps.reports.showing.face import face_of
from tests.reports.month import SEPTEMBER
from tests.support import factories

pytestmark = pytest.mark.django_db
GOALS = Plan("Report", (Section(Kind.GOALS, heading="What we meant to reach", text="Agreed in *August*."),))


@pytest.fixture
def set_goal(place, desk):
    def make(aim: str, target: int, first: date = SEPTEMBER.first, last: date = date(2026, 10, 31), account=None):
        with desk.scope():
            return Goal.objects.create(
                workspace=place, aim=aim, target=target, begins_on=first, ends_on=last, account=account
            )

    return make


def goals_of(report) -> list[dict]:
    return next(one for one in report.data["sections"] if one["kind"] == "goals")["goals"]


def test_a_goal_stands_as_it_did_on_the_last_day_of_the_report(desk, month, set_goal):
    goal = set_goal("views", 400_000)
    with desk.scope():
        (then,) = progress_of_all(desk.workspace, [goal], yesterday=SEPTEMBER.last)

    (frozen,) = goals_of(desk.made(GOALS))

    assert frozen["target"] == 400_000
    assert frozen["value"] == then.value > 0
    assert frozen["share"] == pytest.approx(then.value / 400_000)
    assert frozen["until"] == "2026-09-30"
    assert frozen["known"] < frozen["of"], "days of two accounts are missing"
    assert frozen["pace"] == then.pace


def test_what_is_frozen_of_it_stays(desk, month, set_goal):
    goal = set_goal("interactions", 5_000)
    report = desk.made(GOALS)
    page = drawing.as_html(report.data, report.pictures)

    with desk.scope():
        Goal.objects.filter(pk=goal.pk).update(target=7)
    with tenancy.across_tenants("a test changes what it was about"):
        AccountDay.plain.filter(missing="").update(views=1)

    again = desk.again(report)
    assert goals_of(again)[0]["target"] == 5_000
    assert drawing.as_html(again.data, again.pictures) == page


def test_only_goals_of_a_day_of_the_period_are_in_it_in_the_order_of_their_ends(desk, month, set_goal):
    day = timedelta(days=1)
    set_goal("views", 1, date(2026, 8, 1), SEPTEMBER.first - day)
    set_goal("views", 2, SEPTEMBER.last + day)
    set_goal("views", 4, SEPTEMBER.last, date(2026, 12, 1))
    set_goal("views", 3, date(2026, 8, 1), SEPTEMBER.first)

    assert [one["target"] for one in goals_of(desk.made(GOALS))] == [3, 4]


def test_what_nobody_told_is_missing_and_has_no_bar(desk, month, set_goal):
    set_goal("views", 9_000, account=month.accounts["mastodon"])
    report = desk.made(GOALS)

    (frozen,) = goals_of(report)
    assert (frozen["value"], frozen["share"], frozen["forecast"], frozen["pace"]) == (None, None, None, "unknown")
    with translation.override("en"):
        (shown,) = face_of(report.data, {}).sections[0].goals
    assert shown.reached == "– of 9,000"
    assert (shown.share, shown.pace, shown.where) == (None, "Not known", "@alderandrye")
    assert "No network has told it for these days." in shown.notes
    page = drawing.as_html(report.data, {})
    assert "goal-bar" not in page
    assert "0 of 9,000" not in page


def test_it_says_how_much_of_it_is_known_and_where_it_leads(desk, month, set_goal):
    set_goal("followers", 90_000)
    report = desk.made(GOALS)
    (frozen,) = goals_of(report)

    page = drawing.as_html(report.data, {})

    assert f"{frozen['value']:,} of 90,000" in page
    assert f"{int(frozen['share'] * 100)} % of the way" in page
    assert 'class="goal-bar"' in page
    assert "Behind" in page
    assert f"At this pace {frozen['forecast']:,} by 31 October 2026" in page
    assert "Agreed in *August*." in page


def test_a_report_without_goals_says_so(desk, month):
    assert "No goal was set for these days." in drawing.as_html(desk.made(GOALS).data, {})


def test_the_pdf_and_the_sheets_have_them(desk, month, set_goal):
    set_goal("published", 12)
    set_goal("views", 9_000, account=month.accounts["mastodon"])
    report = desk.made(whole())

    document = pypdfium2.PdfDocument(drawing.as_pdf(report.data, report.pictures))
    words = " ".join(page.get_textpage().get_text_range() for page in document)
    assert "Reached" in words
    assert "of 12" in words
    book = openpyxl.load_workbook(io.BytesIO(sheets.as_xlsx(report.data)))
    names, *rows = book["goals"].iter_rows(values_only=True)
    first, second = (dict(zip(names, row, strict=True)) for row in rows)
    assert (first["aim"], first["target"], first["account"]) == ("published", 12, None)
    assert first["value"] >= 12
    assert (second["account"], second["value"], second["share"]) == ("alderandrye", None, None)
    lines = list(csv.reader(io.StringIO(sheets.as_csv(report.data).decode("utf-8-sig"))))
    assert ["# goals"] in lines


def test_members_choose_it_and_put_it_where_they_like(desk, place, set_goal):
    browser = factories.signed_in(factories.member(place.organization), at=place)
    said = {
        "first": "2026-09-01", "last": "2026-09-30", "title": "Ours", "comparison": "before", "language": "en",
        "goals-on": "on", "goals-heading": "Our goals", "figures-on": "on", "order": "goals,figures",
    }  # fmt: skip

    assert browser.post(reverse("reports:new"), said).status_code == 302
    assert browser.post(reverse("reports:template_new"), {**said, "name": "Monthly"}).status_code == 302

    with tenancy.across_tenants("a test looks"):
        plan = plan_of(Report.across_tenants.get().plan)
    assert [one.kind for one in plan.sections] == [Kind.GOALS, Kind.FIGURES]
    assert plan.sections[0].heading == "Our goals"
    assert "Goals, Figures" in browser.get(reverse("reports:templates")).content.decode()
