"""Captions of a video on X, which wants them as SubRip (.srt), one file for each language.

https://docs.x.com/x-api/media/quickstart/media-upload-chunked. `Staged.data["subtitles"]` has a file for each caption,
as in `uploading`, with "shown": the video and the language that it belongs to by now.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from apps.platforms import webvtt
from apps.platforms.adapters.x import abilities, rights
from apps.platforms.adapters.x.uploading import File, Uploads
from apps.platforms.caption_rules import captions_of
from apps.platforms.contract import Caption, Draft, MediaFile
from apps.platforms.errors import Gone, Rejected, StagedLost


def files_of(draft: Draft) -> list[MediaFile]:
    """The captions of a draft as the files that X is sent; raises Rejected for what X cannot show."""
    return [_as_srt(caption, place) for caption, place in _captions(draft)]


def show(uploads: Uploads, draft: Draft, files: list[File], video: File) -> None:
    """Bring the captions to X and say which video they belong to."""
    for file, srt, (caption, place) in zip(files, files_of(draft), _captions(draft), strict=True):
        code = _code(caption)
        shown = f"{video['id']} {code}"
        if file.get("shown") == shown:
            continue
        uploads.go_on(file, srt, place)
        named = {"id": file["id"], "language_code": code, "display_name": caption.label or caption.language}
        asked = {"id": video["id"], "media_category": "TweetVideo", "subtitles": named}
        try:
            uploads.line.ask(rights.SUBTITLE, json=asked, field=place)
        except Gone as gone:
            raise StagedLost("X no longer has the uploaded files.", evidence=gone.evidence) from None
        uploads.achieved(file, shown=shown)


def _captions(draft: Draft) -> Iterator[tuple[Caption, str]]:
    """Each caption, and the field of the draft that it is."""
    seen: set[str] = set()
    for position, caption in enumerate(captions_of(draft, abilities.CAPABILITIES)):
        place, code = f"captions.{position}", _code(caption)
        if code in seen:
            words = f"X tells captions apart by their language alone ({code}), not by its country: keep one of them."
            raise Rejected(words, field=place)
        seen.add(code)
        yield caption, place


def _code(caption: Caption) -> str:
    """The language as X writes it: "de-AT" is "DE"."""
    return caption.language.partition("-")[0].upper()


def _as_srt(caption: Caption, place: str) -> MediaFile:
    content = webvtt.as_srt(webvtt.read(caption, field=place))
    if not content:
        raise Rejected("Nothing is said in these captions: X takes no empty ones.", field=place)
    name = caption.file.sha256
    return MediaFile(caption.file.id, "text/srt", len(content), 0, 0, name, open=lambda: io.BytesIO(content))
