"""Which document a file is, by its outline. Nothing is unpacked: an archive is believed by its table of contents."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from apps.media.decoding.refusals import CUT_OFF, DAMAGED, Refused
from apps.media.decoding.sniffing import NOT_TAKEN, Sniffed

PDF: Final = "application/pdf"
DOC: Final = "application/msword"
PPT: Final = "application/vnd.ms-powerpoint"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
MB: Final = 1024 * 1024
MAX_CONTENTS: Final = 2 * MB  # of the table of an archive; a presentation of 300 slides has a tenth of it
MAX_UNPACKED: Final = 2048 * MB
TAIL: Final = 64 * 1024 + 22  # where the table of an archive is announced
ANNOUNCEMENT: Final = b"PK\x05\x06"
ANNOUNCEMENT_64: Final = b"PK\x06\x07"
MACROS: Final = "carries macros, which are programs. Save it without them as DOCX or PPTX, or export it as PDF."
LOCKED: Final = "is protected by a password. Save it without one."
ARCHIVE: Final = "is an archive. Unpack it and choose the files in it."
OVERFULL: Final = "would unpack to more than any document holds. Export it as PDF."
# Directory entries of a compound file, which is what Office wrote before 2007.
STREAMS: Final = {"WordDocument": DOC, "PowerPoint Document": PPT}
LAST_SECTOR: Final = 0xFFFFFFFA
MAX_SECTORS: Final = 64


def look(path: Path, sniffed: Sniffed) -> str:
    """The MIME type of the document; raises Refused."""
    return {"pdf": _pdf, "zip": _archive, "ole": _compound}[sniffed.reader](path)


def _pdf(path: Path) -> str:
    tail = _tail(path, 4096)
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise Refused(CUT_OFF)
    return PDF


def _tail(path: Path, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - length, 0))
        return file.read(length)


def _archive(path: Path) -> str:
    """Word and PowerPoint files are archives with certain names in them."""
    tail = _tail(path, TAIL)
    at = tail.rfind(ANNOUNCEMENT)
    if at < 0:
        raise Refused(CUT_OFF)
    # The reader takes the whole table into memory, so its size is looked at first; the second announcement is for
    # archives of more than 4 GB, and would overrule it.
    if ANNOUNCEMENT_64 in tail or int.from_bytes(tail[at + 12 : at + 16], "little") > MAX_CONTENTS:
        raise Refused(OVERFULL)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refused(DAMAGED) from error
    names = {entry.filename for entry in entries}
    kind = DOCX if "word/document.xml" in names else PPTX if "ppt/presentation.xml" in names else ""
    if not kind or "[Content_Types].xml" not in names:
        raise Refused(ARCHIVE)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(MACROS)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused(OVERFULL)
    return kind


def _compound(path: Path) -> str:
    with path.open("rb") as file:
        names = set(_streams(file))
    if "EncryptedPackage" in names:
        raise Refused(LOCKED)
    kind = next((kind for name, kind in STREAMS.items() if name in names), None)
    if kind is None:
        raise Refused(NOT_TAKEN)
    return kind


def _streams(file: IO[bytes]) -> Iterator[str]:
    """The names in the directory of a compound file, as far as its first sectors tell."""
    head = file.read(512)
    shift = int.from_bytes(head[30:32], "little")
    if shift not in (9, 12):
        raise Refused(DAMAGED)
    sector, size = int.from_bytes(head[48:52], "little"), 1 << shift
    for _ in range(MAX_SECTORS):
        if sector >= LAST_SECTOR:
            return
        file.seek((sector + 1) * size)
        content = file.read(size)
        for at in range(0, len(content), 128):
            length = int.from_bytes(content[at + 64 : at + 66], "little")
            if 2 <= length <= 64:
                yield content[at : at + length - 2].decode("utf-16-le", errors="replace")
        sector = _next(file, head, sector, size)


def _next(file: IO[bytes], head: bytes, sector: int, size: int) -> int:
    """The sector that follows, by the table of sectors whose own first places the head tells."""
    page, place = divmod(sector, size // 4)
    if page >= 109:
        return LAST_SECTOR
    table = int.from_bytes(head[76 + 4 * page : 80 + 4 * page], "little")
    file.seek((table + 1) * size + 4 * place, os.SEEK_SET)
    return int.from_bytes(file.read(4) or b"\xff" * 4, "little")
