"""A link lets one report be read by whoever has it, for as long as it is open, and nothing else."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from apps.analytics.models import AccountSnapshot, Audience, Goal
from apps.compliance import erasing
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.reports import services
from apps.reports.errors import Malformed, ReportRefused
from apps.reports.models import Report, ReportFile, ReportLink
from apps.reports.plan import Kind, Plan, Section, whole
from apps.reports.services.forgetting import RULE
from apps.reports.states import ReportState
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Branding
from tests.dashboard.pages import Page
from tests.reports.month import MonthOf
from tests.support import factories

pytestmark = pytest.mark.django_db
PLAN = Plan("Report", (Section(Kind.SUMMARY, text="Our own words."), Section(Kind.FIGURES), Section(Kind.TRENDS)))


@pytest.fixture(autouse=True)
def _nobody_has_tried_before():
    cache.clear()


@pytest.fixture
def report(desk, place):
    MonthOf(place, posts=6, pictures=0)
    with desk.scope():
        Branding.objects.create(colour="#0f6b5c")
    return desk.made(PLAN)


@pytest.fixture
def share(desk, report):
    def share(**named):
        until = named.pop("expires_at", desk.clock.now + timedelta(days=7))
        with desk.scope():
            link, token = services.share(report=report, expires_at=until, actor=SYSTEM, **named)
        return link, reverse("shared_reports:report", args=[token.reveal()])

    return share


def test_who_has_the_link_reads_the_report(share):
    link, address = share()
    page = Client().get(address)

    text = page.content.decode()
    assert page.status_code == 200
    assert "Our own words." in text
    assert "Northlight Studio" in text
    assert page["X-Robots-Tag"].startswith("noindex")
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert "script" not in {one.tag for one in Page(text).elements}
    loaded = [one.get("src") or one.get("href") for one in Page(text).all("link", "img", "script", "iframe")]
    assert [address for address in loaded if re.match(r"(https?:)?//", address)] == []
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    with tenancy.across_tenants("a test looks"):
        assert ReportLink.across_tenants.get(pk=link.pk).last_used_at
    assert Client().get(f"{address}brand.css").content.decode().count("#0f6b5c") == 1
    for kind in ("pdf", "csv", "xlsx"):
        file = Client().get(f"{address}files/{kind}/")
        assert (file.status_code, "attachment" in file["Content-Disposition"]) == (200, True)
        assert int(file["Content-Length"]) == len(b"".join(file.streaming_content))
    assert Client().get(f"{address}files/exe/").status_code == 404


def test_drawings_have_words_and_a_table(share):
    page = Page(Client().get(share()[1]).content.decode())

    drawings = [one for one in page.all("svg") if one.get("role") == "img"]
    assert len(drawings) == 3
    assert all("highest" in one.get("aria-label") for one in drawings)
    assert len(page.all("table")) == 3


def test_of_the_token_only_a_hash_is_kept(desk, share):
    _, address = share(passcode="rye bread")
    token = address.strip("/").split("/")[-1]

    (row,) = desk.rows(ReportLink)
    assert token not in str(vars(row))
    assert "rye bread" not in str(vars(row))


def test_a_link_that_is_over_says_so_and_no_more(desk, share):
    _, address = share()
    other, withdrawn = share()
    with desk.scope():
        services.revoke(link=other, actor=SYSTEM)
    assert Client().get(withdrawn).status_code == 410
    desk.clock.advance(days=8)

    for path in (address, f"{address}files/pdf/", f"{address}brand.css"):
        page = Client().get(path)
        assert page.status_code == 410
        assert "Alder" not in page.content.decode()
    assert Client().get("/r/no-such-token/").status_code == 404


def test_a_passcode_is_asked_for_before_anything_is_told(share):
    _, address = share(passcode="rye bread")
    guest = Client()
    asked = guest.get(address)
    assert asked.status_code == 403
    assert "Alder" not in asked.content.decode()
    assert guest.get(f"{address}files/pdf/").status_code == 403

    assert guest.post(f"{address}passcode/", {"passcode": "wheat"}).status_code == 403
    assert guest.get(address).status_code == 403
    assert guest.post(f"{address}passcode/", {"passcode": " rye bread "}).status_code == 302

    assert guest.get(address).status_code == 200
    assert guest.get(f"{address}files/pdf/").status_code == 200
    assert Client().get(address).status_code == 403, "another browser"


def test_after_five_wrong_passcodes_the_right_one_helps_no_more_for_a_while(desk, share):
    _, address = share(passcode="rye bread")
    for number in range(5):
        Client(REMOTE_ADDR=f"10.0.0.{number}").post(f"{address}passcode/", {"passcode": "wheat"})

    guest = Client(REMOTE_ADDR="10.0.1.1")
    assert guest.post(f"{address}passcode/", {"passcode": "rye bread"}).status_code == 429
    assert guest.get(address).status_code == 403

    desk.clock.advance(minutes=16)
    assert guest.post(f"{address}passcode/", {"passcode": "rye bread"}).status_code == 302


def test_each_lock_lasts_twice_as_long_as_the_one_before_until_the_passcode_is_right(desk, share):
    link, address = share(passcode="rye bread")
    guest = services.guest_of(address.strip("/").split("/")[-1])

    def lock() -> timedelta:
        for _ in range(5):
            assert not services.unlock(guest=guest, passcode="wheat")
        assert not services.unlock(guest=guest, passcode="rye bread"), "it is locked"
        (row,) = desk.rows(ReportLink, pk=link.pk)
        return row.locked_until - desk.clock.now

    for minutes in (15, 30, 60, 120):
        assert lock() == timedelta(minutes=minutes)
        desk.clock.advance(minutes=minutes, seconds=1)
    assert services.unlock(guest=guest, passcode="rye bread")

    assert lock() == timedelta(minutes=15)


def test_a_passcode_of_one_link_opens_no_other(share):
    _, one = share(passcode="rye bread")
    _, other = share(passcode="rye bread")
    guest = Client()
    guest.post(f"{one}passcode/", {"passcode": "rye bread"})

    assert guest.get(other).status_code == 403


def test_what_makes_no_sense_is_refused(desk, share, report):
    now = desk.clock.now
    for named in ({"passcode": "abc"}, {"expires_at": now}, {"expires_at": now + timedelta(days=500)}):
        with pytest.raises(Malformed):
            share(**named)
    waiting = desk.ask(PLAN)
    with desk.scope(), pytest.raises(ReportRefused):
        services.share(report=waiting, expires_at=desk.clock.now + timedelta(days=1), actor=SYSTEM)


def test_a_deleted_report_leaves_no_file_and_no_link(desk, share, report, django_capture_on_commit_callbacks):
    _, address = share()
    files = [row.file for row in desk.rows(ReportFile)]
    with desk.scope(), django_capture_on_commit_callbacks(execute=True):
        services.delete(report=report, actor=SYSTEM)

    assert Client().get(address).status_code == 404
    assert desk.rows(ReportFile) == desk.rows(ReportLink) == desk.rows(Report) == []
    assert not [file for file in files if file.storage.exists(file.name)]


class TestForgetting:
    def test_a_report_with_figures_of_somebody_who_is_forgotten_is_emptied(
        self, desk, share, report, django_capture_on_commit_callbacks
    ):
        _, address = share()
        files = [row.file for row in desk.rows(ReportFile)]
        account_id = report.account_ids[0]
        with django_capture_on_commit_callbacks(execute=True):
            removed = services.forget_accounts(organization_id=report.organization_id, account_ids=[account_id])

        emptied = desk.again(report)
        assert dict(removed) == {"reports": 1}
        assert (emptied.state, emptied.data, emptied.pictures, emptied.sha256) == (ReportState.FORGOTTEN, {}, {}, "")
        assert "Make a new report" in emptied.problem_words
        assert not [file for file in files if file.storage.exists(file.name)]
        assert Client().get(address).status_code == 410
        assert (
            services.forget_accounts(organization_id=report.organization_id, account_ids=[account_id])["reports"] == 0
        )

    def test_others_stay(self, desk, report):
        services.forget_accounts(organization_id=report.organization_id, account_ids=[uuid4()])

        assert desk.again(report).state == ReportState.READY

    def test_figures_that_a_network_does_not_let_be_kept_empty_it_in_time(self, desk, report):
        assert services.keep_rules(now=desk.clock.now) == 0
        with tenancy.across_tenants("a test lets YouTube be silent"):
            long_ago = desk.clock.now - timedelta(days=31)
            rows = SocialAccount.across_tenants.filter(platform="youtube")
            rows.update(connected_at=long_ago, checked_at=long_ago)

        assert services.keep_rules(now=desk.clock.now) == 1
        assert desk.again(report).problem_words == RULE
        assert services.keep_rules(now=desk.clock.now) == 0

    def test_a_channel_that_was_erased_long_ago_empties_no_report_that_is_made_since(self, desk, place):
        MonthOf(place, posts=2, pictures=0)
        channel = factories.account(place, "youtube", connected_at=desk.clock.now - timedelta(days=60))
        erase(channel)
        report = desk.made(whole())

        assert services.keep_rules(now=desk.clock.now) == 0
        assert desk.again(report).state == ReportState.READY

    def test_a_report_that_only_says_that_nothing_is_known_of_a_channel_stays_until_its_person_is_forgotten(
        self, desk, place
    ):
        """The reverse: no rule of a network is about it, and it has the name of somebody."""
        channel = factories.account(place, "youtube", connected_at=desk.clock.now - timedelta(days=60))
        report = desk.made(whole())
        assert (report.account_ids, report.data["accounts"][0]["id"]) == ([], str(channel.pk))
        assert services.keep_rules(now=desk.clock.now) == 0

        erase(channel)

        assert desk.again(report).state == ReportState.FORGOTTEN

    def test_who_is_told_of_in_the_audience_or_in_a_goal_alone_has_figures_in_it(self, desk, place):
        told, aimed, _ = (factories.account(place, name) for name in ("instagram", "facebook", "linkedin"))
        own = {"organization_id": place.organization_id, "workspace": place, "taken_at": desk.clock.now}
        with tenancy.across_tenants("a test writes figures of days long before"):
            Audience.plain.create(**own, account=told, day=date(2026, 6, 1), groups={"age": {"65+": 1}})
            AccountSnapshot.plain.create(**own, account=aimed, day=date(2026, 3, 1), views=7)
            Goal.plain.create(
                organization_id=place.organization_id, workspace=place, aim="views", target=9,
                begins_on=date(2026, 2, 1), ends_on=date(2026, 12, 1),
            )  # fmt: skip

        assert set(desk.made(whole()).account_ids) == {str(told.pk), str(aimed.pk)}


def erase(account: SocialAccount) -> None:
    erasing.erase(
        platform=account.platform, organization_id=account.organization_id, account_ids=[account.pk],
        grant_ids=[account.grant_id],
    )  # fmt: skip
