"""Bringing a video to TikTok in chunks: https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide.

With its last byte a video is on its way to be published, so that the last chunk is left to the commit. All chunks are
equally long, 5 to 64 MB, but for the last, which takes up what is left over: their number is rounded down. A file of
less than 5 MB is one chunk. Whether a MB is 1,000,000 or 1,048,576 bytes is not said; 10,000,000 is right either way,
and a file of less than two such chunks goes as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import regex

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.tiktok import abilities, content, creator, faults, permits
from apps.platforms.adapters.tiktok.line import Line, text_in
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.errors import NotSent, PlatformError, Rejected, StagedLost
from apps.platforms.uploads import length_header, pieces

FIELD: Final = "media.0"
CHUNK: Final = 10_000_000
MOST_STARTS: Final = 4
STORED, DONE, OUT_OF_STEP = 206, frozenset({200, 201}), 416
LOST: Final = frozenset({403, 404})  # the address is over, or TikTok does not know it
_RANGE = regex.compile(r"bytes 0-(\d{1,15})/(\d{1,15})")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is cut."""

    size: int
    chunk: int
    count: int

    @property
    def last_start(self) -> int:
        return self.chunk * (self.count - 1)

    def span(self, start: int) -> tuple[int, int]:
        """The first and the last byte of the chunk that begins at `start`."""
        return start, self.size - 1 if start >= self.last_start else start + self.chunk - 1

    def is_boundary(self, offset: int) -> bool:
        return offset == self.size or (offset % self.chunk == 0 and offset <= self.last_start)


def plan(size: int) -> Plan:
    count = size // CHUNK
    return Plan(size, CHUNK, count) if count > 1 else Plan(size, size, 1)


def entry() -> dict[str, Any]:
    """What is remembered of an upload. `sent` is how many bytes TikTok has."""
    return {"publish_id": "", "address": "", "started_at": "", "sent": 0, "starts": 0}


def start(line: Line, draft: Draft, data: dict[str, Any]) -> None:
    """Ask what the creator may post, and open an upload; nothing is published without its bytes."""
    upload = data["upload"]
    if upload["starts"] >= MOST_STARTS:
        raise Rejected("TikTok broke this upload off again and again: try another file.", field=FIELD)
    cut = plan(draft.media[0].size)
    source = {
        "source": "FILE_UPLOAD", "video_size": cut.size, "chunk_size": cut.chunk, "total_chunk_count": cut.count,
    }  # fmt: skip
    body: dict[str, Any] = {"source_info": source}
    call = permits.START_DRAFT
    if abilities.kind_of(draft) == abilities.VIDEO:
        found = creator.ask(line)
        creator.check(found, draft)
        call, data["username"] = permits.START_VIDEO, found.username
        body["post_info"] = content.video_info(draft, creator.settings(found, draft))
    said = line.ask(call, json=body, field=FIELD)
    publish_id, address = text_in(said, "publish_id"), text_in(said, "upload_url")
    if not publish_id or not line.takes_uploads(address):
        raise NotSent("TikTok did not say where the video should go.")
    now = line.clock().isoformat()
    upload.update(publish_id=publish_id, address=address, started_at=now, sent=0, starts=upload["starts"] + 1)


def is_over(line: Line, upload: Mapping[str, Any]) -> bool:
    """Whether TikTok takes no more bytes of it."""
    started_at = wire.instant(upload["started_at"])
    return started_at is None or line.clock() - started_at >= abilities.UPLOAD_LIFE


def send_next(line: Line, media: MediaFile, upload: dict[str, Any]) -> None:
    """The next chunk, which is not the last. One that TikTok has already is told by its answer. Raises NotSent where
    nothing moves: what goes on at once has come further."""
    cut = plan(media.size)
    first, last = cut.span(upload["sent"])
    answer = put(line, media, upload, first, last)
    told = stored(answer, cut)
    if told is None and answer.status == STORED:
        told = last + 1
    if answer.status in {STORED, OUT_OF_STEP} and told not in {None, first}:
        upload["sent"] = told
    elif answer.status in LOST:
        upload.update(entry(), starts=upload["starts"])
    else:
        raise refusal(line, upload, answer)


def put(
    line: Line, media: MediaFile, upload: Mapping[str, Any], first: int, last: int, *, acting: bool = False
) -> wire.Answer:
    size = last - first + 1
    headers = {
        "Content-Type": media.mime_type,
        "Content-Range": f"bytes {first}-{last}/{media.size}",
        **length_header(size),
    }
    body = pieces(media, start=first, size=size, field=FIELD)
    return line.put(upload["address"], acting=acting, content=body, headers=headers)


def stored(answer: wire.Answer, cut: Plan) -> int | None:
    """How many bytes TikTok says it has; None where it does not.

    "bytes 0-{UPLOADED}/{TOTAL}" leaves open whether that is the last byte or their number: chunks tell."""
    found = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
    if found is None or int(found[2]) != cut.size:
        return None
    number = int(found[1])
    return next((one for one in (number + 1, number) if cut.is_boundary(one)), None)


def refusal(line: Line, upload: Mapping[str, Any], answer: wire.Answer, *, acting: bool = False) -> PlatformError:
    """What an answer means that says neither "stored" nor "go on elsewhere". What opens the upload is not quoted."""
    keys = tuple(Secret(value) for _, value in parse_qsl(urlsplit(upload["address"]).query))
    line = replace(line, secrets=(*line.secrets, *keys))
    if answer.status in LOST:
        return StagedLost("TikTok has closed this upload: it is begun again.")
    if answer.status == 400 and not faults.read_fault(answer).code:
        seen = faults.evidence(answer, line.hidden)
        return Rejected("TikTok does not take the bytes of this file.", field=FIELD, evidence=seen)
    if answer.is_success or 300 <= answer.status < 400 or answer.status == OUT_OF_STEP:
        return line.unreadable(answer, acting=acting)
    return line.failure(answer, permits.SEND, acting=acting, field=FIELD)
