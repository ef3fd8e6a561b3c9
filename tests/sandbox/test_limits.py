"""What the sandbox tells of its limits: how much each has counted, and how often it has said no."""

from __future__ import annotations

from tests.sandbox.tiktok_client import TikTok, upload_of
from tests.sandbox.x_client import X
from tests.sandbox.youtube_client import YouTube
from tests.support.sandbox import Sandbox


def told(sandbox: Sandbox, name: str) -> tuple[int, int, int, int]:
    """Of the only limit whose name begins so: allowed, counted, fullest, refused."""
    (line,) = (line for limit, line in sandbox.limits().items() if limit.startswith(name))
    return line["allowed"], line["counted"], line["fullest"], line["refused"]


def test_a_window_that_begins_with_its_first_request(sandbox):
    sandbox.set("x", me_limit=2)
    with X(sandbox, "harbourcoffee") as x:
        for _ in range(3):
            x.get("/2/users/me")
        assert told(sandbox, "x me") == (2, 2, 2, 1)

        sandbox.advance(minutes=15)
        x.get("/2/users/me")

    assert told(sandbox, "x me") == (2, 3, 2, 1)


def test_a_minute_that_moves(sandbox):
    sandbox.set("tiktok", video_list_per_minute=2)
    with TikTok(sandbox, "harbourcoffee") as tiktok:
        tiktok.videos()
        sandbox.advance(seconds=40)
        statuses = [tiktok.videos().status_code for _ in range(2)]
        assert (statuses, told(sandbox, "tiktok video_list")) == ([200, 429], (2, 2, 2, 1))

        sandbox.advance(seconds=25)
        statuses = [tiktok.videos().status_code for _ in range(2)]

    assert (statuses, told(sandbox, "tiktok video_list")) == ([200, 429], (2, 3, 2, 2))


def test_a_creators_day_on_tiktok(sandbox):
    sandbox.set("tiktok", daily_posts=1)
    with TikTok(sandbox, "harbourcoffee") as tiktok:
        tiktok.init(upload_of(1000))
        assert told(sandbox, "tiktok daily_posts") == (1, 1, 1, 0)

        tiktok.creator_info()  # To ask is no post.
        tiktok.init(upload_of(1000))

    assert told(sandbox, "tiktok daily_posts") == (1, 1, 1, 1)


def test_units_of_a_day_on_youtube(sandbox):
    sandbox.set("youtube", daily_units=51)
    with YouTube(sandbox, "harbourcoffee") as youtube:
        youtube.channel()
        youtube.comment("no-such-video")
        assert told(sandbox, "youtube units") == (51, 51, 51, 0)

        youtube.channel()

    assert told(sandbox, "youtube units") == (51, 51, 51, 1)


def test_a_reset_forgets_them(sandbox):
    with X(sandbox, "harbourcoffee") as x:
        x.get("/2/users/me")

    sandbox.reset()

    assert sandbox.limits() == {}
