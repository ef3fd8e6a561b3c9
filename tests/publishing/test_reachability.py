"""A platform that fetches files is told of none that it will not find; one that is sent them needs no such address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from apps.platforms import registry
from apps.platforms.contract import Draft
from apps.platforms.errors import NotSent
from apps.publishing.engine.reachability import require_reachable
from tests.platforms.drafts import draft, picture, video

NOBODY = "http://127.0.0.1:1/nobody"
PICTURE, FILM = replace(picture(), public_url=NOBODY), replace(video(), public_url=NOBODY)


def asked(platform: str, written: Draft) -> None:
    with httpx.Client() as http:
        adapter = registry.build(platform, http=http, endpoints={}, clock=lambda: None)  # type: ignore[arg-type,return-value]
        require_reachable(written, adapter)


@pytest.mark.parametrize(
    ("platform", "written"),
    [
        ("tiktok", draft("Look", PICTURE)),
        ("instagram", draft("Look", FILM)),
        ("google_business", draft("Look", PICTURE)),
    ],
)
def test_what_a_platform_cannot_fetch_is_said_in_our_words(platform: str, written: Draft) -> None:
    with pytest.raises(NotSent, match="cannot fetch"):
        asked(platform, written)


@pytest.mark.parametrize(
    ("platform", "written"),
    [
        ("tiktok", draft("Watch", FILM)),
        ("tiktok", draft("Watch", FILM, options={"format": "video_draft"})),
        ("pinterest", draft("Watch", FILM)),
        ("pinterest", draft("Look", PICTURE)),  # what Pinterest cannot fetch goes along with the Pin
        ("youtube", draft("Watch", FILM)),
    ],
)
def test_what_is_or_can_be_sent_to_the_platform_needs_no_address(platform: str, written: Draft) -> None:
    asked(platform, written)


def test_an_operator_whose_workers_cannot_reach_the_address_switches_it_off(settings: Any) -> None:
    settings.MEDIA_SELF_CHECK = False
    asked("tiktok", draft("Look", PICTURE))
