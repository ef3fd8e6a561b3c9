"""How often a key may ask, counted in all windows at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.api import limits
from tests.support.programs_with_keys import program

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
