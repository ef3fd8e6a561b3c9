"""`manage.py bench`: its options, the arithmetic of its figures, and the rows that it plants. What it measures is no
test's business."""

from __future__ import annotations

import inspect
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from pytest_django import Settings

from apps.core import clock as house_clock
from apps.core import tenancy
from apps.core.management.commands.bench import MEASUREMENTS
from apps.publishing.engine import rounds
from apps.publishing.models import Publication
from apps.social_accounts import adapters
from tests.benchmarks.harness import figures, planting, stub
from tests.benchmarks.harness.fleet import Fleet, Process
from tests.benchmarks.harness.planting import Planted
from tests.benchmarks.harness.sampling import Sampler
from tests.benchmarks.harness.stand import SHOWN
from tests.benchmarks.harness.stub import Accepted
from tests.support.waiting import wait_until


@pytest.mark.parametrize("name", sorted(MEASUREMENTS))
def test_the_options_of_a_measurement_are_what_it_takes(name):
    options = MEASUREMENTS[name].options
    names = {how.get("dest", flag.lstrip("-")) for flag, how in options.items()}
    taken = inspect.signature(import_module(f"tests.benchmarks.{name}").run).parameters

    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken.values()):
        assert {*SHOWN, "most_seconds", "profile"} <= names
    else:
        assert names <= set(taken)


# --- figures ----------------------------------------------------------------------------------------------------------


def planted(*places: tuple[int, int]) -> list[Planted]:
    """One publication for each (organization, workspace)."""
    return [
        Planted(uuid4(), agency, client, f"a{client}", f"Post {number}")
        for number, (agency, client) in enumerate(places)
    ]


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 99, None), ([3.0], 50, 3.0), ([1.0, 2.0, 3.0, 4.0], 50, 2.0), (list(range(1, 201)), 99, 198)],
)
def test_a_percentile_is_one_of_the_values(values, share, expected):
    assert figures.percentile(values, share) == expected


def test_what_is_accepted_twice_counts_when_it_was_first():
    accepted = [Accepted("ada", "One", 5.0), Accepted("ada", "Two", 6.0), Accepted("ada", "One", 7.0)]

    assert figures.first_times(accepted) == {("ada", "One"): 5.0, ("ada", "Two"): 6.0}


def test_the_worst_client_is_held_against_the_mean_of_all():
    rows = planted((0, 0), (0, 0), (0, 1))
    waits = {rows[0].name: 1.0, rows[1].name: 1.0, rows[2].name: 4.0}

    assert figures.worst_wait_ratio(rows, waits) == 2.0


def test_in_fair_order_agencies_take_turns_and_in_each_its_clients():
    rows = planted((0, 0), (0, 0), (0, 0), (0, 1), (1, 2))

    assert [rows.index(one) for one in figures.in_fair_order(rows)] == [0, 4, 3, 1, 2]


def test_who_serves_the_big_client_first_is_found_out():
    rows = planted(*[(0, 0)] * 9, (1, 1))
    fair = {one.name: float(place) for place, one in enumerate(figures.in_fair_order(rows), 1)}
    as_planned = {one.name: float(place) for place, one in enumerate(rows, 1)}

    assert figures.worst_over_fair_share(rows, fair, seconds=10.0) == pytest.approx(1.0)
    assert figures.worst_over_fair_share(rows, as_planned, seconds=10.0) == pytest.approx(5.0)


def test_a_thread_that_waits_for_a_lock_is_not_at_work():
    sampler = Sampler()
    code = compile("def wait(): return __import__('sys')._getframe()", "/usr/lib/python3/threading.py", "exec")
    place: dict[str, object] = {}
    exec(code, place)
    sampler._note(place["wait"]())  # type: ignore[operator]
    sampler._note(inspect.currentframe())

    assert dict(sampler.waits) == {"work or a lock": 1}
    assert sampler.itself.total() == 1


# --- planting ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def lines_closed(settings: Settings) -> Iterator[None]:
    """The clients that adapters share keep lines to a server that is gone after the test."""
    yield
    adapters.close_lines()


@pytest.mark.usefixtures("db", "lines_closed")
@pytest.mark.parametrize("platform", ["mastodon", "threads"])
def test_what_is_planted_goes_out_once_and_is_counted(settings, clock, platform):
    with stub.running(latency_ms=0) as (url, _):
        settings.OUTBOUND_TRUSTED_ORIGINS = (url,)
        settings.PLATFORM_ENDPOINTS = {"threads": {"graph": url}}
        places = planting.accounts(4, workspaces=3, platform=platform, origin=url)
        rows = planting.publications(8, on=places, due_at=house_clock.now() + timedelta(hours=8))
        planting.make_due(rows[:6], at=house_clock.now())
        for _ in range(4):
            rounds.publish_inline()
            clock.advance(seconds=5)  # a container is let to settle

        told = stub.Stub(url)
        compared, counts = told.compared([one.name for one in rows]), told.counts()
        told.close()
    assert (counts["accepted"], counts["repeated"]) == (6, 0)
    assert {tuple(name) for name in compared["missing"]} == {one.name for one in rows[6:]}
    with tenancy.across_tenants("a test counts"):
        assert Publication.across_tenants.filter(state="published").count() == 6


def test_a_big_client_has_its_share_of_the_accounts(db):
    places = planting.accounts(8, workspaces=3, platform="mastodon", origin="http://127.0.0.1:1", big_share=0.5)

    assert [place.workspace for place in places] == [0, 0, 0, 0, 1, 2, 1, 2]


def test_the_figures_of_a_passage_count_its_last_answer():
    from tests.benchmarks.harness.course import Passage

    passage = Passage(waits={("ada", str(n)): float(n) for n in range(1, 11)}, latency=0.5, told={})

    assert passage.pace(bare=2.0, prepared=9.5) == {
        "prepare_seconds": 9.5, "per_second_with_preparing": 0.5, "seconds": 10.5, "per_second": 1.0,
        "bare_per_second": 2.0, "ratio": 0.476, "earliest_s": 1.0,
    }  # fmt: skip


def test_a_fleet_is_what_production_runs_without_what_publishing_does_not_need(tmp_path):
    processes = Fleet(workers=2, folder=tmp_path).processes
    names = [process.name for process in processes]

    assert names.count("worker") == 2
    assert names.count("beat") == 1
    assert not {"web", "media", "sandbox", "queue"} & set(names)
    addresses = [process.command[-1] for process in processes if "worker" in process.command]
    assert len(set(addresses)) == len(addresses)


def test_a_killed_worker_starts_anew_and_what_it_used_is_not_forgotten(tmp_path):
    program = Process("worker", [sys.executable, "-c", "print('up', flush=True); import time; time.sleep(600)"],
                      tmp_path / "log")  # fmt: skip
    program.start()
    wait_until(lambda: "up" in program.log.read_text())
    first = program.running
    program.kill()
    program.start()
    second = program.running
    program.kill()

    assert first is not None
    assert second is not None
    assert first.pid != second.pid
    assert first.returncode == -signal.SIGKILL
    assert program.kills == 2
    assert program.peak_mib > 1
