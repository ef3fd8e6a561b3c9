"""A machine for which there is no FFmpeg: it is said at the start, and all but converting goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core import checks

from apps.core.checks import AT_THE_START
from apps.media import probing
from tests.media.corpus import at


def test_a_missing_program_is_said_at_the_start(settings: Any) -> None:
    assert checks.run_checks(tags=[AT_THE_START]) == []

    settings.FFMPEG = "/nowhere/ffmpeg"

    (found,) = checks.run_checks(tags=[AT_THE_START])
    assert found.id == "media.W001"
    assert "/nowhere/ffmpeg" in found.msg
    assert "videos are taken as they are" in found.msg


def test_without_it_a_video_is_taken_as_it_is(corpus: Path, tmp_path: Path, settings: Any) -> None:
    path = at("film.mp4", corpus)
    found = probing.probe(path, name="film.mp4")
    settings.FFMPEG = "/nowhere/ffmpeg"

    assert probing.clean(path, found, to=tmp_path / "copy", name="film.mp4") == found
    assert (tmp_path / "copy").read_bytes() == path.read_bytes()
