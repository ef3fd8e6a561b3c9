"""Preparing a Pin: its board is looked up, and a video goes up and is processed, before the hour.

https://developers.pinterest.com/docs/work-with-organic-content-and-users/create-boards-and-pins/

`Staged.data` is {"files", "tries", "is_inline", "media_id", "is_sent", "uploads", "polls", "since"}. A video goes up in
one form, which cannot be cut in parts, and whose signature is kept nowhere: an upload that was killed begins anew, and
one whose answer was lost is asked about first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.pinterest import abilities, boards, content, permits
from apps.platforms.adapters.pinterest.form import UploadForm
from apps.platforms.adapters.pinterest.line import Line, object_in, text_in
from apps.platforms.contract import Draft, Staged
from apps.platforms.errors import Evidence, NotSent, PlatformError, Rejected, StagedLost

FIELD: Final = "media.0"
FIRST_POLL: Final = timedelta(seconds=5)
LONGEST_POLL: Final = timedelta(seconds=60)
MOST_GROWTH: Final = 10  # of the pause, beyond which it is the longest anyway
LONGEST_PROCESSING: Final = timedelta(hours=1)
MOST_UPLOADS: Final = 4
AT_ONCE: Final = timedelta(0)


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    content.check(line, draft)
    place = boards.place_of(draft)
    line.require(permits.CREATE)
    data = _carried_over(draft, before)
    if before is None or before.ready:
        boards.check(line, place)
    data["is_inline"] = _is_inline(draft, tries=data["tries"])
    if abilities.kind_of(draft) != abilities.VIDEO:
        return Staged(data)
    return _Video(line, draft, data).go_on()


def print_of(draft: Draft) -> str:
    """What was prepared: the files. All else of a draft may change until the hour."""
    return hashlib.sha256("\0".join(media.sha256 for media in draft.media).encode()).hexdigest()[:16]


def _carried_over(draft: Draft, before: Staged | None) -> dict[str, Any]:
    fresh = {
        "files": print_of(draft), "tries": 0, "is_inline": False, "media_id": "", "is_sent": False,
        "uploads": 0, "polls": 0, "since": "",
    }  # fmt: skip
    if before is None or before.data.get("files") != fresh["files"]:
        return fresh
    # A Pin that is prepared again was refused for a reason that may pass, or is to be sent at another hour.
    return {**fresh, **before.data, "tries": before.data["tries"] + before.ready}


def _is_inline(draft: Draft, *, tries: int) -> bool:
    """Pictures go along themselves where Pinterest cannot fetch them, or failed to before."""
    if content.must_be_inline(draft):
        if not content.can_be_inline(draft):
            words = "Pinterest has to fetch files of this size from a public address, and this Postroom has none."
            raise Rejected(words, field="media")
        return True
    return tries > 0 and content.can_be_inline(draft)


@dataclass
class _Video:
    """One step with a video: it goes up, or is asked about."""

    line: Line
    draft: Draft
    data: dict[str, Any]

    def go_on(self) -> Staged:
        if not self.data["media_id"]:
            self._upload()
            return self._later()
        status = self._status()
        if status == "succeeded":
            self.data["is_sent"] = True
            return Staged(self.data)
        if status == "failed":
            words = "Pinterest could not process this video: the file may be damaged, or no video at all."
            raise Rejected(words, field=FIELD, evidence=Evidence(status=200, code="failed"))
        if status == "registered" and not self.data["is_sent"]:
            # The file is not there: its upload broke off.
            self.data.update(media_id="", polls=0)
            return Staged(self.data, ready=False, again_in=AT_ONCE)
        since = wire.instant(self.data["since"])
        if since is None or self.line.clock() - since > LONGEST_PROCESSING:
            raise StagedLost("Pinterest did not finish processing this video.")
        return self._later()

    def _later(self) -> Staged:
        pause = min(FIRST_POLL * 1.5 ** min(self.data["polls"], MOST_GROWTH), LONGEST_POLL)
        self.data["polls"] += 1
        return Staged(self.data, ready=False, again_in=pause)

    def _status(self) -> str:
        answer = self.line.send(permits.MEDIA, id=self.data["media_id"])
        if answer.status == 404:
            raise StagedLost("Pinterest no longer has the video that was uploaded for this post.")
        status = text_in(self.line.understood(answer, permits.MEDIA), "status")
        if status not in {"registered", "processing", "succeeded", "failed"}:
            raise self.line.unreadable(answer)
        return status

    # the upload

    def _upload(self) -> None:
        """Register, and send the file. An answer that is lost leaves it to the next step to ask how far it came."""
        if self.data["uploads"] >= MOST_UPLOADS:
            raise StagedLost("Uploading the video to Pinterest broke off several times.")
        answer = self.line.send(permits.REGISTER, json={"media_type": "video"})
        said = self.line.understood(answer, permits.REGISTER, field=FIELD)
        media_id, address = text_in(said, "media_id"), text_in(said, "upload_url")
        given = {name: value for name, value in object_in(said, "upload_parameters").items() if isinstance(value, str)}
        if not media_id or not _is_address(address) or not given:
            raise self.line.unreadable(answer)
        now = self.line.clock().isoformat()
        self.data.update(media_id=media_id, is_sent=False, uploads=self.data["uploads"] + 1, polls=0, since=now)
        form = UploadForm(given, self.draft.media[0], FIELD)
        try:
            sent = wire.send(self.line.http, "POST", address, platform="Pinterest", **form.request())
        except NotSent:
            return
        if sent.is_success:
            self.data["is_sent"] = True
            return
        self._refused(sent, [Secret(value) for value in given.values()])

    def _refused(self, sent: wire.Answer, secrets: list[Secret]) -> None:
        """The store of uploads says no in XML of its own, which may repeat what signed the form. A form that is over
        its time is made anew."""
        seen = wire.evidence(sent, code=_code(sent.text), secrets=secrets)
        failure: PlatformError | None = None
        if sent.status == 413 or "EntityTooLarge" in sent.text:
            failure = Rejected("This video is too large for Pinterest.", field=FIELD, evidence=seen)
        elif sent.status < 500 and self.data["uploads"] >= MOST_UPLOADS:
            failure = StagedLost("Pinterest refused the upload of this video several times.", evidence=seen)
        if failure is not None:
            raise failure


def _is_address(written: str) -> bool:
    try:
        return httpx.URL(written).scheme in {"https", "http"}
    except httpx.InvalidURL:
        return False


def _code(xml: str) -> str:
    return xml.partition("<Code>")[2].partition("</Code>")[0][:100]
