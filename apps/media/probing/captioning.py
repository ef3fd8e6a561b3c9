"""Captions as platforms take them: WebVTT with nothing but times and words, from WebVTT or SubRip."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from apps.media.decoding.refusals import DAMAGED, Refused
from apps.media.decoding.sniffing import CAPTIONS, WEBVTT, sniff
from apps.media.probing.looking import refusing

MAX_BYTES: Final = 2 * 1024 * 1024
TIMES: Final = re.compile(r"\s*((?:\d+:)?\d{1,2}:\d\d[.,]\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d\d[.,]\d{1,3})(.*)")
SETTING: Final = re.compile(r"(?:align|line|position|size|vertical):[\w.,%-]+")
TAG: Final = re.compile(r"<[/\w][^<>]*>|\{\\[^}]*\}")
KEPT_TAGS: Final = frozenset({"<b>", "</b>", "<i>", "</i>", "<u>", "</u>"})
NO_CAPTIONS: Final = "is no caption file. Choose a WebVTT (.vtt) or SubRip (.srt) file."
NOTHING_SAID: Final = "holds no captions with a time and words."
NOT_TEXT: Final = "is not written in UTF-8. Save it with that encoding."


def captions(path: Path, *, name: str) -> str:
    """WebVTT of what the file says; styles, notes and fonts stay behind. Raises FileRefused in words."""
    with refusing(name):
        sniffed = sniff(path)
        if sniffed.kind != CAPTIONS:
            raise Refused(NO_CAPTIONS)
        if path.stat().st_size > MAX_BYTES:
            raise Refused(f"is larger than {MAX_BYTES // 1024 // 1024} MB. Choose a smaller file.")
        text = _text(path.read_bytes())
        cues = list(_cues(text, is_escaped=sniffed == WEBVTT))
        if not cues:
            raise Refused(NOTHING_SAID)
        return "\n\n".join(["WEBVTT", *cues]) + "\n"


def _text(raw: bytes) -> str:
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(NOT_TEXT) from error
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _cues(text: str, *, is_escaped: bool) -> Iterator[str]:
    """Each block with a line of times; what stands before that line is its number, and what has none is no cue."""
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.strip("\n").split("\n")
        at = next((number for number, line in enumerate(lines[:2]) if "-->" in line), None)
        if at is None:
            continue
        times = TIMES.fullmatch(lines[at])
        if times is None:
            raise Refused(DAMAGED)
        begin, end = _moment(times[1]), _moment(times[2])
        words = "\n".join(filter(None, (_words(line, is_escaped=is_escaped) for line in lines[at + 1 :])))
        if words and begin < end:
            yield f"{' '.join([f'{begin} --> {end}', *SETTING.findall(times[3])])}\n{words}"


def _moment(text: str) -> str:
    """As WebVTT writes it: 00:01:02.500."""
    clock, _, fraction = text.replace(",", ".").partition(".")
    hours, minutes, seconds = (["0", *clock.split(":")])[-3:]
    return f"{int(hours):02}:{int(minutes):02}:{int(seconds):02}.{fraction.ljust(3, '0')}"


def _words(line: str, *, is_escaped: bool) -> str:
    parts = re.split(f"({TAG.pattern})", line)
    plain = html.unescape if is_escaped else str
    return "".join(
        (part.lower() if part.lower() in KEPT_TAGS else "")
        if TAG.fullmatch(part)
        else html.escape(plain(part), quote=False)
        for part in parts
    ).strip()
