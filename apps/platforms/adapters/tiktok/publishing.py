"""Putting a post on TikTok. What makes it public, and cannot be taken back, is one request: a video's last chunk, or
the request that names the pictures.

A video has its publish_id before its first byte, and TikTok tells by it how far it is. Before the last chunk leaves it
is asked: an upload that is complete is never completed twice, and one that failed is told as what it is. Pictures get
their publish_id only in the answer. Both are published some time after they were taken; `Receipt.remote_id` is the
publish_id, since the post's own id is not known before TikTok has looked at it.

`Staged.data` is {"draft", "username", "settings", "upload": as in `uploading`}.
"""

from __future__ import annotations

from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.tiktok import abilities, content, creator, permits, status, uploading
from apps.platforms.adapters.tiktok.line import Line, text_in
from apps.platforms.contract import Draft, Receipt, Staged
from apps.platforms.errors import Gone, NotSent, StagedLost, Throttled, Uncertain

CHANGED = "What was prepared for TikTok is an earlier version of this post."
FORGOTTEN = "TikTok does not know this upload any more: it is begun again."


# --- staging ----------------------------------------------------------------------------------------------------------


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    content.check(draft)
    if abilities.kind_of(draft) not in abilities.FILMS:
        return _stage_pictures(line, draft)
    data = _carried_over(draft, before)
    upload, media = data["upload"], draft.media[0]
    if before is not None and before.ready and upload["publish_id"]:
        _look_again(line, draft, upload)
    is_over = upload["publish_id"] and upload["sent"] < media.size and uploading.is_over(line, upload)
    if is_over or not upload["publish_id"]:
        uploading.start(line, draft, data)
    elif upload["sent"] < uploading.plan(media.size).last_start:
        uploading.send_next(line, media, upload)
    is_ready = bool(upload["publish_id"]) and upload["sent"] >= uploading.plan(media.size).last_start
    return Staged(data=data, ready=is_ready)


def _stage_pictures(line: Line, draft: Draft) -> Staged:
    """There is nothing to be sent ahead; only that the creator may post this is asked."""
    data: dict[str, Any] = {"draft": content.fingerprint(draft), "username": "", "settings": {}}
    if abilities.kind_of(draft) == abilities.PHOTOS:
        found = creator.ask(line)
        creator.check(found, draft)
        data.update(username=found.username, settings=creator.settings(found, draft))
    return Staged(data=data)


def _carried_over(draft: Draft, before: Staged | None) -> dict[str, Any]:
    mark = content.fingerprint(draft)
    old = before.data if before is not None and before.data.get("draft") == mark else {}
    upload = {**uploading.entry(), **(old.get("upload") or {})}
    return {"draft": mark, "username": old.get("username", ""), "upload": upload}


def _look_again(line: Line, draft: Draft, upload: dict[str, Any]) -> None:
    """A commit came to nothing: TikTok knows how far the upload is. One that failed for want of room is over; whether
    there is room now is asked before another begins."""
    told = _status(line, upload["publish_id"])
    if told.has_failed:
        failure = status.failure(told, line.clock())
        if not isinstance(failure, Throttled):
            raise failure
        upload.update(uploading.entry(), starts=upload["starts"])
        return
    cut = uploading.plan(draft.media[0].size)
    if not told.waits_for(cut.size):
        upload["sent"] = cut.size  # The commit will say so, and send nothing.
    elif told.uploaded is not None and cut.is_boundary(told.uploaded):
        upload["sent"] = told.uploaded


def _status(line: Line, publish_id: str) -> status.Status:
    try:
        return status.ask(line, publish_id)
    except Gone as error:
        raise StagedLost(FORGOTTEN, evidence=error.evidence) from None


# --- the commit -------------------------------------------------------------------------------------------------------


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    if staged.data.get("draft") != content.fingerprint(draft):
        raise StagedLost(CHANGED)
    if abilities.kind_of(draft) in abilities.FILMS:
        return _complete(line, draft, staged)
    is_draft = abilities.kind_of(draft) == abilities.PHOTO_DRAFT
    call = permits.PICTURE_DRAFT if is_draft else permits.PICTURES
    body = content.pictures(draft, staged.data["settings"])
    publish_id = text_in(line.ask(call, acting=True, field="media", json=body), "publish_id")
    if not publish_id:
        raise Uncertain("TikTok gave an answer that makes no sense: it may be published.")
    return receipt(draft, staged, publish_id)


def _complete(line: Line, draft: Draft, staged: Staged) -> Receipt:
    """Send the last chunk."""
    media, upload = draft.media[0], staged.data["upload"]
    cut = uploading.plan(media.size)
    told = _status(line, upload["publish_id"])
    if told.has_failed:
        raise status.failure(told, line.clock())
    if not told.waits_for(cut.size):
        raise Uncertain("TikTok has all of this video already: it may be published.")
    if uploading.is_over(line, upload):
        raise StagedLost("The time that TikTok gives to an upload is over: it is begun again.")
    first, last = cut.span(cut.last_start)
    answer = uploading.put(line, media, upload, first, last, acting=True)
    return _taken(line, draft, staged, answer)


def _taken(line: Line, draft: Draft, staged: Staged, answer: wire.Answer) -> Receipt:
    """Only an answer that counts all bytes as stored is believed."""
    cut = uploading.plan(draft.media[0].size)
    told = uploading.stored(answer, cut)
    if answer.status in uploading.DONE and told == cut.size:
        return receipt(draft, staged, staged.data["upload"]["publish_id"])
    if answer.status == uploading.OUT_OF_STEP and told is not None and told < cut.size:
        raise NotSent("TikTok lacks a part of this video: it is sent again.")
    raise uploading.refusal(line, staged.data["upload"], answer, acting=True)


def receipt(draft: Draft, staged: Staged, publish_id: str) -> Receipt:
    facts = {"kind": abilities.kind_of(draft), "username": str(staged.data.get("username") or "")}
    return Receipt(publish_id, facts=facts)
