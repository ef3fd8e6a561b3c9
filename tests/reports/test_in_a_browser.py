"""What axe says of a report as its reader opens it, and of the pages where members make one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from apps.analytics.models import Goal
from apps.core.actors import SYSTEM
from apps.reports import services
from apps.reports.models import ReportLink
from apps.reports.plan import whole
from apps.reports.states import Cadence
from apps.tenants.models import Branding
from tests.reports.conftest import Desk
from tests.reports.month import SEPTEMBER, MonthOf
from tests.support import axe, factories
from tests.support.browser import Open, shoot, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from apps.reports.models import Report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _sync_django(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser's driver runs an event loop in this thread, beside Django's ordinary use of it."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    cache.clear()


@pytest.fixture
def report(desk: Desk, place: Any, month: MonthOf) -> Report:
    """Everything that there is, with a goal that is known and one that is not."""
    span = {"begins_on": SEPTEMBER.first, "ends_on": SEPTEMBER.last}
    with desk.scope():
        Branding.objects.create(colour="#c2410c")
        Goal.objects.create(workspace=place, aim="views", target=200_000, **span)
        Goal.objects.create(workspace=place, aim="views", target=9, account=month.accounts["mastodon"], **span)
    return desk.made(whole())


def link_to(desk: Desk, report: Report, **named: Any) -> tuple[ReportLink, str]:
    with desk.scope():
        until = desk.clock.now + timedelta(days=7)
        link, token = services.share(report=report, expires_at=until, actor=SYSTEM, **named)
    return link, reverse("shared_reports:report", args=[token.reveal()])


def test_readers_find_nothing_in_their_way(open_browser: Open, live_server: object, desk: Desk, report: Report) -> None:
    _, opened = link_to(desk, report)
    _, guarded = link_to(desk, report, passcode="rye bread")
    closed, over = link_to(desk, report)
    with desk.scope():
        services.revoke(link=closed, actor=SYSTEM)
    page = open_browser(str(live_server))
    page.watch.expect(403, guarded)  # type: ignore[attr-defined]
    page.watch.expect(410, over)  # type: ignore[attr-defined]

    found = {}
    for name, address in {"report": opened, "passcode": guarded, "over": over}.items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found |= {f"{name}, {one}": address for one in axe.flaws(page)}
        shoot(page, f"report-{name}")
    assert found == {}


def test_members_find_nothing_in_their_way(
    open_browser: Open, live_server: object, desk: Desk, place: Any, report: Report
) -> None:
    with desk.scope():
        template = services.add_template(workspace=place, name="Monthly", plan=whole(), actor=SYSTEM)
        schedule = services.add_schedule(
            template=template, cadence=Cadence.MONTHLY, recipients=["ingrid@alder.example"], actor=SYSTEM
        )
    link_to(desk, report, note="Ingrid")
    desk.ask()
    page = open_browser(str(live_server))
    sign_in(page, factories.signed_in(factories.member(place.organization), at=place))
    addresses = {
        "list": reverse("reports:index"), "one": reverse("reports:report", args=[report.pk]),
        "view": reverse("reports:view", args=[report.pk]), "new": reverse("reports:new"),
        "templates": reverse("reports:templates"), "template": reverse("reports:template", args=[template.pk]),
        "schedules": reverse("reports:schedules"), "schedule": reverse("reports:schedule", args=[schedule.pk]),
    }  # fmt: skip

    found = {}
    for name, address in addresses.items():
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found |= {f"{name}, {one}": address for one in axe.flaws(page)}
        shoot(page, f"reports-{name}")
    preview = _preview(page)
    found |= {f"preview, {one}": "" for one in axe.flaws(preview)}
    shoot(preview, "reports-preview")
    assert found == {}
    assert preview.locator("img.media").first.evaluate("(picture) => picture.complete && picture.naturalWidth") > 0


def _preview(page: Page) -> Page:
    page.goto(f"{reverse('reports:new')}?preset=whole")
    button = page.get_by_role("button", name="Preview")
    button.evaluate("(one) => one.removeAttribute('formtarget')")  # in this tab, which is watched
    button.click()
    page.wait_for_load_state("networkidle")
    return page
