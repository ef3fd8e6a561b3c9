"""Putting a post on a server: its pictures first, then the one request that makes it public.

https://docs.joinmastodon.org/methods/media/ and https://docs.joinmastodon.org/methods/statuses/.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.mastodon.line import Line
from apps.platforms.contract import Draft, MediaFile, Receipt, Role, Staged
from apps.platforms.errors import Disconnected, NotSent, PlatformError, Rejected, StagedLost, Throttled

# Servers drop a picture that no post uses after about a day; the exact time is not documented, so ours is shorter.
UPLOAD_LIFE = timedelta(hours=18)
LONGEST_PROCESSING = timedelta(minutes=10)
POLL_PAUSES = (1, 2, 4, 8, 15)  # seconds
SHORT_PAUSE = timedelta(seconds=30)

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}


# --- staging ----------------------------------------------------------------------------------------------------------


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    """Upload what is not there yet, then wait until the server has processed all of it."""
    if not draft.media:
        return Staged(data={"media": []})
    data = _carried_over(line, draft, before)
    if pause := _upload_missing(line, draft, data):
        return Staged(data=data, ready=False, again_in=pause)
    if _all_processed(line, data):
        return Staged(data=data)
    if line.clock() - _started_at(data) > LONGEST_PROCESSING:
        raise NotSent(f"{line.name} has been working on the pictures for more than ten minutes.")
    seconds = POLL_PAUSES[min(data["polls"], len(POLL_PAUSES) - 1)]
    data["polls"] += 1
    return Staged(data=data, ready=False, again_in=timedelta(seconds=seconds))


def media_ids(staged: Staged) -> list[str]:
    """The ids of the uploaded pictures in display order."""
    return [entry["id"] for entry in staged.data.get("media", [])]


def _carried_over(line: Line, draft: Draft, before: Staged | None) -> dict[str, Any]:
    """What `before` achieved, as far as it still holds: the same pictures, uploaded not too long ago."""
    data: dict[str, Any] = {"media": [], "started_at": line.clock().isoformat(), "polls": 0}
    if before is None or not before.data.get("media"):
        return data
    if line.clock() - _started_at(before.data) > UPLOAD_LIFE:
        return data
    prints = [_fingerprint(media) for media in draft.media]
    kept = [dict(entry) for entry in before.data["media"]]
    if [entry["print"] for entry in kept] != prints[: len(kept)]:
        return data
    return {"media": kept, "started_at": before.data["started_at"], "polls": before.data.get("polls", 0)}


def _started_at(data: Any) -> Any:
    return wire.instant(data["started_at"])


def _fingerprint(media: MediaFile) -> str:
    return hashlib.sha256(f"{media.sha256}\n{media.alt}".encode()).hexdigest()[:16]


def _upload_missing(line: Line, draft: Draft, data: dict[str, Any]) -> timedelta | None:
    """Add uploads to `data` until none is missing; a pause instead of an error when some got through before it."""
    achieved = False
    for position in range(len(data["media"]), len(draft.media)):
        try:
            data["media"].append(_upload(line, draft.media[position], position))
        except (NotSent, Throttled) as refused:
            if not achieved:
                raise
            # Uploads are scarce (30 in half an hour): those that arrived are kept.
            until = refused.retry_at if isinstance(refused, Throttled) else None
            return until - line.clock() if until else SHORT_PAUSE
        achieved = True
    return None


def _upload(line: Line, media: MediaFile, position: int) -> dict[str, Any]:
    content = wire.read_media(media, position)
    name = f"{media.id}.{EXTENSIONS.get(media.mime_type, 'bin')}"
    form = {"description": media.alt} if media.alt else {}
    for path in ("/api/v2/media", "/api/v1/media"):  # Older servers know only the second.
        answer = line.send("POST", path, files={"file": (name, content, media.mime_type)}, data=form)
        if answer.status != 404:
            break
    if answer.status not in {200, 202}:
        raise line.failure(answer, needs=("write:media",), media=position)
    remote_id = _remote_id(answer)
    if not remote_id:
        raise line.unreadable(answer)
    return {"id": remote_id, "print": _fingerprint(media), "is_processed": answer.status == 200}


def _all_processed(line: Line, data: dict[str, Any]) -> bool:
    for position, entry in enumerate(data["media"]):
        if entry["is_processed"]:
            continue
        answer = line.get(f"/api/v1/media/{entry['id']}")
        if answer.status == 206:
            return False
        if answer.status == 404:
            raise StagedLost(f"{line.name} no longer has the uploaded pictures.")
        if answer.status != 200:
            raise line.failure(answer, media=position)
        entry["is_processed"] = True
    return True


def _remote_id(answer: wire.Answer) -> str:
    try:
        value = answer.mapping().get("id")
    except wire.Unreadable:
        return ""
    return value if isinstance(value, str) else ""


# --- the commit -------------------------------------------------------------------------------------------------------


def visibility(draft: Draft) -> str:
    """Who sees the post. Comments and replies of ours stay out of public timelines, as is the custom for threads."""
    chosen = draft.options.get("visibility") or "public"
    return "unlisted" if chosen == "public" and draft.role is not Role.MAIN else chosen


def body(draft: Draft, staged: Staged) -> dict[str, Any]:
    """The post as the API wants it. Visibility is always sent, for accounts differ in their default."""
    fields: dict[str, Any] = {"status": draft.text, "visibility": visibility(draft)}
    if ids := media_ids(staged):
        fields["media_ids"] = ids
    if draft.parent is not None:
        fields["in_reply_to_id"] = draft.parent.remote_id
    if warning := draft.options.get("content_warning"):
        fields["spoiler_text"] = warning
    if draft.options.get("sensitive") == "yes":
        fields["sensitive"] = True
    language = draft.language.partition("-")[0].lower()
    if re.fullmatch(r"[a-z]{2,3}", language):
        fields["language"] = language
    return fields


def commit(line: Line, draft: Draft, staged: Staged, *, key: str) -> Receipt:
    answer = line.send(
        "POST", "/api/v1/statuses", acting=True, json=body(draft, staged), headers={"Idempotency-Key": key}
    )
    if answer.is_success and (receipt := receipt_of(answer)):
        return receipt
    raise _refusal(line, draft, answer)


def receipt_of(answer: wire.Answer) -> Receipt | None:
    try:
        return read_receipt(answer.mapping())
    except wire.Unreadable:
        return None


def read_receipt(status: dict[str, Any]) -> Receipt | None:
    """A status as a receipt, or None where it has no id. `visibility` is what the server made of ours."""
    remote_id, url, shown = status.get("id"), status.get("url"), status.get("visibility")
    if not isinstance(remote_id, str) or not remote_id:
        return None
    return Receipt(
        remote_id=remote_id,
        remote_url=url if isinstance(url, str) else "",
        published_at=wire.instant(status.get("created_at")),
        facts={"visibility": shown} if isinstance(shown, str) else {},
    )


def _refusal(line: Line, draft: Draft, answer: wire.Answer) -> PlatformError:
    failure = line.failure(answer, acting=True, needs=("write:statuses",), is_reply=draft.parent is not None)
    if answer.status != 400 or not isinstance(failure, Rejected) or failure.field:
        return failure
    # Some software answers 400 for a dead token as well; who we are tells the two apart.
    try:
        who = line.get("/api/v1/accounts/verify_credentials")
    except PlatformError:
        return failure
    if who.status in {400, 401}:
        words = f"{line.name} no longer accepts our access to this account: connect it again."
        return Disconnected(words, evidence=failure.evidence)
    return failure


def locate(line: Line, receipt: Receipt) -> str:
    """The address of a post; "" when the server does not tell just now."""
    if receipt.remote_url:
        return receipt.remote_url
    try:
        answer = line.get(f"/api/v1/statuses/{receipt.remote_id}")
    except PlatformError:
        return ""
    found = receipt_of(answer) if answer.status == 200 else None
    return found.remote_url if found else ""
