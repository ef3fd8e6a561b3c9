"""Mastodon: the limits of polls, texts and media are those that its configuration tells."""

from __future__ import annotations

from typing import Any

from tests.sandbox.clients import Mastodon
from tests.sandbox.gallery import picture

USUAL = {"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2_629_746}


def refused(mastodon: Mastodon, options: list[str], seconds: int = 3600) -> str:
    answer = mastodon.post("Tea?", poll={"options": options, "expires_in": seconds})
    return str(answer.json().get("error", ""))


def configuration(mastodon: Mastodon) -> dict[str, Any]:
    told: dict[str, Any] = mastodon.get("/api/v2/instance").json()["configuration"]
    assert mastodon.get("/api/v1/instance").json()["configuration"]["polls"] == told["polls"]
    return told


def test_the_usual_limits_of_a_poll_are_told_and_held(mastodon):
    assert configuration(mastodon)["polls"] == USUAL
    assert refused(mastodon, ["a", "b", "c", "x" * 50]) == ""
    assert "more than 4 items" in refused(mastodon, ["a", "b", "c", "d", "e"])
    assert "longer than 50 characters" in refused(mastodon, ["a", "x" * 51])
    assert "too soon" in refused(mastodon, ["a", "b"], 299)
    assert "too far" in refused(mastodon, ["a", "b"], 2_629_747)


def test_another_server_has_other_limits(mastodon):
    others = {"poll_options": 6, "poll_option_characters": 5, "poll_shortest": 60, "poll_longest": 600}
    mastodon.sandbox.set("mastodon", **others)
    assert list(configuration(mastodon)["polls"].values()) == list(others.values())
    assert refused(mastodon, ["a", "b", "c", "d", "e", "fffff"], 60) == ""
    assert "more than 6 items" in refused(mastodon, list("abcdefg"), 60)
    assert "longer than 5 characters" in refused(mastodon, ["a", "ffffff"], 60)
    assert "too soon" in refused(mastodon, ["a", "b"], 59)
    assert "too far" in refused(mastodon, ["a", "b"], 601)


def test_media_and_their_descriptions_have_limits_of_the_server_too(mastodon):
    mastodon.sandbox.set("mastodon", max_media=1, max_description=10, image_bytes=100_000)
    told = configuration(mastodon)
    assert told["statuses"]["max_media_attachments"] == 1
    assert (told["media_attachments"]["description_limit"], told["media_attachments"]["image_size_limit"]) == (
        10,
        100_000,
    )
    ids = [mastodon.upload(picture()).json()["id"] for _ in range(2)]
    assert "more than 1 files" in mastodon.post("Two", media_ids=ids).json()["error"]
    assert "maximum is 10 characters" in mastodon.upload(picture(), description="x" * 11).json()["error"]
    assert mastodon.upload(picture() + bytes(100_000)).status_code == 422
