"""How often a key may ask, counted in all windows at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError

from apps.api import limits
from apps.usage.models import Plan, validate_requests
from tests.support.programs_with_keys import program
from tests.usage.conftest import give_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def windows(settings):
    def use(*found):
        settings.API_RATE_WINDOWS = found

    return use


def test_one_too_many_waits_and_is_told_how_long(api, windows):
    windows((3, 60), (100, 600))
    answers = [api.get("/organization") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[0]["RateLimit-Policy"] == '"60s";q=3;w=60, "600s";q=100;w=600'
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    assert answers[3].json()["code"] == "rate_limited"


def test_every_window_counts(api, windows):
    windows((100, 1), (2, 600))

    assert [api.get("/organization").status_code for _ in range(3)] == [200, 200, 429]


def test_a_refused_request_is_not_counted(windows):
    windows((2, 60))
    readings = [limits.take("a") for _ in range(5)]

    assert [reading.wait > 0 for reading in readings] == [False, False, True, True, True]
    assert readings[4].wait <= readings[2].wait


def test_keys_do_not_count_for_each_other(api, organization, windows):
    windows((1, 60))

    assert api.get("/organization").status_code == 200
    assert program(organization).get("/organization").status_code == 200
    assert api.get("/organization").status_code == 429


def test_who_has_no_key_is_not_counted(client, windows):
    windows((1, 60))

    assert {client.get("/api/v1/organization").status_code for _ in range(3)} == {401}


def test_of_many_at_once_as_many_pass_as_fit(windows):
    windows((10, 60), (50, 600))
    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(lambda _: limits.take("a"), range(40)))

    assert sum(not reading.wait for reading in readings) == 10


def test_room_comes_back_with_time(valkey, windows):
    windows((2, 60))
    limits.take("a")
    (first,) = valkey.zrange("api:rate:a", 0, -1)
    limits.take("a")
    assert limits.take("a").wait
    valkey.zincrby("api:rate:a", -61_000, first)

    assert not limits.take("a").wait


def test_without_a_server_that_counts_reads_go_on_and_writes_wait(api, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert api.get("/organization").status_code == 200
    refused = api.post("/workspaces", {"name": "One"})
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (503, "unavailable", "5")


# --- between the keys of an organization ------------------------------------------------------------------------------


def asked(key: str, times: int) -> int:
    """How many of so many requests of a key of the organization "o" passed."""
    return sum(not limits.take(key, of="o").wait for _ in range(times))


def test_a_key_that_storms_takes_nothing_that_is_anothers(windows, settings):
    windows((12, 60), (12, 600))
    settings.API_RATE_ORGANIZATION = 1

    assert asked("storm", 100) == 12
    assert asked("quiet", 100) == 6  # its half of the whole, though the other has used all of it
    assert asked("third", 100) == 4
    assert asked("storm", 10) == 0


def test_what_others_leave_may_be_used(windows, settings):
    windows((10, 60), (100, 600))
    settings.API_RATE_ORGANIZATION = 2

    assert asked("quiet", 3) == 3
    assert asked("storm", 50) == 10
    assert asked("late", 50) == 7  # of 20 there were 7 left, and no more: a third of it is less
    assert asked("quiet", 50) == 3  # up to its third, 6 of them


def test_other_organizations_have_their_own(windows, settings):
    windows((5, 60), (50, 600))
    settings.API_RATE_ORGANIZATION = 1

    assert asked("storm", 50) == 5
    assert not any(limits.take("other", of="p").wait for _ in range(5))


def test_a_storm_does_not_keep_another_key_of_the_organization_out(api, organization, windows, settings):
    windows((20, 60), (200, 600))
    settings.API_RATE_ORGANIZATION = 1
    other = program(organization)
    storm = [api.get("/organization").status_code for _ in range(40)]

    assert (storm.count(200), storm.count(429)) == (20, 20)
    assert [other.get("/organization").status_code for _ in range(10)] == [200] * 10
    assert other.get("/organization").status_code == 429


def test_of_all_keys_at_once_as_many_pass_as_are_theirs(windows, settings):
    windows((30, 60), (300, 600))
    settings.API_RATE_ORGANIZATION = 1
    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(lambda number: limits.take(f"k{number % 3}", of="o"), range(120)))

    # All of it, and at the most what each may have as its share before the others had asked.
    assert 30 <= sum(not reading.wait for reading in readings) <= 30 + 15 + 10


def test_a_plan_says_how_often(api, organization):
    give_plan(organization, requests={"key": [2, 50, 500], "organization": [3, 50, 500]})
    limits.forget_plans()
    answers = [api.get("/organization") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"1s";q=2;w=1, "10s";q=50;w=10, "60s";q=500;w=60'


def test_what_is_told_of_the_pace_is_what_is_kept(api, organization):
    for requests in ({}, {"key": [20, 50, 500]}, {"key": [20, 50, 500], "organization": [30, 50, 500]}, {"key": [1]}):
        plan = give_plan(organization)
        Plan.objects.filter(pk=plan.pk).update(requests=requests)
        limits.forget_plans()
        answer = api.get("/limits")
        told = [f'"{one["seconds"]}s";q={one["requests"]};w={one["seconds"]}' for one in answer.json()["requests"]]

        assert ", ".join(told) == answer["RateLimit-Policy"], requests


def test_a_plan_is_asked_once_in_a_while(api, organization, django_assert_num_queries):
    api.get("/organization")
    with django_assert_num_queries(0):
        limits.windows_of(organization.pk)


@pytest.mark.parametrize("said", [[], {"key": [1, 2]}, {"key": [1, 2, 0]}, {"all": [1, 2, 3]}, {"key": "often"}])
def test_a_plan_that_says_it_wrongly_is_refused(said):
    with pytest.raises(ValidationError):
        validate_requests(said)
