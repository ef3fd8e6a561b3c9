"""What a file is by its first bytes. The answer names the one reader that will see it; nobody guesses after that.

A playlist, a web page or an archive is therefore never handed to a program that would follow what it says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apps.media.decoding.refusals import EMPTY, RAW, SOUND, Refused

HEAD: Final = 4096
IMAGE, VIDEO, DOCUMENT, CAPTIONS = "image", "video", "document", "captions"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`reader` is Pillow's name of the format, FFmpeg's of the demuxer, or ours for documents and captions."""

    kind: str
    mime_type: str
    reader: str


JPEG: Final = Sniffed(IMAGE, "image/jpeg", "JPEG")
PNG: Final = Sniffed(IMAGE, "image/png", "PNG")
GIF: Final = Sniffed(IMAGE, "image/gif", "GIF")
WEBP: Final = Sniffed(IMAGE, "image/webp", "WEBP")
TIFF: Final = Sniffed(IMAGE, "image/tiff", "TIFF")
BMP: Final = Sniffed(IMAGE, "image/bmp", "BMP")
HEIC: Final = Sniffed(IMAGE, "image/heic", "HEIF")
AVIF: Final = Sniffed(IMAGE, "image/avif", "AVIF")
MP4: Final = Sniffed(VIDEO, "video/mp4", "mov")
M4V: Final = Sniffed(VIDEO, "video/x-m4v", "mov")
QUICKTIME: Final = Sniffed(VIDEO, "video/quicktime", "mov")
THREE_GP: Final = Sniffed(VIDEO, "video/3gpp", "mov")
WEBM: Final = Sniffed(VIDEO, "video/webm", "matroska")
MATROSKA: Final = Sniffed(VIDEO, "video/x-matroska", "matroska")
AVI: Final = Sniffed(VIDEO, "video/x-msvideo", "avi")
TRANSPORT: Final = Sniffed(VIDEO, "video/mp2t", "mpegts")
PDF: Final = Sniffed(DOCUMENT, "application/pdf", "pdf")
ARCHIVE: Final = Sniffed(DOCUMENT, "", "zip")  # what kind of document, its table of contents says
COMPOUND: Final = Sniffed(DOCUMENT, "", "ole")
WEBVTT: Final = Sniffed(CAPTIONS, "text/vtt", "vtt")
SUBRIP: Final = Sniffed(CAPTIONS, "application/x-subrip", "srt")

SIGNATURES: Final[tuple[tuple[bytes, Sniffed], ...]] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ARCHIVE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", COMPOUND),
)
SOUNDS: Final = (b"ID3", b"fLaC", b"OggS", b"#!AMR", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1", b"\xff\xf9")
# First boxes of a QuickTime film from before it had to say its brand.
OLD_BOXES: Final = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
STILL_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"), HEIC),
    **dict.fromkeys((b"avif", b"avis"), AVIF),
}
SUBRIP_CUE: Final = re.compile(rb"\s*\d+\s*\r?\n\s*\d+:\d\d:\d\d[,.]\d{1,3}\s*-->")
PAGE: Final = re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe)\b", re.IGNORECASE)
NOT_TAKEN: Final = (
    "is no picture, video or document that can be posted. Choose a JPEG, PNG, WebP, GIF or HEIC picture, an MP4, MOV "
    "or WebM video, or a PDF, Word or PowerPoint file."
)
SVG: Final = "is an SVG drawing, which no platform takes and which can carry programs. Export it as PNG."
WEB_PAGE: Final = "is a web page and no picture or video. Save the picture itself, then choose that."
PLAYLIST: Final = "is a list of where a video lies and not the video. Choose the video file itself."


def sniff(path: Path) -> Sniffed:
    """What lies at `path`; raises Refused for whatever is not taken."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Refused(EMPTY)
    found = _by_signature(head) or _in_boxes(head) or _by_structure(head) or _as_text(head)
    if found is None:
        raise Refused(SOUND if head.startswith(SOUNDS) or _is_riff(head, b"WAVE") else NOT_TAKEN)
    return found


def _by_signature(head: bytes) -> Sniffed | None:
    if head[:2] == b"II" and head[8:10] == b"CR":  # Canon's, a TIFF that begins with a preview
        raise Refused(RAW)
    return next((kind for signature, kind in SIGNATURES if head.startswith(signature)), None)


def _in_boxes(head: bytes) -> Sniffed | None:
    """MP4 and its family: films, and the pictures of phones."""
    if head[4:8] in OLD_BOXES:
        return QUICKTIME
    if head[4:8] != b"ftyp":
        return None
    end = min(max(int.from_bytes(head[:4], "big"), 16), len(head))
    major, others = head[8:12], {head[at : at + 4] for at in range(16, end, 4)}
    if major in STILL_BRANDS:
        return STILL_BRANDS[major]
    if major in (b"mif1", b"msf1", b"miaf"):
        return AVIF if others & {b"avif", b"avis"} else HEIC
    if major in (b"M4A ", b"M4B ", b"M4P "):
        raise Refused(SOUND)
    if major == b"crx ":
        raise Refused(RAW)
    if major == b"qt  ":
        return QUICKTIME
    return THREE_GP if major[:2] == b"3g" else M4V if major == b"M4V " else MP4


def _by_structure(head: bytes) -> Sniffed | None:
    if _is_riff(head, b"WEBP"):
        return WEBP
    if _is_riff(head, b"AVI "):
        return AVI
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head[:64] else MATROSKA if b"matroska" in head[:64] else None
    if (
        head.startswith(b"BM")
        and head[6:10] == b"\0\0\0\0"
        and head[14:18] in (b"\x0c\0\0\0", b"(\0\0\0", b"l\0\0\0", b"|\0\0\0")
    ):
        return BMP
    # Packets of 188 bytes, in cameras with a time of four bytes before each.
    for start, step in ((0, 188), (4, 192)):
        if len(head) > start + 2 * step and all(head[at] == 0x47 for at in range(start, len(head), step)):
            return TRANSPORT
    return None


def _as_text(head: bytes) -> Sniffed | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if (
        text.startswith((b"#EXTM3U", b"ffconcat", b"<MPD", b"[playlist]"))
        or re.match(rb"v=0\r?\no=", text)
        or b"<MPD" in text
    ):
        raise Refused(PLAYLIST)
    if text.startswith(b"<") and b"<svg" in text:
        raise Refused(SVG)
    if PAGE.search(text):
        raise Refused(WEB_PAGE)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="ignore").encode()
    if text.startswith(b"WEBVTT"):
        return WEBVTT
    return SUBRIP if SUBRIP_CUE.match(text) else None


def _is_riff(head: bytes, form: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == form
