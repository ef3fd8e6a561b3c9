"""Files that a server takes its time with."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.errors import Disconnected, NotSent, Rejected, StagedLost, Throttled
from tests.platforms.drafts import draft, picture
from tests.platforms.mastodon.servers import account_at


def test_a_picture_in_the_works_is_asked_for_with_growing_pauses(adapter, scripted, clock):
    server = scripted(
        {
            "POST /api/v2/media": [(202, {"id": "m1", "url": None})],
            "GET /api/v1/media/m1": [(206, {"id": "m1"})] * 3 + [(200, {"id": "m1", "url": "https://files"})],
        }
    )
    written, staged, pauses = draft("a", picture()), None, []
    while staged is None or not staged.ready:
        staged = adapter.stage(written, account_at(server), key="k", before=staged)
        pauses.append(staged.again_in.total_seconds())
        staged = replace(staged, data=json.loads(json.dumps(dict(staged.data))))
    assert pauses == [1, 2, 4, 8, 0]
    assert sum(method == "POST" for method, _ in server.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(422, Rejected), (404, StagedLost), (500, NotSent), (429, Throttled), (401, Disconnected)]
)
def test_processing_that_fails_says_what_to_do(adapter, scripted, status, error):
    server = scripted(
        {"POST /api/v2/media": [(202, {"id": "m1"})], "GET /api/v1/media/m1": [(status, {"error": "File is invalid"})]}
    )
    arrived = adapter.stage(draft("a", picture()), account_at(server), key="k", before=None)
    assert not arrived.ready
    with pytest.raises(error):
        adapter.stage(draft("a", picture()), account_at(server), key="k", before=arrived)
    assert sum(method == "POST" for method, _ in server.requests) == 1


def test_processing_without_end_is_given_up(adapter, scripted, clock):
    server = scripted({"POST /api/v2/media": [(202, {"id": "m1"})], "GET /api/v1/media/m1": [(206, {})]})
    before = adapter.stage(draft("a", picture()), account_at(server), key="k", before=None)
    clock.advance(minutes=11)
    with pytest.raises(NotSent, match="ten minutes"):
        adapter.stage(draft("a", picture()), account_at(server), key="k", before=before)


def test_uploads_that_arrived_before_a_pause_are_kept(adapter, scripted, clock):
    reset = (clock() + timedelta(minutes=7)).isoformat()
    refused = (429, {"error": "Too many requests"}, {"x-ratelimit-reset": reset})
    server = scripted({"POST /api/v2/media": [(200, {"id": "m1"}), refused, (200, {"id": "m2"})]})
    written = draft("Two", picture("a"), picture("b"))

    paused = adapter.stage(written, account_at(server), key="k", before=None)
    assert (paused.ready, paused.again_in) == (False, timedelta(minutes=7))

    done = adapter.stage(written, account_at(server), key="k", before=paused)
    assert (done.ready, [entry["id"] for entry in done.data["media"]]) == (True, ["m1", "m2"])
