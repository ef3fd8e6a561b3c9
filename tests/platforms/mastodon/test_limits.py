"""The numbers that each server of the fediverse sets itself."""

from __future__ import annotations

import dataclasses
import json

from apps.platforms.adapters.mastodon import MastodonAdapter, servers
from apps.platforms.formats import with_limits
from apps.platforms.validation import problems
from tests.platforms.drafts import draft, video

ROOMY = {
    "configuration": {
        "polls": {"max_options": 6, "max_characters_per_option": 100, "max_expiration": 2629746},
        "media_attachments": {"video_matrix_limit": 16_777_216, "video_frame_rate_limit": 30},
    }
}


def found(written, said):
    """What is wrong with a draft on a server that says this, after its numbers lay in a row."""
    limits = json.loads(json.dumps(servers.limits(said, "mastodon")))
    can = with_limits(MastodonAdapter.capabilities, limits)
    return [(one.field, one.code) for one in problems(written, can, label="Mastodon")]


def poll(choices):
    return draft("Which?", options={"format": "poll", "poll": "\n".join(choices)})


def test_limits_are_the_servers_own_and_nonsense_among_them_is_ignored():
    said = {
        "configuration": {
            "statuses": {"max_characters": 5000, "max_media_attachments": -3},
            "media_attachments": {
                "description_limit": True,
                "image_size_limit": 100,
                "supported_mime_types": ["image/png", "video/mp4", None],
            },
        }
    }
    types = ["image/png", "video/mp4"]
    assert servers.limits(said, "mastodon") == {"max_text": 5000, "max_image_bytes": 100, "media_types": types}
    assert servers.limits({"configuration": []}, "gotosocial") == {"counting": "fediverse"}
    assert servers.limits({}, "pixelfed")["min_media"] == 1


def test_a_poll_has_as_many_choices_as_its_server_takes():
    six, seven = [f"Choice {n}" for n in range(6)], [f"Choice {n}" for n in range(7)]
    assert found(poll(six), ROOMY) == []
    assert found(poll(seven), ROOMY) == [("options.poll", "line_count")]
    assert found(poll(six), {}) == [("options.poll", "line_count")]


def test_a_choice_is_as_long_as_its_server_takes():
    long = ["x" * 100, "y"]
    assert found(poll(long), ROOMY) == []
    assert found(poll(long), {}) == [("options.poll", "line_too_long")]


def test_a_server_that_takes_no_poll_of_two_is_not_believed():
    said = {"configuration": {"polls": {"max_options": 1, "max_characters_per_option": "many"}}}
    assert "options" not in servers.limits(said, "mastodon")


def test_a_video_is_measured_by_its_own_server():
    large, fast = video(width=4096, height=4096), video(frame_rate=60.0)
    assert found(draft("a", large), ROOMY) == []
    assert found(draft("a", large), {}) == [("media.0", "too_many_pixels")]
    assert found(draft("a", fast), ROOMY) == [("media.0", "frame_rate")]
    assert found(draft("a", fast), {}) == []


def test_other_options_of_the_platform_stay_as_they_are():
    own = with_limits(MastodonAdapter.capabilities, servers.limits(ROOMY, "mastodon"))
    (changed,) = [one for one in own.options if one not in MastodonAdapter.capabilities.options]
    (usual,) = [one for one in MastodonAdapter.capabilities.options if one.name == "poll"]
    assert changed == dataclasses.replace(usual, max_lines=6, max_length=100)
