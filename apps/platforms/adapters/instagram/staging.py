"""Preparing a post: a container for each file, one for the post, and waiting until they are finished.

https://developers.facebook.com/documentation/instagram-platform/content-publishing. What was achieved is in
`Staged.data`: {"draft", "started_at", "polls", "items": [...], "post": {...}}, where `items` are the files of a
carousel and each entry is one of `containers.entry`. The container is read again before another commit: one that
Instagram calls published is never published a second time, and never made anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.instagram import containers, faults, forms, requests, uploading
from apps.platforms.adapters.instagram.capabilities import CONTAINER_LIFE
from apps.platforms.adapters.instagram.containers import Paused
from apps.platforms.adapters.instagram.line import Line, entries, mapping_in, remote_id
from apps.platforms.contract import Draft, MediaFile, Role, Staged
from apps.platforms.errors import NotSent, PlatformError, Rejected, StagedLost, Throttled
from apps.platforms.meta.faults import DEFAULT_PAUSE

LONGEST_PROCESSING: Final = timedelta(minutes=15)
FIRST_POLL, FIRST_VIDEO_POLL = timedelta(seconds=2), timedelta(seconds=5)
LONGEST_POLL: Final = timedelta(seconds=60)
MOST_GROWTH: Final = 20  # of the pause, beyond which it is the longest anyway
RETRY_PAUSES: Final = (5, 20, 60)  # seconds, after a failure that may pass
DEFAULT_QUOTA: Final = 50  # pages of the documentation say 25, 50 and 100: the account's own number is read
SHORT_PAUSE: Final = timedelta(seconds=30)
EXPIRED: Final = "What was prepared for this post has expired at Instagram."


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    if draft.role is Role.REPLY:
        raise Rejected("Instagram has no threads: only the first part can be published there.", field="role")
    if draft.role is Role.FIRST_COMMENT:
        return Staged(data={})
    forms.format_name(draft)
    if before is None or not before.data:
        check_quota(line)
    work = _Work(line, draft, _carried_over(line, draft, before))
    try:
        if before is not None and before.ready:
            work.look_again()
        work.go_on()
    except Paused as pause:
        return Staged(data=work.data, ready=False, again_in=pause.again_in)
    return Staged(data=work.data)


def check_quota(line: Line) -> None:
    """Raise Throttled when the account may not publish any more today; an unreadable quota stops nobody."""
    try:
        said = line.read(requests.QUOTA, {"fields": "config,quota_usage"})
    except (NotSent, Rejected, StagedLost):
        return
    quota = next(iter(entries(said) or ()), {})
    total, usage = mapping_in(quota, "config").get("quota_total"), quota.get("quota_usage")
    total = total if isinstance(total, int) and total > 0 else DEFAULT_QUOTA
    if isinstance(usage, int) and usage >= total:
        words = f"This account has used up the {total} posts that Instagram allows within 24 hours."
        # The window moves, and Instagram does not say when its oldest post leaves it.
        raise Throttled(words, retry_at=line.clock() + DEFAULT_PAUSE)


def _carried_over(line: Line, draft: Draft, before: Staged | None) -> dict[str, Any]:
    """What `before` achieved, as far as it still holds: containers live for a day and carry this very draft."""
    fresh: dict[str, Any] = {
        "draft": forms.fingerprint(draft),
        "started_at": line.clock().isoformat(),
        "polls": 0,
        "items": [containers.entry() for _ in draft.media] if forms.is_carousel(draft) else [],
        "post": containers.entry(),
    }
    if before is None or before.data.get("draft") != fresh["draft"]:
        return fresh
    started_at = wire.instant(before.data.get("started_at"))
    if started_at is None or line.clock() - started_at >= CONTAINER_LIFE:
        return fresh
    return _copied(before.data)


def _copied(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "items": [dict(entry) for entry in data["items"]], "post": dict(data["post"])}


@dataclass
class _Work:
    """One round of preparation. `data` holds what was achieved at any moment, also when the round is cut short."""

    line: Line
    draft: Draft
    data: dict[str, Any]
    has_achieved: bool = False

    def go_on(self) -> None:
        """Create what is missing, send what has to be sent, look at what is not finished; Paused until all is ready."""
        items, post = self.data["items"], self.data["post"]
        for position, entry in enumerate(items):
            if not entry["id"]:
                self._create(entry, forms.item_form(self.draft, position), field=f"media.{position}")
        self._upload(items)
        self._wait_for(items)
        if not post["id"]:
            ids = [entry["id"] for entry in items]
            form = forms.post_form(self.draft, items=ids, is_by_facebook=self.line.is_by_facebook)
            self._create(post, form, field=self._post_field)
        if not items:
            self._upload([post])
        self._wait_for([post])

    def look_again(self) -> None:
        """A commit came to nothing: perhaps by its answer alone. One that reads do not show is left as it was."""
        post = self.data["post"]
        if not post["is_finished"]:
            return
        status, _ = containers.status(self.line, post["id"])
        if status == containers.EXPIRED:
            raise StagedLost(EXPIRED)
        post["is_published"] = status == containers.PUBLISHED

    @property
    def _post_field(self) -> str:
        return "media" if self.data["items"] else "media.0"

    # creating

    def _create(self, entry: dict[str, Any], form: forms.Form, *, field: str) -> None:
        try:
            answer = self.line.send(requests.CREATE, data=form)
            said = self.line.understood(answer, requests.CREATE, field=field)
            entry["uri"] = uploading.address_in(self.line, said) if "upload_type" in form else ""
            if not remote_id(said) or ("upload_type" in form and not entry["uri"]):
                raise self.line.unreadable(answer)
            entry.update(id=remote_id(said), created_at=self.line.clock().isoformat())
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
        raise Paused(until - self.line.clock() if until else SHORT_PAUSE)

    def _again(self, entry: dict[str, Any], subcode: int, refused: PlatformError, *, field: str) -> None:
        failures = entry["failures"]
        if failures >= len(RETRY_PAUSES):
            raise faults.media_failure(subcode, field=field, evidence=refused.evidence)
        entry.update(containers.entry(), failures=failures + 1)
        raise Paused(timedelta(seconds=RETRY_PAUSES[failures]))

    # uploading

    def _upload(self, made: list[dict[str, Any]]) -> None:
        """Send the files that Instagram does not fetch, one in each round; the row remembers each step."""
        for position, entry in enumerate(made):
            if entry["uri"] and not entry["is_uploaded"]:
                if self.has_achieved:  # The container is remembered before its bytes are on their way.
                    raise Paused
                self._send(entry, self.draft.media[position], field=f"media.{position}")
                raise Paused

    def _send(self, entry: dict[str, Any], media: MediaFile, *, field: str) -> None:
        if not uploading.send_rest(self.line, entry, media, field=field):
            self._again(entry, 0, NotSent("Instagram took no more of this video."), field=field)
        entry["is_uploaded"] = True

    # waiting

    def _wait_for(self, watched: list[dict[str, Any]]) -> None:
        for position, entry in enumerate(watched):
            field = self._post_field if entry is self.data["post"] else f"media.{position}"
            if not entry["is_finished"] and not self._is_finished(entry, field=field):
                self._poll_later(entry)

    def _poll_later(self, entry: dict[str, Any]) -> None:
        if self._age(entry) > LONGEST_PROCESSING:
            raise NotSent("Instagram has been working on the files for more than fifteen minutes.")
        first = FIRST_VIDEO_POLL if any(media.is_video for media in self.draft.media) else FIRST_POLL
        pause = min(first * 1.5 ** min(self.data["polls"], MOST_GROWTH), LONGEST_POLL)
        self.data["polls"] += 1
        raise Paused(pause)

    def _age(self, entry: dict[str, Any]) -> timedelta:
        created_at = wire.instant(entry["created_at"])
        return self.line.clock() - created_at if created_at else timedelta.max

    def _is_finished(self, entry: dict[str, Any], *, field: str) -> bool:
        status, said = containers.status(self.line, entry["id"])
        is_lost = status == containers.UNSEEN and self._age(entry) > containers.LONGEST_UNSEEN
        if status == containers.EXPIRED or is_lost:
            raise StagedLost(EXPIRED)
        if status == containers.ERROR:
            subcode = faults.subcode_in(said)
            failure = faults.media_failure(subcode, field=field, evidence=faults.status_evidence(said))
            if subcode in faults.PASSING:
                self._again(entry, subcode or 0, failure, field=field)
            raise failure
        if status not in {containers.FINISHED, containers.PUBLISHED}:
            return False
        entry.update(is_finished=True, is_published=status == containers.PUBLISHED)
        self.data["polls"] = 0
        return True
