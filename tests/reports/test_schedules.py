"""Each run of a schedule happens once, on the wall clock of its workspace, and its mails go to whom they should."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.core import tenancy
from apps.core.actors import SYSTEM, Actor
from apps.core.calendar import cell_of
from apps.events import services as events
from apps.reports import drawing, services
from apps.reports.errors import Malformed, ReportRefused
from apps.reports.models import Report, ReportLink, ReportMail, ReportTemplate, Schedule
from apps.reports.periods import Period, Rhythm
from apps.reports.plan import short
from apps.reports.services.sharing import MOST_LINKS
from apps.reports.states import Cadence, MailState, ReportState
from apps.tenants import services as tenants
from tests.support import factories

ZONES = (
    "Europe/Oslo",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
)


class TestRhythm:
    @given(
        zone=st.sampled_from(ZONES),
        weekday=st.integers(0, 6),
        day=st.integers(1, 31),
        hour=st.integers(0, 23),
        cadence=st.sampled_from(list(Cadence)),
        begin=st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    )
    def test_each_day_that_it_is_due_on_has_one_time(self, zone, weekday, day, hour, cadence, begin):
        """Whatever clocks do, and also where a day is left out (Apia, 30 December 2011)."""
        rhythm, at = Rhythm(cadence, weekday, day, hour, zone), begin.replace(tzinfo=UTC)
        times = [at := rhythm.next_after(at) for _ in range(14)]

        days = [cell_of(one, zone) for one in times]
        assert len(set(days)) == len(days)
        spans = [(later - earlier).days for earlier, later in pairwise(days)]
        if cadence == Cadence.MONTHLY:
            assert [(one.year * 12 + one.month) for one in days] == [
                days[0].year * 12 + days[0].month + place for place in range(14)
            ]
        else:
            assert set(spans) == {7}

    def test_an_hour_that_is_left_out_is_the_one_after(self):
        rhythm = Rhythm(Cadence.WEEKLY, 6, 1, 2, "Europe/Oslo")

        due = rhythm.next_after(datetime(2026, 3, 28, 12, tzinfo=UTC))

        assert due.astimezone(ZoneInfo("Europe/Oslo")).strftime("%d %H:%M") == "29 03:00"

    def test_of_an_hour_that_comes_twice_the_first_counts(self):
        rhythm = Rhythm(Cadence.WEEKLY, 6, 1, 2, "Europe/Oslo")
        due = rhythm.next_after(datetime(2026, 10, 24, 12, tzinfo=UTC))

        assert due == datetime(2026, 10, 25, 0, tzinfo=UTC)
        assert rhythm.next_after(due).astimezone(ZoneInfo("Europe/Oslo")).date() == date(2026, 11, 1)

    def test_the_31st_of_a_shorter_month_is_its_last(self):
        rhythm = Rhythm(Cadence.MONTHLY, 0, 31, 9, "UTC")

        assert rhythm.next_after(datetime(2026, 2, 1, tzinfo=UTC)).date() == date(2026, 2, 28)

    @given(
        zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)),
        weekday=st.integers(0, 6),
        day=st.integers(1, 31),
        hour=st.integers(0, 23),
        cadence=st.sampled_from(list(Cadence)),
        begin=st.datetimes(datetime(2012, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    )
    def test_on_another_clock_it_is_due_on_the_same_day(self, zones, weekday, day, hour, cadence, begin):
        before, since = (Rhythm(cadence, weekday, day, hour, zone) for zone in zones)
        stored = before.next_after(begin.replace(tzinfo=UTC))

        due = since.of_same_day(stored)

        assert cell_of(due, since.zone) == cell_of(stored, before.zone)
        assert since.period_at(due) == before.period_at(stored)
        assert since.of_same_day(due) == due

    def test_it_is_about_what_is_over(self):
        monthly, weekly = Rhythm(Cadence.MONTHLY, 0, 2, 9, "UTC"), Rhythm(Cadence.WEEKLY, 2, 1, 9, "UTC")

        assert monthly.period_at(datetime(2026, 3, 2, 9, tzinfo=UTC)) == Period(date(2026, 2, 1), date(2026, 2, 28))
        assert weekly.period_at(datetime(2026, 9, 30, 9, tzinfo=UTC)) == Period(date(2026, 9, 21), date(2026, 9, 27))


@pytest.fixture
def template(desk):
    with desk.scope():
        return services.add_template(workspace=desk.workspace, name="Monthly", plan=short(), actor=SYSTEM)


@pytest.fixture
def schedule(desk, template):
    """On the fourth of each month at nine in Oslo; the clock stands at the second."""
    with desk.scope():
        return services.add_schedule(
            template=template, recipients=["Ingrid@alder.example", "post@alder.example"], cadence="monthly", day=4,
            hour=9, attaches_pdf=True, passcode="rye bread", actor=SYSTEM,
        )  # fmt: skip


@pytest.fixture
def elsewhere(schedule):
    """Another organization's, made later and due at the same time."""
    place = factories.workspace(factories.organization("Elsewhere"), "Them", timezone="Europe/Oslo")
    with tenancy.scope(organization_id=place.organization_id):
        template = services.add_template(workspace=place, name="Monthly", plan=short(), actor=SYSTEM)
        return services.add_schedule(
            template=template, recipients=["them@elsewhere.example"], cadence="monthly", day=4, hour=9, actor=SYSTEM
        )


def run(desk):
    services.open_due(now=desk.clock.now)
    services.make_due(now=desk.clock.now)
    services.send_due(now=desk.clock.now)


@pytest.mark.django_db
class TestRuns:
    def test_it_is_made_and_mailed_at_its_time_and_once(self, desk, schedule, public_url):
        run(desk)
        assert desk.rows(Report) == []

        desk.clock.advance(days=2)
        for _ in range(3):
            run(desk)

        (report,) = desk.rows(Report)
        assert (report.first, report.last) == (date(2026, 9, 1), date(2026, 9, 30))
        assert report.state == ReportState.READY
        assert sorted(letter.to[0] for letter in mail.outbox) == ["ingrid@alder.example", "post@alder.example"]
        letter = mail.outbox[0]
        assert letter.subject == "Alder & Rye: Social media report, September 2026"
        assert f"{public_url}/r/" in letter.body
        assert "rye bread" not in letter.body
        assert [attachment[0] for attachment in letter.attachments] == ["report.pdf"]
        assert letter.attachments[0][1].startswith(b"%PDF")
        assert {row.note for row in desk.rows(ReportLink)} == {"ingrid@alder.example", "post@alder.example"}
        (row,) = desk.rows(Schedule)
        assert row.next_at == datetime(2026, 11, 4, 8, tzinfo=UTC), "nine in Oslo is eight after summer time"

    def test_after_an_outage_only_the_last_is_made(self, desk, schedule):
        desk.clock.advance(days=100)

        run(desk)
        run(desk)

        (report,) = desk.rows(Report)
        assert (report.first, report.last) == (date(2026, 12, 1), date(2026, 12, 31))

    def test_one_that_is_paused_or_of_an_archived_workspace_rests(self, desk, schedule):
        with desk.scope():
            services.pause_schedule(schedule=schedule, is_paused=True, actor=SYSTEM)
        desk.clock.advance(days=40)
        run(desk)
        with desk.scope():
            services.pause_schedule(schedule=schedule, is_paused=False, actor=SYSTEM)
        desk.workspace.archived_at = desk.clock.now
        with desk.scope():
            desk.workspace.save()
        desk.clock.advance(days=40)
        run(desk)

        assert desk.rows(Report) == []

    def test_a_mail_server_that_refuses_is_tried_again_with_another_link_and_told_of_in_the_end(
        self, desk, schedule, monkeypatch, owner_of_place
    ):
        desk.clock.advance(days=2)
        services.open_due(now=desk.clock.now)
        services.make_due(now=desk.clock.now)
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "send_messages", lambda *_: (_ for _ in ()).throw(OSError("refused")))
            for _ in range(5):
                services.send_due(now=desk.clock.now)
                desk.clock.advance(hours=3)

        rows = desk.rows(ReportMail)
        assert {row.state for row in rows} == {MailState.FAILED}
        assert all(link.revoked_at for link in desk.rows(ReportLink))
        assert mail.outbox == []
        events.relay()
        told = [letter for letter in mail.outbox if owner_of_place.user.email in letter.to]
        assert len(told) == 2
        assert "ingrid@alder.example" in told[0].body + told[1].body

    @pytest.mark.parametrize("is_told", [True, False], ids=["told", "not told"])
    @pytest.mark.parametrize(
        ("before", "since", "day", "hour", "moves_at", "months"),
        [
            # Its hour was still of November there, so that October was mailed again.
            ("Europe/Berlin", "America/Los_Angeles", 1, 8, datetime(2026, 11, 30, 12, tzinfo=UTC), (11, 12)),
            # It had gone out, and its next hour is of December there, so that it was mailed twice.
            ("Europe/Berlin", "America/Los_Angeles", 1, 8, datetime(2026, 12, 1, 8, tzinfo=UTC), (11, 12)),
            # Its hour is over there already.
            ("America/Los_Angeles", "Asia/Tokyo", 1, 8, datetime(2026, 11, 30, 23, 30, tzinfo=UTC), (11, 12)),
            # Its hour was of December there.
            ("America/Los_Angeles", "Europe/Berlin", 31, 23, datetime(2026, 11, 30, 12, tzinfo=UTC), (10, 11)),
        ],
    )
    def test_when_its_workspace_has_another_clock_each_month_is_mailed_once(
        self, desk, template, before, since, day, hour, moves_at, months, is_told
    ):
        self._has_the_zone(desk, before)
        desk.clock.set(datetime(2026, 11, 29, tzinfo=UTC))
        with desk.scope():
            template.workspace = desk.workspace
            services.add_schedule(template=template, recipients=["a@b.example"], day=day, hour=hour, actor=SYSTEM)
        has_moved = False
        while desk.clock.now < datetime(2027, 1, 1, 20, tzinfo=UTC):
            if not has_moved and desk.clock.now >= moves_at:
                has_moved = True
                self._has_the_zone(desk, since)
                if is_told:
                    events.relay()
            services.open_due(now=desk.clock.now)
            desk.clock.advance(hours=1)

        assert [report.first for report in desk.rows(Report)] == [date(2026, month, 1) for month in months]

    def _has_the_zone(self, desk, zone):
        with desk.scope():
            desk.workspace = tenants.update_workspace(workspace=desk.workspace, actor=SYSTEM, timezone=zone)

    def test_days_of_which_a_report_was_made_are_left_out_when_its_time_is_changed(self, desk, schedule):
        desk.clock.advance(days=2)
        services.open_due(now=desk.clock.now)
        (schedule,) = desk.rows(Schedule)
        with desk.scope():
            services.change_schedule(schedule=schedule, day=15, actor=SYSTEM)

        (changed,) = desk.rows(Schedule)
        assert changed.next_at == datetime(2026, 11, 15, 8, tzinfo=UTC), "September went out on the fourth"

    def test_as_many_open_links_as_a_report_may_have_hold_up_no_mail(self, desk, schedule, elsewhere):
        """Nor do those in mails count among them."""
        desk.clock.advance(days=2)
        services.open_due(now=desk.clock.now)
        services.make_due(now=desk.clock.now)
        mine = next(row for row in desk.rows(Report) if row.schedule_id == schedule.pk)
        until = desk.clock.now + timedelta(days=9)
        with desk.scope():
            for _ in range(MOST_LINKS):
                services.share(report=mine, expires_at=until, actor=SYSTEM)

        services.send_due(now=desk.clock.now)

        to = ["ingrid@alder.example", "post@alder.example", "them@elsewhere.example"]
        assert sorted(letter.to[0] for letter in mail.outbox) == to
        with desk.scope():
            services.revoke(link=ReportLink.objects.filter(is_mailed=False).first(), actor=SYSTEM)
            services.share(report=mine, expires_at=until, actor=SYSTEM)
            with pytest.raises(ReportRefused):
                services.share(report=mine, expires_at=until, actor=SYSTEM)

    def test_a_mail_that_cannot_be_written_is_put_off_and_holds_up_no_other(self, desk, schedule, elsewhere):
        desk.clock.advance(days=2)
        services.open_due(now=desk.clock.now)
        services.make_due(now=desk.clock.now)
        with tenancy.across_tenants("a test breaks a report"):
            rows = Report.across_tenants.filter(schedule=schedule)
            whole = rows.values_list("data", flat=True).get()
            rows.update(data={})

        services.send_due(now=desk.clock.now)

        assert [letter.to for letter in mail.outbox] == [["them@elsewhere.example"]]
        waiting = desk.rows(ReportMail, report__schedule=schedule)
        assert {(row.state, row.tries, row.problem) for row in waiting} == {(MailState.WAITING, 1, "KeyError")}
        assert all(row.next_try_at > desk.clock.now for row in waiting)
        assert desk.rows(ReportLink, report__schedule=schedule) == []

        with tenancy.across_tenants("a test mends it"):
            rows.update(data=whole)
        desk.clock.advance(minutes=1)
        services.send_due(now=desk.clock.now)
        assert len(mail.outbox) == 3

    def test_a_schedule_that_cannot_be_begun_is_put_off_and_holds_up_no_other(
        self, desk, schedule, template, elsewhere
    ):
        with tenancy.across_tenants("a test breaks a template"):
            rows = ReportTemplate.across_tenants.filter(pk=template.pk)
            rows.update(plan={"sections": [{"kind": "of another version"}]})
        desk.clock.advance(days=2)

        assert services.open_due(now=desk.clock.now) == 1
        assert services.open_due(now=desk.clock.now) == 0

        assert [row.schedule_id for row in desk.rows(Report)] == [elsewhere.pk]
        (mine,) = desk.rows(Schedule, pk=schedule.pk)
        assert (mine.tries, mine.next_try_at) == (1, desk.clock.now + timedelta(minutes=1))
        with tenancy.across_tenants("a test mends it"):
            rows.update(plan=template.plan)
        desk.clock.advance(minutes=1)
        assert services.open_due(now=desk.clock.now) == 1
        assert desk.rows(Report, schedule=schedule)[0].due_at == datetime(2026, 10, 4, 7, tzinfo=UTC)
        (mine,) = desk.rows(Schedule, pk=schedule.pk)
        assert (mine.tries, mine.next_try_at) == (0, None)

    def test_addresses_are_looked_at(self, desk, template):
        for recipients in ([], ["no address"], [f"a{number}@b.example" for number in range(21)]):
            with desk.scope(), pytest.raises(Malformed):
                services.add_schedule(template=template, recipients=recipients, actor=SYSTEM)


@pytest.fixture
def owner_of_place(place):
    return factories.member(place.organization)


@pytest.mark.django_db
def test_who_asked_hears_of_a_failure(desk, owner_of_place, monkeypatch):
    other = factories.member(desk.workspace.organization)
    with desk.scope():
        actor = Actor.user(owner_of_place.user.pk)
        services.ask(
            workspace=desk.workspace, plan=short(), period=Period(date(2026, 9, 1), date(2026, 9, 7)), actor=actor
        )
    monkeypatch.setattr(drawing, "as_pdf", lambda *_: 1 / 0)
    for _ in range(3):
        services.make_due(now=desk.clock.now)
        desk.clock.advance(minutes=10)
    events.relay()

    assert [letter.to for letter in mail.outbox] == [[owner_of_place.user.email]]
    assert other.user.email not in str([letter.to for letter in mail.outbox])
    assert "could not be made" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_two_beats_begin_a_run_once(desk, schedule):
    """On PostgreSQL they run at the same time; on SQLite one after the other, as everybody there does."""
    desk.clock.advance(days=2)
    now, begun = desk.clock.now, []

    def beat():
        try:
            begun.append(services.open_due(now=now))
        finally:
            connection.close()

    if connection.vendor == "postgresql":
        beats = [threading.Thread(target=beat) for _ in range(4)]
        for one in beats:
            one.start()
        for one in beats:
            one.join(20)
    else:
        begun = [services.open_due(now=now) for _ in range(4)]

    assert sum(begun) == 1
    assert len(desk.rows(Report)) == 1
