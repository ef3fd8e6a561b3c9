"""The night and the ladder against simulated platforms: what was told, what is missing, and why."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from apps.analytics import services
from apps.analytics.ladder import LADDER
from apps.analytics.models import AccountSnapshot, Reading
from apps.analytics.services import reading as reading_module
from apps.analytics.services import rounds
from apps.analytics.states import Missing, RunState
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.platforms.adapters.facebook import FacebookAdapter
from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.insights import Metric, Metrics
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from tests.support import factories

pytestmark = pytest.mark.django_db


def toot(client, text: str) -> str:
    """A post written at the platform; its id there."""
    with httpx.Client(base_url=client.sandbox.origin("mastodon"), trust_env=False, verify=False) as http:
        headers = {"Authorization": f"Bearer {client.tokens['mastodon']}"}
        return http.post("/api/v1/statuses", data={"status": text}, headers=headers).json()["id"]


# --- nights -----------------------------------------------------------------------------------------------------------


def test_a_night_reads_every_account_once_and_says_so(client_of_ours):
    account = client_of_ours.account()

    assert client_of_ours.night() == 1

    (row,) = client_of_ours.days(account)
    yesterday = (client_of_ours.clock.now - timedelta(days=1)).date()
    assert (row.day, row.missing, row.revision) == (yesterday, "", 1)
    assert row.followers > 0
    assert row.raw["followers_count"] == row.followers
    assert (row.views, row.reach) == (None, None), "Mastodon tells no views, and that is not nought"
    (run,) = client_of_ours.runs()
    assert (run.state, run.asked, run.got, run.missing) == (RunState.ENDED, 1, 1, [])
    there = run.complete_until.astimezone(ZoneInfo("Europe/Berlin"))
    assert (there.date(), there.hour) == (yesterday + timedelta(days=1), 0)
    with tenancy.across_tenants("a test looks"):
        (event,) = Event.across_tenants.filter(name="snapshot.completed")
    assert (event.payload["asked"], event.payload["got"]) == (1, 1)


def test_the_night_begins_at_two_on_the_wall_clock_of_the_workspace(client_of_ours):
    account = client_of_ours.account()
    client_of_ours.night()
    midnight = client_of_ours.clock.now.replace(hour=0) + timedelta(days=1)  # UTC; Berlin is an hour or two ahead
    local_two = {timedelta(hours=1): 1, timedelta(hours=2): 0}

    hour = local_two[midnight.astimezone(ZoneInfo("Europe/Berlin")).utcoffset()]
    client_of_ours.clock.set(midnight.replace(hour=hour) - timedelta(seconds=1))
    assert client_of_ours.night() == 0

    client_of_ours.clock.advance(seconds=1)
    assert client_of_ours.night() == 1
    assert len(client_of_ours.days(account)) == 2


def test_a_second_beat_opens_nothing_and_reads_nothing_twice(client_of_ours):
    account = client_of_ours.account()
    client_of_ours.night()
    asked = client_of_ours.sandbox.stats()["requests"]

    assert client_of_ours.night() == 0
    assert client_of_ours.sandbox.stats()["requests"] == asked
    assert len(client_of_ours.days(account)) == 1


def test_a_night_that_is_killed_goes_on_where_it_was_without_double_rows(client_of_ours, monkeypatch):
    first, second = client_of_ours.account(), client_of_ours.account(handle="lunabakery")
    services.open_nights(now=client_of_ours.clock.now)
    keep, kept = reading_module._settle, []

    def dies(job, answer):
        """The platform has answered, and the worker dies before anything is stored."""
        kept.append(job)
        raise KeyboardInterrupt

    monkeypatch.setattr(reading_module, "_settle", dies)
    with pytest.raises(KeyboardInterrupt):
        services.read_due()
    monkeypatch.setattr(reading_module, "_settle", keep)
    assert client_of_ours.days(first) + client_of_ours.days(second) == []

    assert services.read_due() == 1, "the one that is leased waits"
    client_of_ours.clock.advance(minutes=6)
    assert services.read_due() == 1

    assert [len(client_of_ours.days(one)) for one in (first, second)] == [1, 1]
    (run,) = client_of_ours.runs()
    assert (run.state, run.got) == (RunState.ENDED, 2)


def test_a_worker_whose_claim_ran_out_writes_nothing(client_of_ours, monkeypatch):
    account = client_of_ours.account()
    services.open_nights(now=client_of_ours.clock.now)
    ((stale,),) = rounds._Line().claim(1)
    client_of_ours.clock.advance(minutes=6)
    services.read_due()

    monkeypatch.setattr(MastodonAdapter, "account_metrics", lambda *_, **__: Metrics({Metric.FOLLOWERS: 1}))
    reading_module.read([stale])

    (row,) = client_of_ours.days(account)
    assert row.followers != 1


def test_of_an_account_that_is_signed_out_the_day_is_a_row_that_says_so(client_of_ours):
    account = client_of_ours.account()
    with tenancy.across_tenants("a test signs it out"):
        SocialAccount.across_tenants.filter(pk=account.pk).update(state=AccountState.NEEDS_REAUTH)

    client_of_ours.night()

    (row,) = client_of_ours.days(account)
    assert (row.missing, row.followers) == (Missing.SIGNED_OUT, None)
    (run,) = client_of_ours.runs()
    assert (run.asked, run.got) == (1, 0)
    assert run.missing == [{"account": str(account.pk), "why": "signed_out"}]
    assert run.complete_until is None


def test_what_cannot_be_reached_is_tried_again_and_given_up_before_the_next_night(client_of_ours):
    account = client_of_ours.account()
    client_of_ours.sandbox.fault("error_before", platform="mastodon", times=None)
    client_of_ours.night()

    reading = client_of_ours.reading(account)
    assert (client_of_ours.days(account), reading.tries, reading.problem) == ([], 1, Missing.UNREACHABLE)
    assert reading.next_try_at > client_of_ours.clock.now
    (run,) = client_of_ours.runs()
    assert run.state == RunState.OPEN

    client_of_ours.clock.advance(hours=21)
    services.read_due()
    assert [row.missing for row in client_of_ours.days(account)] == [Missing.UNREACHABLE]
    (run,) = client_of_ours.runs()
    assert (run.state, run.got) == (RunState.ENDED, 0)


def test_a_night_without_one_of_its_accounts_is_not_complete_whoever_else_was_read(client_of_ours):
    account = client_of_ours.account()
    late = client_of_ours.account(handle="lunabakery")
    with tenancy.across_tenants("a test connects an account today"):
        SocialAccount.across_tenants.filter(pk=late.pk).update(created_at=client_of_ours.clock.now)
    with tenancy.scope(organization_id=account.organization_id):
        services.refresh(workspace=client_of_ours.workspace, accounts=[late], publications=[], actor=SYSTEM)
    services.read_due()
    assert [row.missing for row in client_of_ours.days(late)] == [""], "somebody wanted to see it at once"
    client_of_ours.sandbox.fault("error_before", platform="mastodon", times=None)

    client_of_ours.night()
    client_of_ours.clock.advance(hours=21)
    services.read_due()

    (run,) = client_of_ours.runs()
    assert (run.state, run.asked, run.got) == (RunState.ENDED, 1, 0)
    assert [one["account"] for one in run.missing] == [str(account.pk)]
    assert run.complete_until is None


def test_a_night_that_nobody_finished_ends_with_the_next(client_of_ours):
    account = client_of_ours.account()
    services.open_nights(now=client_of_ours.clock.now)
    client_of_ours.advance(days=1)

    client_of_ours.night()

    assert [row.missing for row in client_of_ours.days(account)] == [Missing.TOO_LATE, ""]
    assert [run.state for run in client_of_ours.runs()] == [RunState.ENDED, RunState.ENDED]


def test_nights_without_beat_are_rows_that_say_so_and_no_noughts(client_of_ours):
    account = client_of_ours.account()
    client_of_ours.night()
    client_of_ours.advance(days=3)
    client_of_ours.night()

    rows = client_of_ours.days(account)
    assert [(row.missing, row.followers is None) for row in rows] == [
        ("", False), (Missing.TOO_LATE, True), (Missing.TOO_LATE, True), ("", False)
    ]  # fmt: skip
    assert [row.day - rows[0].day for row in rows] == [timedelta(days=step) for step in range(4)]


def test_a_night_without_beat_is_read_later_where_the_platform_still_tells_of_the_day(client_of_ours, monkeypatch):
    account = client_of_ours.account("facebook", "harbourcoffee", kind="page")
    monkeypatch.setattr(FacebookAdapter, "account_metrics", lambda *_, **__: Metrics({Metric.VIEWS: 10}))
    client_of_ours.night()
    client_of_ours.advance(days=2)
    client_of_ours.night()

    skipped = client_of_ours.runs()[0].day + timedelta(days=1)
    rows = [(row.revision, row.missing, row.views) for row in client_of_ours.days(account) if row.day == skipped]
    assert rows == [(1, Missing.TOO_LATE, None), (2, "", 10)]


def test_a_silence_of_years_is_a_gap(client_of_ours):
    account = client_of_ours.account()
    client_of_ours.night()
    client_of_ours.advance(days=300)
    client_of_ours.night()

    assert len(client_of_ours.days(account)) == 1 + 90 + 1


def test_what_a_platform_corrects_is_another_row_and_followers_stay_those_of_the_night(client_of_ours, monkeypatch):
    account = client_of_ours.account("facebook", "harbourcoffee", kind="page")
    told = {Metric.VIEWS: 10, Metric.FOLLOWERS: 100}
    monkeypatch.setattr(FacebookAdapter, "account_metrics", lambda *_, **__: Metrics(dict(told)))
    client_of_ours.night()
    (run,) = client_of_ours.runs()
    client_of_ours.advance(days=1)
    client_of_ours.night()
    told |= {Metric.VIEWS: 14, Metric.FOLLOWERS: 130}
    client_of_ours.advance(days=1)
    client_of_ours.night()

    rows = client_of_ours.days(account)
    first = [(row.revision, row.views, row.followers) for row in rows if row.day == run.day]
    assert first == [(1, 10, 100), (2, 14, 100)]
    assert [row.views for row in rows if row.day == rows[-1].day] == [14]


def test_an_account_that_came_today_has_no_yesterday(client_of_ours):
    account = client_of_ours.account()
    with tenancy.across_tenants("a test makes it new"):
        SocialAccount.across_tenants.filter(pk=account.pk).update(created_at=client_of_ours.clock.now)

    client_of_ours.night()

    assert client_of_ours.days(account) == []
    (run,) = client_of_ours.runs()
    assert (run.asked, run.state) == (0, RunState.ENDED)


# --- the ladder -------------------------------------------------------------------------------------------------------


def test_a_post_is_read_at_each_rung_and_then_no_more(client_of_ours):
    account = client_of_ours.account()
    publication = client_of_ours.published(account, "Good morning", remote_id=toot(client_of_ours, "Good morning"))
    at = client_of_ours.clock.now

    for rung in LADDER:
        client_of_ours.advance(seconds=(at + rung.after - client_of_ours.clock.now).total_seconds() - 1)
        services.read_due()
        assert rung.name not in [row.key for row in client_of_ours.rungs(publication)]
        client_of_ours.advance(seconds=1)
        services.read_due()

    rows = client_of_ours.rungs(publication)
    assert [row.key for row in rows] == [rung.name for rung in LADDER]
    likes = [row.likes for row in rows]
    assert likes == sorted(likes)
    assert likes[-1] > 0
    assert all(row.views is None for row in rows)
    reading = client_of_ours.reading(publication)
    assert (reading.step, reading.next_try_at, reading.latest_id) == ("", None, rows[-1].pk)
    client_of_ours.advance(days=200)
    assert services.read_due() == 0


def test_a_rung_that_was_not_read_in_its_time_is_missing_and_the_next_is_read(client_of_ours):
    account = client_of_ours.account()
    publication = client_of_ours.published(account, "Late", remote_id=toot(client_of_ours, "Late"))

    client_of_ours.advance(hours=9)
    services.read_due()

    assert [(row.key, row.missing) for row in client_of_ours.rungs(publication)] == [("1h", "too_late"), ("6h", "")]


def test_a_post_that_is_gone_leaves_the_ladder(client_of_ours):
    account = client_of_ours.account()
    publication = client_of_ours.published(account, "Gone", remote_id="123456789012345678")

    client_of_ours.advance(hours=1)
    services.read_due()

    (row,) = client_of_ours.rungs(publication)
    assert (row.missing, row.likes) == (Missing.GONE, None)
    assert client_of_ours.reading(publication).next_try_at is None


def test_the_night_takes_up_posts_that_nobody_told_of(client_of_ours):
    account = client_of_ours.account()
    publication = client_of_ours.published(account, "Told of", remote_id=toot(client_of_ours, "Told of"))
    with tenancy.across_tenants("a test forgets it"):
        Reading.across_tenants.all().delete()

    client_of_ours.night()

    assert client_of_ours.reading(publication).step == "1h"


def test_clients_take_turns(client_of_ours, other_workspace):
    mine = [client_of_ours.account(handle=handle) for handle in ("harbourcoffee", "lunabakery", "deltaoutdoor")]
    theirs = factories.account(other_workspace, "mastodon")
    due = client_of_ours.clock.now
    with tenancy.across_tenants("a test plans"):
        for number, account in enumerate([*mine, theirs]):
            Reading.across_tenants.create(
                organization_id=account.organization_id, workspace_id=account.workspace_id, account=account,
                next_try_at=due - timedelta(minutes=10 - number),
            )  # fmt: skip

    (first,), (second,) = rounds._Line().claim(2)

    assert {first.workspace_id, second.workspace_id} == {mine[0].workspace_id, other_workspace.pk}


def test_a_row_is_never_changed_once_it_is_written(client_of_ours):
    account = client_of_ours.account()
    client_of_ours.night()
    (before,) = client_of_ours.days(account)
    client_of_ours.advance(days=1)
    client_of_ours.night()

    after = client_of_ours.days(account)[0]
    names = [field.attname for field in AccountSnapshot._meta.concrete_fields]
    assert [getattr(after, name) for name in names] == [getattr(before, name) for name in names]
