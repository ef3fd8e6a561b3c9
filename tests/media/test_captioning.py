"""Captions of a video: put beside it, replaced by those in the same language, taken away, and sent along."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.media import services
from apps.media.errors import FileRefused
from apps.media.models import Asset, CaptionTrack
from apps.posts import selectors
from apps.tenants.models import Membership, Workspace
from tests.support import factories
from tests.support.publishing import Agency, adapter

pytestmark = pytest.mark.django_db

SRT = b"1\r\n00:00:01,000 --> 00:00:02,500\r\nThe sea is calm.\r\n"


@pytest.fixture
def film(workspace: Workspace) -> Asset:
    return factories.asset(workspace, kind="video", mime_type="video/mp4", seconds=6.0, video_codec="h264")


def caption(film: Asset, language: str = "en", content: bytes = SRT) -> CaptionTrack:
    with tenancy.scope(organization_id=film.organization_id):
        return services.add_captions(
            asset_id=film.pk, file=io.BytesIO(content), name="said.srt", language=language, label="", actor=SYSTEM
        )


def test_captions_are_kept_as_webvtt_whatever_they_came_as(film: Asset) -> None:
    track = caption(film)

    with track.file.open("rb") as stored:
        words = stored.read().decode()
    assert words.startswith("WEBVTT")
    assert "00:00:01.000 --> 00:00:02.500" in words
    assert track.size == len(words)


def test_newer_captions_take_the_place_of_those_in_the_same_language(film: Asset) -> None:
    caption(film, "en")
    caption(film, "de")
    newer = caption(film, "en", SRT.replace(b"calm", b"rough"))

    with tenancy.scope(organization_id=film.organization_id):
        assert sorted(film.captions.values_list("language", flat=True)) == ["de", "en"]
        assert film.captions.get(language="en").pk == newer.pk


@pytest.mark.parametrize(
    ("language", "content", "words"),
    [
        ("English", SRT, "code"),
        ("en", b"\x00\x01 nothing", "no caption file"),
        ("en", b"x" * 1_100_000, "1 MB"),
    ],
)
def test_what_are_no_captions_is_refused_in_words(film: Asset, language: str, content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        caption(film, language, content)


def test_a_picture_has_no_captions(workspace: Workspace) -> None:
    with pytest.raises(FileRefused, match="video"):
        caption(factories.asset(workspace))


def test_captions_go_along_where_a_platform_takes_them(
    agency: Agency, film: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    caption(film, "en")
    caption(film, "de")
    account = agency.account()
    can = adapter(agency.platform).capabilities
    types = can.media_types | {"video/mp4"}
    for most in (0, 1, 5):
        takes = replace(can, max_captions=most, media_types=types, max_videos=1)
        monkeypatch.setattr(adapter(agency.platform), "capabilities", takes)
        post = agency.post(on=[account], assets=[film])
        with agency.scope():
            (draft,) = selectors.drafts_for(post, account)
        assert len(draft.captions) == min(most, 2)
    assert [one.language for one in draft.captions] == ["de", "en"]


def test_captions_are_added_and_taken_away_on_the_page_of_the_video(owner: Membership, film: Asset) -> None:
    client: Any = factories.signed_in(owner.user)
    file = io.BytesIO(SRT)
    file.name = "said.srt"

    client.post(f"/media/{film.pk}/captions/", {"file": file, "language": "en", "label": "English"})
    page = client.get(f"/media/{film.pk}/details/").content.decode()
    assert "English" in page

    with tenancy.scope(organization_id=film.organization_id):
        track = CaptionTrack.objects.get()
    client.post(f"/media/captions/{track.pk}/remove/")
    with tenancy.scope(organization_id=film.organization_id):
        assert not CaptionTrack.objects.exists()
