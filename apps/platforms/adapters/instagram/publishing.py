"""Putting a post on Instagram: containers that Instagram fills from our public addresses, then one publish.

https://developers.facebook.com/documentation/instagram-platform/content-publishing. A container is invisible, lives for
a day, and is persisted in `Staged.data` as soon as it exists: {"draft", "started_at", "polls", "pictures": [...],
"carousel": {...}}, where each entry is {"id", "created_at", "is_finished", "failures"}.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apps.platforms import http as wire
from apps.platforms.adapters.instagram import faults
from apps.platforms.adapters.instagram.consent import COMMENTS, PUBLISH
from apps.platforms.adapters.instagram.line import Line, remote_id
from apps.platforms.contract import Draft, MediaFile, Receipt, Role, Staged
from apps.platforms.errors import (
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
    Uncertain,
)

CONTAINER_LIFE = timedelta(hours=23)  # documented: 24
LONGEST_PROCESSING = timedelta(minutes=15)
FIRST_POLL, LONGEST_POLL = timedelta(seconds=2), timedelta(seconds=60)
RETRY_PAUSES = (5, 20, 60)  # seconds, after a failure that may pass
DEFAULT_QUOTA = 50  # pages of the documentation say 25, 50 and 100: the account's own number is read
LONGEST_UNSEEN = timedelta(minutes=2)  # for a fresh container that reads do not show
UNSEEN_CODES = frozenset({"100/33", "24/2207008"})
SHORT_PAUSE = timedelta(seconds=30)


@dataclass
class _Paused(Exception):
    """Not an error: what was achieved is kept, and the caller asks again later."""

    again_in: timedelta


# --- staging ----------------------------------------------------------------------------------------------------------


def stage(line: Line, draft: Draft, account_id: str, before: Staged | None) -> Staged:
    if draft.role is Role.REPLY:
        raise Rejected("Instagram has no threads: only the first part can be published there.", field="role")
    if draft.role is Role.FIRST_COMMENT:
        return Staged(data={})
    if not draft.media:
        raise Rejected("Instagram needs a picture with each post.", field="media")
    if before is None or not before.data:
        check_quota(line, account_id)
    work = _Work(line, draft, account_id, _carried_over(line, draft, before))
    try:
        work.go_on()
    except _Paused as pause:
        return Staged(data=work.data, ready=False, again_in=pause.again_in)
    return Staged(data=work.data)


def container_id(staged: Staged) -> str:
    """The container that is published: the carousel, or the only picture."""
    carousel, pictures = staged.data.get("carousel"), staged.data.get("pictures")
    entry = carousel or (pictures[0] if pictures else {})
    return str(entry.get("id") or "")


def check_quota(line: Line, account_id: str) -> None:
    """Raise Throttled when the account may not publish any more today; an unreadable quota stops nobody."""
    try:
        said = line.read(f"{account_id}/content_publishing_limit", needs=(PUBLISH,), fields="config,quota_usage")
    except (NotSent, Rejected, StagedLost):
        return
    data = said.get("data")
    entry = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
    config = entry.get("config")
    total = config.get("quota_total") if isinstance(config, dict) else None
    usage = entry.get("quota_usage")
    total = total if isinstance(total, int) and total > 0 else DEFAULT_QUOTA
    if isinstance(usage, int) and usage >= total:
        words = f"This account has used up the {total} posts that Instagram allows within 24 hours."
        # The window moves, and Instagram does not say when its oldest post leaves it.
        raise Throttled(words, retry_at=line.clock() + faults.DEFAULT_PAUSE)


def _carried_over(line: Line, draft: Draft, before: Staged | None) -> dict[str, Any]:
    """What `before` achieved, as far as it still holds: containers live for a day and carry this very draft."""
    data: dict[str, Any] = {
        "draft": fingerprint(draft),
        "started_at": line.clock().isoformat(),
        "polls": 0,
        "pictures": [_entry() for _ in draft.media],
    }
    if before is None or not before.data.get("pictures"):
        return data
    started_at = wire.instant(before.data.get("started_at"))
    is_fresh = started_at is not None and line.clock() - started_at < CONTAINER_LIFE
    if not is_fresh or before.data.get("draft") != data["draft"]:
        return data
    carried = {**before.data, "pictures": [dict(entry) for entry in before.data["pictures"]]}
    if "carousel" in carried:
        carried["carousel"] = dict(carried["carousel"])
    return carried


def _entry() -> dict[str, Any]:
    return {"id": "", "created_at": "", "is_finished": False, "failures": 0}


def fingerprint(draft: Draft) -> str:
    """What a container carries: caption, pictures and their alt texts."""
    parts = [draft.text, *(f"{media.sha256}\n{media.alt}" for media in draft.media)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@dataclass
class _Work:
    """One round of preparation. `data` holds what was achieved at any moment, also when the round is cut short."""

    line: Line
    draft: Draft
    account_id: str
    data: dict[str, Any]
    has_achieved: bool = False

    def go_on(self) -> None:
        """Create what is missing and look at what is not finished; raises _Paused until all is ready."""
        pictures = self.data["pictures"]
        for position, entry in enumerate(pictures):
            if not entry["id"]:
                self._create(entry, self._picture_form(position), field=f"media.{position}")
        self._wait_for(pictures)
        if len(pictures) > 1:
            carousel = self.data.setdefault("carousel", _entry())
            if not carousel["id"]:
                self._create(carousel, self._carousel_form(), field="media")
            self._wait_for([carousel])

    def _picture_form(self, position: int) -> dict[str, str]:
        media: MediaFile = self.draft.media[position]
        if not media.public_url:
            words = "Instagram fetches pictures from a public address, and this one has none."
            raise Rejected(words, field=f"media.{position}")
        form = {"image_url": media.public_url}
        if media.alt:
            form["alt_text"] = media.alt
        if len(self.draft.media) > 1:
            return form | {"is_carousel_item": "true"}
        return form | ({"caption": self.draft.text} if self.draft.text else {})

    def _carousel_form(self) -> dict[str, str]:
        form = {"media_type": "CAROUSEL", "children": ",".join(entry["id"] for entry in self.data["pictures"])}
        return form | ({"caption": self.draft.text} if self.draft.text else {})

    def _create(self, entry: dict[str, Any], form: dict[str, str], *, field: str) -> None:
        try:
            answer = self.line.send("POST", self.line.graph(f"{self.account_id}/media"), data=form)
            entry["id"] = remote_id(self.line.understood(answer, needs=(PUBLISH,), field=field))
            if not entry["id"]:
                raise self.line.unreadable(answer)
            entry["created_at"] = self.line.clock().isoformat()
        except (NotSent, Throttled) as refused:
            self._pause_or_raise(entry, refused, field=field)
        self.has_achieved = True

    def _pause_or_raise(self, entry: dict[str, Any], refused: NotSent | Throttled, *, field: str) -> None:
        """A failure that may pass is tried again a few times; one of the network keeps what was achieved before it."""
        subcode = refused.evidence.code.rpartition("/")[2]
        if subcode.isdecimal() and int(subcode) in faults.PASSING:
            self._again(entry, int(subcode), refused, field=field)
        if not self.has_achieved:
            raise refused
        until = refused.retry_at if isinstance(refused, Throttled) else None
        raise _Paused(until - self.line.clock() if until else SHORT_PAUSE)

    def _again(self, entry: dict[str, Any], subcode: int, refused: PlatformError, *, field: str) -> None:
        failures = entry["failures"]
        if failures >= len(RETRY_PAUSES):
            raise faults.media_failure(subcode, field=field, evidence=refused.evidence)
        entry.update(id="", is_finished=False, failures=failures + 1)
        raise _Paused(timedelta(seconds=RETRY_PAUSES[failures]))

    def _wait_for(self, entries: list[dict[str, Any]]) -> None:
        for position, entry in enumerate(entries):
            field = f"media.{position}" if entry is not self.data.get("carousel") else "media"
            if not entry["is_finished"] and not self._is_finished(entry, field=field):
                self._poll_later(entry)
        self.data["polls"] = 0

    def _poll_later(self, entry: dict[str, Any]) -> None:
        if self._age(entry) > LONGEST_PROCESSING:
            raise NotSent("Instagram has been working on the pictures for more than fifteen minutes.")
        pause = min(FIRST_POLL * 1.5 ** self.data["polls"], LONGEST_POLL)
        self.data["polls"] += 1
        raise _Paused(pause)

    def _age(self, entry: dict[str, Any]) -> timedelta:
        created_at = wire.instant(entry["created_at"])
        return self.line.clock() - created_at if created_at else timedelta.max

    def _is_finished(self, entry: dict[str, Any], *, field: str) -> bool:
        status, said = container_status(self.line, entry["id"], field=field)
        if status == "EXPIRED" or (not status and self._age(entry) > LONGEST_UNSEEN):
            raise StagedLost("What was prepared for this post has expired at Instagram.")
        if status == "ERROR":
            subcode = faults.subcode_in(said)
            failure = faults.media_failure(subcode, field=field, evidence=faults.status_evidence(said))
            if subcode in faults.PASSING:
                self._again(entry, subcode or 0, failure, field=field)
            raise failure
        entry["is_finished"] = status in {"FINISHED", "PUBLISHED"}
        return bool(entry["is_finished"])


def container_status(line: Line, container: str, *, field: str = "") -> tuple[str, str]:
    """`status_code` and `status` of a container; ("", ...) while a fresh one is not to be seen yet."""
    try:
        said = line.read(container, needs=(PUBLISH,), field=field, fields="status_code,status")
    except (NotSent, StagedLost) as unseen:
        if unseen.evidence.code in UNSEEN_CODES:
            return "", unseen.evidence.text
        raise
    return str(said.get("status_code") or ""), str(said.get("status") or "")


# --- the commit -------------------------------------------------------------------------------------------------------


def commit(line: Line, draft: Draft, staged: Staged, account_id: str) -> Receipt:
    if draft.role is Role.FIRST_COMMENT:
        return _comment(line, draft)
    if staged.data.get("draft") != fingerprint(draft):
        raise StagedLost("What was prepared at Instagram is an earlier version of this post.")
    form = {"creation_id": container_id(staged)}
    answer = line.send("POST", line.graph(f"{account_id}/media_publish"), acting=True, data=form)
    return _receipt(line, answer, needs=(PUBLISH,))


def _comment(line: Line, draft: Draft) -> Receipt:
    """Nothing but `message` is sent: with `fields` Instagram creates the comment and then answers with an error."""
    if draft.parent is None:
        raise Rejected("A first comment needs the post it belongs to.", field="parent")
    url = line.graph(f"{draft.parent.remote_id}/comments")
    answer = line.send("POST", url, acting=True, data={"message": draft.text})
    return _receipt(line, answer, needs=(COMMENTS,))


def _receipt(line: Line, answer: wire.Answer, *, needs: tuple[str, ...]) -> Receipt:
    if answer.is_success and faults.read_fault(answer) == faults.Fault():
        try:
            if found := remote_id(answer.mapping()):
                return Receipt(found)
        except wire.Unreadable:
            pass
        seen = wire.evidence(answer, code="unreadable", secrets=line.hidden)
        raise Uncertain("Instagram gave an answer that makes no sense: the post may be out.", evidence=seen)
    raise line.failure(answer, acting=True, needs=needs)


def locate(line: Line, receipt: Receipt) -> str:
    """The address of a post; "" for a comment, or when Instagram does not tell just now."""
    if receipt.remote_url:
        return receipt.remote_url
    try:
        permalink = line.read(receipt.remote_id, fields="permalink").get("permalink")
    except PlatformError:
        return ""
    return permalink if isinstance(permalink, str) else ""
