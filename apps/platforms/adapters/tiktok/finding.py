"""Looking for a post whose answer was lost.

A video has its publish_id from the start, and TikTok tells by it what became of the last chunk. Pictures have none
until the answer comes: they are looked for among the public posts, by text and time. That they are absent cannot be
proven there, since posts for friends, posts that wait for moderation, and drafts are not listed: then a person decides.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Final

import regex

from apps.platforms.adapters.tiktok import abilities, publishing, reading, status
from apps.platforms.adapters.tiktok.line import Line, id_of, text_in
from apps.platforms.contract import Draft, Finding, Receipt, Trace, Verdict
from apps.platforms.errors import Gone

MARGIN: Final = timedelta(seconds=60)
SETTLED: Final = timedelta(seconds=60)  # until then the last chunk may still be on its way
MAX_PAGES: Final = 5
SHOWN: Final = 150  # letters of a text that TikTok tells
MOST_TWINS: Final = 10  # questions about posts of ours that may be the one that was found
_OF_A_POST = regex.compile(r"/(?:video|photo)/(\d{1,24})")


def find(line: Line, trace: Trace) -> Finding:
    kind = abilities.kind_of(trace.draft)
    if kind in abilities.FILMS:
        return _find_video(line, trace)
    if kind == abilities.PHOTO_DRAFT:
        return Finding(Verdict.UNCLEAR, None, ("nothing: TikTok lists no drafts; look into the inbox in TikTok",))
    return _find_pictures(line, trace)


def _find_video(line: Line, trace: Trace) -> Finding:
    publish_id = str((trace.staged.data.get("upload") or {}).get("publish_id") or "")
    if not publish_id:
        return Finding(Verdict.UNCLEAR, None, ("no upload had been begun",))
    try:
        told = status.ask(line, publish_id)
    except Gone:
        return Finding(Verdict.UNCLEAR, None, (f"upload {publish_id}, which TikTok does not know any more",))
    looked = (f"upload {publish_id}: TikTok says {told.state} {told.reason}".rstrip(),)
    if told.is_out:
        return Finding(Verdict.FOUND, publishing.receipt(trace.draft, trace.staged, publish_id), looked)
    is_settled = trace.quiet_for(line.clock()) >= SETTLED
    # A video that failed is never published; why is told when it is prepared again. One without its last chunk waits
    # for it, and takes it once: there is no second post to be had from it.
    is_absent = told.has_failed or (is_settled and told.lacks_bytes_of(trace.draft.media[0].size))
    return Finding(Verdict.ABSENT if is_absent else Verdict.UNCLEAR, None, looked)


# --- pictures ---------------------------------------------------------------------------------------------------------


def _find_pictures(line: Line, trace: Trace) -> Finding:
    found, is_complete = _since(line, trace)
    alike = [video for video in found if _is_like(video, trace.draft)]
    extent = "all" if is_complete else "not all"
    looked = [f"{extent} public posts since then: {len(found)} compared, {len(alike)} read like this one"]
    is_certain = len(alike) == 1 and is_complete and _has_words(trace.draft)
    if is_certain and _is_new(line, id_of(alike[0].get("id")), trace.known_remote_ids):
        return Finding(Verdict.FOUND, _receipt(alike[0], trace), tuple(looked))
    looked.append("posts that are not public, or wait for TikTok's moderation, cannot be seen")
    return Finding(Verdict.UNCLEAR, None, tuple(looked))


def _since(line: Line, trace: Trace) -> tuple[list[reading.Video], bool]:
    """The public posts since the request, and whether these are all."""
    since, cursor = trace.sent_at - MARGIN, ""
    found: list[reading.Video] = []
    for _ in range(MAX_PAGES):
        videos, cursor = reading.page(line, cursor=cursor)
        times = [(reading.published_at(video), video) for video in videos]
        found += [video for at, video in times if at is not None and at >= since and id_of(video.get("id"))]
        if not cursor or any(at is not None and at < since for at, _ in times):
            return found, True
    return found, False


def _is_like(video: reading.Video, draft: Draft) -> bool:
    told = _shown(text_in(video, "video_description") or text_in(video, "title"))
    return told in _words(draft)


def _words(draft: Draft) -> set[str]:
    """What TikTok may show of a draft's words."""
    title, text = draft.options.get("title", ""), draft.text
    return {_shown(text or title), _shown(f"{title} {text}")}


def _has_words(draft: Draft) -> bool:
    """Without any it reads like every other post that has none."""
    return any(_words(draft))


def _shown(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())[:SHOWN].rstrip()


def _is_new(line: Line, id: str, known: frozenset[str]) -> bool:
    """Whether it is none of the posts that are known to be others, most of which are known by their publish_id, and
    those that a person has confirmed by their address."""
    ids = {id_of(name) or _id_in(name) for name in known}
    others = [name for name in known if not id_of(name) and "://" not in name]
    if id in ids or len(others) > MOST_TWINS:
        return False
    return all(id not in _posts_of(line, name) for name in others)


def _id_in(address: str) -> str:
    """The id of the post that an address leads to; "" for none."""
    found = _OF_A_POST.search(address)
    return found[1] if found else ""


def _posts_of(line: Line, publish_id: str) -> tuple[str, ...]:
    try:
        return status.ask(line, publish_id).post_ids
    except Gone:
        return ()


def _receipt(video: reading.Video, trace: Trace) -> Receipt:
    facts = {"kind": abilities.PHOTOS, "username": str(trace.staged.data.get("username") or "")}
    return Receipt(
        id_of(video.get("id")), text_in(video, "share_url"), published_at=reading.published_at(video), facts=facts
    )
