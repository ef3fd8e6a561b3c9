"""The pages where members choose, order, look at, share and schedule reports; all of them without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.core import tenancy
from apps.reports import services
from apps.reports.models import Report, ReportTemplate, Schedule
from apps.reports.plan import Kind, plan_of
from apps.reports.states import ReportState
from apps.tenants.permissions import Role
from tests.dashboard.pages import Page
from tests.reports.month import MonthOf
from tests.support import factories

pytestmark = pytest.mark.django_db
CHOICE = {
    "first": "2026-09-01", "last": "2026-09-30", "title": "Ours", "comparison": "before", "language": "en",
    "figures-on": "on", "summary-on": "on", "summary-text": "Our own words.",
}  # fmt: skip


@pytest.fixture
def browser(desk, place):
    return factories.signed_in(factories.member(place.organization), at=place)


def the(model):
    with tenancy.across_tenants("a test looks"):
        return model.across_tenants.get()


def test_a_report_is_chosen_made_looked_at_and_shared(browser, desk, place):
    MonthOf(place, posts=4, pictures=0)
    assert "Make the first report" in browser.get(reverse("reports:index")).content.decode()

    made = browser.post(reverse("reports:new"), {**CHOICE, "order": "figures,summary"})
    report = the(Report)
    assert made["Location"] == reverse("reports:report", args=[report.pk])
    assert [section.kind for section in plan_of(report.plan).sections] == [Kind.FIGURES, Kind.SUMMARY]
    page = browser.get(made["Location"]).content.decode()
    assert "Waiting to be made" in page
    assert 'hx-trigger="every 2s"' in page
    services.make_due(now=desk.clock.now)

    page = browser.get(made["Location"]).content.decode()
    assert "Ready" in page
    assert the(Report).sha256 in page
    whole = browser.get(reverse("reports:view", args=[report.pk])).content.decode()
    assert "Our own words." in whole
    file = browser.get(reverse("reports:file", args=[report.pk, "csv"]))
    assert b"".join(file.streaming_content).startswith(b"\xef\xbb\xbf# report")

    shared = browser.post(reverse("reports:share", args=[report.pk]), {"note": "Ingrid", "days": "7"})
    assert "/r/" in shared.content.decode()
    assert "no-store" in shared["Cache-Control"]
    assert "Ingrid" in browser.get(made["Location"]).content.decode()
    assert "/r/" not in browser.get(made["Location"]).content.decode(), "its address is shown once"


def test_sections_change_places_without_scripts_and_words_stay(browser):
    page = browser.post(reverse("reports:new"), {**CHOICE, "move": "figures:up", "order": "summary,figures,top"})

    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="figures,summary,top,' in text
    assert "Our own words." in text
    assert text.index("id_figures-on") < text.index("id_summary-on")
    with tenancy.across_tenants("a test counts"):
        assert not Report.across_tenants.exists()


def test_the_first_stays_first_and_nonsense_changes_nothing(browser):
    for asked in ("summary:up", "nothing:up", "meanings:down", ":"):
        page = browser.post(reverse("reports:new"), {**CHOICE, "move": asked, "order": "summary,figures"})
        assert 'value="summary,figures,' in page.content.decode()


def test_a_preview_shows_it_and_keeps_nothing(browser, place):
    MonthOf(place, posts=4, pictures=0)

    page = browser.post(reverse("reports:new"), {**CHOICE, "do": "preview"}).content.decode()

    assert "Our own words." in page
    assert "Preview" in page
    with tenancy.across_tenants("a test counts"):
        assert not Report.across_tenants.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "This field is required"),
        ({"last": "2026-08-01"}, "The last day is before the first."),
        ({"last": "2026-10-05"}, "Choose days up to 1 October 2026"),
        ({"figures-on": "", "summary-on": ""}, "Choose at least one section."),
        ({"words-on": "on"}, "Write a heading or a text"),
    ],
)
def test_what_makes_no_sense_is_said(browser, change, words):
    page = browser.post(reverse("reports:new"), {**CHOICE, **change})

    assert page.status_code == 422
    assert words in page.content.decode()


def test_templates_and_schedules(browser, desk):
    made = {**CHOICE, "name": "Monthly"}
    assert browser.post(reverse("reports:template_new"), made).status_code == 302
    again = browser.post(reverse("reports:template_new"), made)
    assert again.status_code == 422
    assert "has this name" in again.content.decode()
    template = the(ReportTemplate)
    begun = browser.get(f"{reverse('reports:new')}?template={template.pk}").content.decode()
    assert "Our own words." in begun

    said = {
        "template": template.pk, "cadence": "weekly", "weekday": "0", "day": "1", "hour": "8",
        "recipients": "ingrid@alder.example\npost@alder.example", "link_days": "30", "passcode": "rye bread",
    }  # fmt: skip
    assert browser.post(reverse("reports:schedule_new"), said).status_code == 302
    schedule = the(Schedule)
    assert schedule.recipients == ["ingrid@alder.example", "post@alder.example"]
    page = browser.get(reverse("reports:schedules")).content.decode()
    assert "Mon 5 Oct, 08:00" in page
    wrong = browser.post(reverse("reports:schedule", args=[schedule.pk]), {**said, "recipients": "nobody"})
    assert "is no mail address" in wrong.content.decode()
    browser.post(reverse("reports:schedule", args=[schedule.pk]), {**said, "passcode": "", "drops_passcode": "on"})
    assert the(Schedule).passcode_hash == ""
    browser.post(reverse("reports:schedule_pause", args=[schedule.pk]), {"do": "pause"})
    assert the(Schedule).is_paused
    browser.post(reverse("reports:template_remove", args=[template.pk]))
    with tenancy.across_tenants("a test counts"):
        assert not Schedule.across_tenants.exists()


def test_a_viewer_reads_and_changes_nothing(desk, place):
    report = desk.ask()
    viewer = factories.signed_in(factories.member(place.organization, Role.VIEWER, workspaces=[place]), at=place)

    assert viewer.get(reverse("reports:report", args=[report.pk])).status_code == 200
    for name in ("share", "retry", "delete"):
        assert viewer.post(reverse(f"reports:{name}", args=[report.pk]), {"days": "7"}).status_code == 403
    assert viewer.get(reverse("reports:new")).status_code == 403


def test_one_that_failed_says_what_to_do(browser, desk):
    report = desk.ask()
    with tenancy.across_tenants("a test lets it fail"):
        Report.across_tenants.update(state=ReportState.FAILED, problem_words="Try it again.")
    page = browser.get(reverse("reports:report", args=[report.pk])).content.decode()
    assert "Try it again." in page

    browser.post(reverse("reports:retry", args=[report.pk]))

    assert the(Report).state == ReportState.QUEUED


def test_a_preview_has_the_pictures_of_the_posts_that_it_shows(browser, place):
    MonthOf(place, posts=12, pictures=3)
    asked = {**CHOICE, "top-on": "on", "top-count": "6", "do": "preview"}

    page = Page(browser.post(reverse("reports:new"), asked).content.decode())

    shown = [one for one in page.all("img") if one.get("class") == "media"]
    assert shown
    assert all(one.get("alt").startswith("A picture of") for one in shown)
    for one in shown:
        answer = browser.get(one.get("src"))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
