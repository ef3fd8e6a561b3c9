"""Putting a video on YouTube: all of it early and for nobody to see, then the one request that shows it.

The video is uploaded as private, processed, and given thumbnail, captions and playlist before its hour. What makes it
public is `videos.update`, and that request can be repeated: it names the video, so that no second one can come of it.
It carries title and description once more, for they may have been changed since the upload.

`Staged.data` is {"upload": as in `uploading`, "polls", "since", "is_processed", "cover", "captions", "playlist",
"held_since"}, of which the last is there while calls for these are held back by ourselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.youtube import (
    abilities,
    captioning,
    content,
    dressing,
    permits,
    reading,
    unstaging,
    uploading,
)
from apps.platforms.adapters.youtube.line import Line, object_in
from apps.platforms.adapters.youtube.uploading import Paused
from apps.platforms.contract import Draft, Receipt, Role, Staged
from apps.platforms.errors import Evidence, Gone, Rejected, StagedLost, Uncertain
from apps.platforms.google.faults import text_in
from apps.platforms.text_youtube import tags_length

FIRST_POLL, LONGEST_POLL = timedelta(seconds=5), timedelta(minutes=2)
# YouTube shows a video that it is still working on, so that a long film is neither late for it nor given up.
LONGEST_PROCESSING: Final = timedelta(minutes=10)
LONGEST_UNSEEN: Final = timedelta(minutes=5)  # until a fresh video is to be seen

_FAILURES: Final = {
    "conversion": "it could not be converted",
    "invalidFile": "the file is not a video that it can read",
    "emptyFile": "the file is empty",
    "tooSmall": "the file is too small",
    "codec": "it does not know the codec",
    "uploadAborted": "the upload was broken off",
}
_REJECTIONS: Final = {
    "copyright": "it belongs to somebody else",
    "inappropriate": "it breaks the community guidelines",
    "duplicate": "the channel has this very video already",
    "termsOfUse": "it breaks the terms of use",
    "uploaderAccountSuspended": "the channel is suspended",
    "length": "it is too long for this channel",
    "claim": "somebody claims it",
    "uploaderAccountClosed": "the channel is closed",
    "trademark": "it uses a trademark of somebody else",
    "legal": "of a legal complaint",
}


# --- staging ----------------------------------------------------------------------------------------------------------


def stage(line: Line, draft: Draft, before: Staged | None, *, key: str) -> Staged:
    try:
        return _prepared(line, draft, before, key=key)
    except Rejected as refused:
        raise _keeping(refused) from None


def _keeping(refused: Rejected) -> Rejected:
    """A film that is there stays good, whatever is said about it: all of that is compared with what was prepared."""
    refused.keeps_staged = refused.field != uploading.FIELD
    return refused


def _prepared(line: Line, draft: Draft, before: Staged | None, *, key: str) -> Staged:
    check(draft)
    if draft.role is Role.FIRST_COMMENT:
        return Staged(data={})
    line.require(permits.PUBLISH)  # without it the film would be there and never be shown
    data = _carried_over(line, draft, before)
    try:
        uploading.Upload(line, draft, data["upload"], key).go_on()
        _wait_for(line, data)
        dressing.thumbnail(line, draft, data)
        captioning.captions(line, draft, data)
        dressing.playlist(line, draft, data)
    except Paused as pause:
        return Staged(data=data, ready=False, again_in=pause.again_in)
    return Staged(data={**data, "held_since": ""})


def check(draft: Draft) -> None:
    """What no request could mend."""
    if draft.role is Role.REPLY:
        raise Rejected("YouTube has no threads: only the first part can be published there.", field="role")
    if draft.role is Role.FIRST_COMMENT:
        if draft.parent is None:
            raise Rejected("A comment needs the video it belongs to.", field="parent")
        return
    if len(draft.media) != 1 or not draft.media[0].is_video:
        raise Rejected("A post on YouTube is one video.", field="media")
    content.title_of(draft)
    if {"<", ">"} & set(draft.text):
        raise Rejected("YouTube takes no < and > in a description.", field="text")
    if tags_length(content.tags_of(draft)) > abilities.MAX_TAGS:
        raise Rejected("YouTube takes tags of 500 characters at most, all together.", field="options.tags")


def _carried_over(line: Line, draft: Draft, before: Staged | None) -> dict[str, Any]:
    """What `before` achieved, as long as it is the same film; another one is taken back from the channel."""
    fresh = uploading.entry(draft.media[0], line.clock().isoformat())
    old: Mapping[str, Any] = before.data if before is not None else {}
    upload = old.get("upload") or {}
    if upload.get("print") != fresh["print"]:
        unstaging.take_back(line, old)
        old, upload = {}, fresh
    return {
        "upload": dict(upload),
        "polls": old.get("polls", 0),
        "since": old.get("since", ""),
        "is_processed": old.get("is_processed", False),
        "cover": dict(old.get("cover") or {}),
        "captions": {language: dict(one) for language, one in (old.get("captions") or {}).items()},
        "playlist": dict(old.get("playlist") or {}),
        "held_since": old.get("held_since", ""),
    }


def _wait_for(line: Line, data: dict[str, Any]) -> None:
    """Look at what YouTube makes of the film; raises Paused while it works on it, and Rejected when it gave up."""
    if data["is_processed"]:
        return
    now = line.clock()
    data["since"] = data["since"] or now.isoformat()
    waited = now - (wire.instant(data["since"]) or now)
    found = reading.video(line, data["upload"]["video"], "status,processingDetails")
    if found is None and waited > LONGEST_UNSEEN:
        raise StagedLost("The uploaded video is not on YouTube any more.")
    if _is_processed(found or {}) or (found is not None and waited > LONGEST_PROCESSING):
        data["is_processed"] = True
        return
    data["polls"] += 1
    raise Paused(min(FIRST_POLL * 1.5 ** min(data["polls"] - 1, 20), LONGEST_POLL))


def _is_processed(video: reading.Video) -> bool:
    status, processing = object_in(video, "status"), object_in(video, "processingDetails")
    state, progress = text_in(status, "uploadStatus"), text_in(processing, "processingStatus")
    if state == "deleted":
        raise StagedLost("The uploaded video was deleted on YouTube.")
    if state == "rejected":
        reason = text_in(status, "rejectionReason")
        raise _given_up("YouTube refuses this video, because", _REJECTIONS, reason)
    if state == "failed" or progress in {"failed", "terminated"}:
        reason = text_in(status, "failureReason") or text_in(processing, "processingFailureReason")
        raise _given_up("YouTube could not process this video:", _FAILURES, reason)
    return state == "processed" or progress == "succeeded"


def _given_up(words: str, reasons: Mapping[str, str], reason: str) -> Rejected:
    known = reasons.get(reason, "it does not say why")
    return Rejected(f"{words} {known}.", field=uploading.FIELD, evidence=Evidence(status=200, code=reason[:100]))


# --- the commit -------------------------------------------------------------------------------------------------------


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    if draft.role is Role.FIRST_COMMENT:
        return _comment(line, draft)
    try:
        return _show(line, draft, staged)
    except Rejected as refused:
        raise _keeping(refused) from None


def _show(line: Line, draft: Draft, staged: Staged) -> Receipt:
    upload = staged.data.get("upload") or {}
    video_id = upload.get("video")
    if not video_id or upload.get("print") != draft.media[0].sha256[:24]:
        raise StagedLost("What was prepared for YouTube is an earlier version of this post.")
    wanted = content.privacy_of(draft)
    resource = {"id": video_id, "snippet": content.snippet(draft), "status": content.status(draft, wanted)}
    answer = line.send(permits.PUBLISH, acting=True, params={"part": uploading.PARTS}, json=resource)
    if not answer.is_success:
        failure = line.failure(answer, permits.PUBLISH, acting=True)
        if isinstance(failure, Gone):
            raise StagedLost("The uploaded video is not on YouTube any more.", evidence=failure.evidence)
        raise failure
    video = _read(line, answer)
    told = reading.privacy(video)
    if text_in(video, "id") != video_id or not told:
        raise _senseless(line, answer)
    if told != wanted:
        words = f"YouTube keeps this video {told}, whatever is asked for: look at it in YouTube Studio."
        raise Rejected(words, field="options.privacy", evidence=wire.evidence(answer, secrets=line.hidden))
    return receipt(line, draft, staged)


def receipt(line: Line, draft: Draft, staged: Staged) -> Receipt:
    """What is known of a published video; a thumbnail or captions that YouTube did not take are told in `facts`."""
    video_id, is_short = staged.data["upload"]["video"], abilities.is_short(draft)
    facts: dict[str, Any] = {"kind": abilities.SHORT if is_short else abilities.VIDEO}
    if refused := dressing.refusal(staged.data):
        facts["thumbnail"] = refused
    if missing := captioning.refusals(staged.data):
        facts["captions"] = missing
    return Receipt(video_id, line.video_url(video_id, is_short=is_short), facts=facts)


def _comment(line: Line, draft: Draft) -> Receipt:
    parent = draft.parent.remote_id if draft.parent else ""
    words = {"snippet": {"textOriginal": draft.text}}
    snippet = {"channelId": line.channel_id, "videoId": parent, "topLevelComment": words}
    answer = line.send(permits.COMMENT, acting=True, params={"part": "snippet"}, json={"snippet": snippet})
    if not answer.is_success:
        failure = line.failure(answer, permits.COMMENT, acting=True)
        if isinstance(failure, Gone):
            raise Rejected("The video that this comment belongs to is not on YouTube any more.", field="parent")
        raise failure
    comment_id = text_in(_read(line, answer), "id")
    if not comment_id:
        raise _senseless(line, answer)
    return comment_receipt(line, parent, comment_id)


def comment_receipt(line: Line, video_id: str, comment_id: str) -> Receipt:
    facts = {"kind": "comment", "video": video_id}
    return Receipt(comment_id, line.comment_url(video_id, comment_id), facts=facts)


def _read(line: Line, answer: wire.Answer) -> dict[str, Any]:
    try:
        return answer.mapping()
    except wire.Unreadable:
        pass
    raise _senseless(line, answer)


def _senseless(line: Line, answer: wire.Answer) -> Uncertain:
    seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
    return Uncertain("YouTube gave an answer that makes no sense: it may be published.", evidence=seen)
