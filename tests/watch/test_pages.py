"""What people see: the red bar, the pages of lateness, and the operator's page of health."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.test import Client

from apps.audit import services as audit
from apps.core import heartbeats
from apps.core.actors import SYSTEM
from apps.core.heartbeats import Heart
from apps.tenants.permissions import Role
from apps.watch import services
from apps.watch.wording import share, span
from tests.support import factories
from tests.watch import ledger

pytestmark = pytest.mark.django_db
S = timedelta(seconds=1)
PAUSED = "Publishing is paused"


@pytest.fixture
def browser(owner, workspace):
    return factories.signed_in(owner, at=workspace)


def page(client, address, **data):
    answer = client.get(address, data)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# --- the red bar ------------------------------------------------------------------------------------------------------


def test_while_everybody_lives_there_is_no_bar(browser, everybody):
    assert "notice bar" not in page(browser, "/on-time/")


def test_everybody_sees_since_when_publishing_is_paused_until_it_runs_again(
    organization, workspace, everybody, age, clock
):
    viewer = factories.signed_in(factories.member(organization, Role.VIEWER, workspaces=[workspace]), at=workspace)
    age(everybody, minutes=5)
    since = heartbeats.look().silences()[0].since
    local = f"{since.astimezone(ZoneInfo(workspace.timezone)):%H:%M}"

    shown = page(viewer, "/on-time/")
    assert f"{PAUSED} since" in shown
    assert local in shown
    assert "Nothing is lost" in shown
    assert PAUSED in viewer.get("/publishing-pause/", {"zone": "Europe/Berlin"}).content.decode()

    everybody.beat()
    heartbeats.look_again()

    assert PAUSED not in page(viewer, "/on-time/")
    assert viewer.get("/publishing-pause/").content.strip() == b""


def test_before_anybody_ran_the_bar_says_so(browser, valkey):
    heartbeats.look_again()

    assert "No worker has been heard of yet" in page(browser, "/on-time/")


def test_endpoints_that_are_told_nothing_are_not_called_a_pause_of_publishing(browser, everybody):
    everybody.stop()
    Heart("worker", ["beat", "commit", "stage", "low", "media"]).beat()
    heartbeats.look_again()

    shown = page(browser, "/on-time/")

    assert "Webhooks are not being sent since" in shown
    assert PAUSED not in shown


def test_a_lane_of_files_that_is_silent_is_not_called_a_pause_of_publishing(browser, everybody):
    everybody.stop()
    Heart("worker", ["beat", "commit", "stage", "low"]).beat()
    heartbeats.look_again()

    shown = page(browser, "/on-time/")

    assert "Pictures and videos are not being prepared since" in shown
    assert PAUSED not in shown


def test_without_beat_posts_go_out_and_the_rest_is_called_paused(browser, everybody):
    everybody.stop()
    Heart("worker", ["commit", "stage", "low", "media"]).beat()
    heartbeats.look_again()

    shown = page(browser, "/on-time/")

    assert "Work in the background is paused since" in shown
    assert PAUSED not in shown


def test_a_queue_that_is_away_is_said_and_pages_still_open_quickly(browser, no_queue):
    began = time.monotonic()
    shown = page(browser, "/on-time/")

    assert time.monotonic() - began < 10
    assert "Publishing is slowed down since" in shown
    assert "queue does not answer" in shown


def test_the_bar_costs_no_query(browser, everybody, django_assert_num_queries):
    page(browser, "/on-time/")
    with django_assert_num_queries(0):
        Client().get("/publishing-pause/", {"zone": "Europe/Berlin"})


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Nowhere/Atall", "\0", "x" * 5000])
def test_a_zone_that_is_none_is_refused(zone, everybody):
    assert Client().get("/publishing-pause/", {"zone": zone}).status_code == 400


def test_a_monitor_hears_of_a_pause(everybody, age):
    monitor = Client()
    assert monitor.get("/healthz/workers").content == b"ok"

    age(everybody, minutes=5)

    answer = monitor.get("/healthz/workers")
    assert answer.status_code == 503
    assert answer.content.startswith(b"silent: beat since 20")
    assert monitor.get("/healthz").status_code == 200


def test_a_monitor_hears_that_the_queue_is_away(no_queue):
    answer = Client().get("/healthz/workers")

    assert (answer.status_code, answer.content) == (503, b"no answer: queue")


# --- on time ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(workspace, other_workspace, clock):
    """Two clients: one to the second, one a minute and a half late."""
    clock.set(datetime(2026, 3, 12, 15, tzinfo=UTC))
    for days in range(3):
        due_at = clock.now - timedelta(days=days, hours=2)
        ledger.departed(workspace, due_at=due_at, late=0.4 * S)
        ledger.departed(other_workspace, due_at=due_at, late=90 * S)
    services.record(now=clock.now)


def test_a_workspace_sees_its_own_lateness_and_nobody_elses(organization, workspace, recorded, everybody):
    viewer = factories.member(organization, Role.VIEWER, workspaces=[workspace])
    shown = page(factories.signed_in(viewer, at=workspace), "/on-time/")

    assert "of 3 posts" in shown
    assert "0.4 s" in shown
    assert "Delta Outdoor" not in shown
    assert "On 3 of 3 days with posts 99 of 100 left within a second of their hour." in shown


def test_the_organization_sees_all_of_its_workspaces(browser, recorded, everybody):
    shown = page(browser, "/settings/on-time/")

    assert "of 6 posts" in shown
    assert "Café Luna" in shown
    assert "Delta Outdoor" in shown
    assert "2 min" in shown


def test_a_span_of_days_can_be_chosen(browser, recorded, everybody, clock):
    clock.advance(days=20)

    assert "Nothing was due yet" in page(browser, "/on-time/", days="7")
    assert "of 3 posts" in page(browser, "/on-time/", days="30")
    assert "of 3 posts" in page(browser, "/on-time/", days="nonsense")


def test_what_was_sent_at_once_is_named_beside_the_figures(browser, agency, clock, everybody):
    row = ledger.departed(agency.workspace, due_at=clock.now - S, late=S)
    with agency.scope():
        audit.record("publication.resumed", subject=row, actor=SYSTEM)
    services.record(now=clock.now + timedelta(minutes=1))

    assert "Not counted: 1 post that a person sent at once" in page(browser, "/on-time/")


def test_pages_cost_the_same_with_more_days_and_more_clients(
    browser, organization, recorded, everybody, clock, queries
):
    addresses = ("/on-time/", "/settings/on-time/")
    with queries() as few:
        for address in addresses:
            page(browser, address, days="90")
    for number in range(5):
        place = factories.workspace(organization, name=f"Client {number}")
        for days in range(10):
            ledger.departed(place, due_at=clock.now - timedelta(days=days), late=S)
    services.record(now=clock.now, since=clock.now - timedelta(days=12))
    with queries() as many:
        for address in addresses:
            page(browser, address, days="90")

    assert "Client 4" in page(browser, "/settings/on-time/")
    assert len(many) == len(few)


# --- for the operator -------------------------------------------------------------------------------------------------


@pytest.fixture
def operator(db):
    return factories.signed_in(factories.user("operator@example.org", is_superuser=True, is_staff=True))


def test_the_operator_sees_that_everything_is_well(operator, everybody, clock):
    services.look(now=clock.now)

    shown = page(operator, "/operator/watch/breach/")

    assert "Everything is as it must be." in shown
    assert "prepares pictures and videos" in shown


def test_the_operator_sees_what_is_broken_and_what_is_silent(operator, workspace, everybody, age, clock):
    ledger.publication(workspace, due_at=clock.now - timedelta(minutes=5))
    services.look(now=clock.now)
    age(everybody, minutes=5)

    shown = page(operator, "/operator/watch/breach/")

    assert "Something is not as it must be" in shown
    assert "<strong>silent</strong>" in shown
    assert "<strong>1</strong>" in shown


def test_a_watchdog_that_does_not_look_is_missed(operator, everybody, clock):
    services.look(now=clock.now)
    clock.advance(minutes=3)

    assert "nobody watches" in page(operator, "/operator/watch/breach/")


def test_two_beats_are_named_as_harmless(operator, everybody, clock):
    Heart("beat", ["beat"]).beat()
    heartbeats.look_again()

    assert "more than one: harmless" in page(operator, "/operator/watch/breach/")


def test_the_command_says_the_same_as_json_and_by_its_exit_code(everybody, clock, capsys):
    services.look(now=clock.now)
    call_command("health")
    well = json.loads(capsys.readouterr().out)
    assert well["is_well"] is True
    assert well["rate_governor"]["is_well"] is True
    assert well["lanes"]["beat"]["living"] == 1

    everybody.stop()
    heartbeats.look_again()
    with pytest.raises(SystemExit) as ended:
        call_command("health")

    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["lanes"]["media"]["is_silent"] is True


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lateness", "words"),
    [(0, "0 s"), (340, "0.3 s"), (9_940, "9.9 s"), (9_960, "10 s"), (59_400, "59 s"), (59_600, "1 min"),
     (3_599_000, "1 h"), (3_660_000, "1 h 1 min"), (7_200_000, "2 h")],
)  # fmt: skip
def test_spans_in_words(lateness, words):
    assert span(lateness) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, "-"), (0, 5, "0 %"), (5, 5, "100 %"), (9_999, 10_000, "99.9 %"), (1, 10_000, "0.1 %"), (1, 2, "50 %")],
)
def test_shares_never_claim_more_than_is_so(part, whole, words):
    assert share(part, whole) == words
