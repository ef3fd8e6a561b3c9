"""Preparing a post: a container for each file, one for the post, and waiting until they are finished.

What was achieved is in `Staged.data`: {"draft", "polls", "tries", "items": [...], "post": {...}}, where `items` are the
files of a carousel and each entry is one of `containers.entry`. The container is read again before each commit: one
that Threads calls published is never published a second time, and never made anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.threads import containers, faults, forms, reposts, requests
from apps.platforms.adapters.threads.capabilities import CONTAINER_LIFE
from apps.platforms.adapters.threads.line import Line, entries, remote_id
from apps.platforms.contract import Credential, Draft, Role, Staged
from apps.platforms.errors import NotSent, Rejected, StagedLost, Throttled
from apps.platforms.meta.faults import DEFAULT_PAUSE

FIRST_POLL, FIRST_VIDEO_POLL = timedelta(seconds=2), timedelta(seconds=10)
LONGEST_POLL: Final = timedelta(seconds=60)
MOST_GROWTH: Final = 20  # of the pause, beyond which it is the longest anyway
FETCH_PAUSES: Final = (5, 20, 60)  # seconds, after a file could not be fetched
AGAIN_PAUSE: Final = timedelta(seconds=5)  # before a second container after one that failed for no lasting reason
SHORT_PAUSE: Final = timedelta(seconds=30)
MOST_TRIES: Final = 4  # with one container that is finished and cannot be published


@dataclass
class _Paused(Exception):
    """Not an error: what was achieved is kept, and the caller asks again later."""

    again_in: timedelta


def stage(line: Line, draft: Draft, credential: Credential, before: Staged | None) -> Staged:
    if before is None or before.ready:
        check_quota(line, draft)
    if forms.is_repost(draft):
        return reposts.stage(line, draft, before)
    work = _Work(line, draft, credential, _carried_over(line, draft, before))
    try:
        work.go_on()
    except _Paused as pause:
        return Staged(data=work.data, ready=False, again_in=pause.again_in)
    except (NotSent, Throttled) as refused:
        if not work.has_achieved:
            raise
        until = refused.retry_at if isinstance(refused, Throttled) else None
        return Staged(data=work.data, ready=False, again_in=until - line.clock() if until else SHORT_PAUSE)
    return Staged(data=work.data)


def check_quota(line: Line, draft: Draft) -> None:
    """Raise Throttled when the profile may not publish any more today; a quota that cannot be read stops nobody."""
    is_reply = draft.role is not Role.MAIN
    prefix, call = ("reply_", requests.REPLY_QUOTA) if is_reply else ("", requests.QUOTA)
    used, config = ("reply_quota_usage", "reply_config") if is_reply else ("quota_usage", "config")
    try:
        said, _ = line.read(call, {"fields": f"{prefix}quota_usage,{prefix}config"})
    except (NotSent, Rejected):
        return
    quota = next(iter(entries(said) or ()), {})
    total = quota[config].get("quota_total") if isinstance(quota.get(config), dict) else None
    usage = quota.get(used)
    if isinstance(usage, int) and isinstance(total, int) and 0 < total <= usage:
        what = "replies" if is_reply else "posts"
        words = f"This profile has used up the {total:,} {what} that Threads allows within 24 hours."
        # The window moves, and Threads does not say when its oldest post leaves it.
        raise Throttled(words, retry_at=line.clock() + DEFAULT_PAUSE)


def _carried_over(line: Line, draft: Draft, before: Staged | None) -> dict[str, Any]:
    """What `before` achieved, as far as it still holds: containers live for a day and carry this very draft."""
    items = [containers.entry() for _ in draft.media] if forms.is_carousel(draft) else []
    fresh = {
        "draft": forms.fingerprint(draft),
        "started_at": line.clock().isoformat(),
        "polls": 0,
        "tries": 0,
        "items": items,
        "post": containers.entry(),
    }
    if before is None or before.data.get("draft") != fresh["draft"]:
        return fresh
    started_at = wire.instant(before.data.get("started_at"))
    if started_at is None or line.clock() - started_at >= CONTAINER_LIFE:
        return fresh
    tries = before.data["tries"] + before.ready
    return {**_copied(before.data), "tries": tries, "is_again": before.ready}


def _copied(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "items": [dict(entry) for entry in data["items"]], "post": dict(data["post"])}


@dataclass
class _Work:
    """One round of preparation. `data` holds what was achieved at any moment, also when the round is cut short."""

    line: Line
    draft: Draft
    credential: Credential
    data: dict[str, Any]
    has_achieved: bool = False

    def go_on(self) -> None:
        """Create what is missing and look at what is not finished; raises _Paused until all is ready."""
        is_again = self.data.pop("is_again", False)
        items, post = self.data["items"], self.data["post"]
        for position, entry in enumerate(items):
            if not entry["id"]:
                self._create(entry, forms.item_form(self.draft, position), field=f"media.{position}")
        self._wait_for(items)
        if not post["id"]:
            form = forms.post_form(self.draft, self.credential, items=[entry["id"] for entry in items])
            self._create(post, form, field=self._post_field)
        elif is_again:
            self._look_again(post)
        self._wait_for([post])
        self._let_settle(post)

    @property
    def _post_field(self) -> str:
        if self.data["items"]:
            return "media"
        return "media.0" if self.draft.media else "text"

    # creating

    def _create(self, entry: dict[str, Any], form: forms.Form, *, field: str) -> None:
        call = requests.CREATE if self.draft.role is Role.MAIN else requests.CREATE_REPLY
        try:
            answer = self.line.send(call, data=form)
            entry["id"] = remote_id(self.line.understood(answer, call, field=field))
            if not entry["id"]:
                raise self.line.unreadable(answer)
            entry["created_at"] = self.line.clock().isoformat()
        except faults.FetchFailed as failed:
            self._fetch_again(entry, failed.evidence.text, field=field)
        self.has_achieved = True

    def _fetch_again(self, entry: dict[str, Any], said: str, *, field: str) -> None:
        """A file that could not be fetched is tried three times more."""
        fetches = entry["fetches"]
        if fetches >= len(FETCH_PAUSES):
            raise faults.fetch_failure(said, field=field)
        entry.update(containers.entry(), fetches=fetches + 1, failures=entry["failures"])
        raise _Paused(timedelta(seconds=FETCH_PAUSES[fetches]))

    # waiting

    def _wait_for(self, watched: list[dict[str, Any]]) -> None:
        for position, entry in enumerate(watched):
            field = self._post_field if entry is self.data["post"] else f"media.{position}"
            if not entry["finished_at"] and not self._is_finished(entry, field=field):
                self._poll_later()

    def _poll_later(self) -> None:
        first = FIRST_VIDEO_POLL if any(media.is_video for media in self.draft.media) else FIRST_POLL
        pause = min(first * 1.5 ** min(self.data["polls"], MOST_GROWTH), LONGEST_POLL)
        self.data["polls"] += 1
        raise _Paused(pause)

    def _let_settle(self, post: dict[str, Any]) -> None:
        finished_at = wire.instant(post["finished_at"])
        if finished_at is not None and (left := finished_at + containers.SETTLING - self.line.clock()) > timedelta(0):
            raise _Paused(left)

    def _is_finished(self, entry: dict[str, Any], *, field: str) -> bool:
        status, said = containers.status(self.line, entry["id"])
        match status:
            case containers.FINISHED | containers.PUBLISHED:
                entry["finished_at"] = self.line.clock().isoformat()
                entry["is_published"] = status == containers.PUBLISHED
                self.data["polls"] = 0
                return True
            case containers.ERROR:
                self._failed(entry, said, field=field)
            case containers.EXPIRED:
                raise StagedLost("What was prepared for this post has expired at Threads.")
            case containers.UNSEEN if self._age(entry) > containers.LONGEST_UNSEEN:
                raise StagedLost("Threads no longer has what was prepared for this post.")
        return False

    def _failed(self, entry: dict[str, Any], said: str, *, field: str) -> None:
        """The container ended in an error: some pass with a second one, the others are the file's."""
        if str(faults.FETCH_FAILED) in said:
            self._fetch_again(entry, said, field=field)
        if said not in faults.PASSING or entry["failures"]:
            raise faults.container_failure(said, field=field)
        entry.update(containers.entry(), failures=1, fetches=entry["fetches"])
        raise _Paused(AGAIN_PAUSE)

    def _look_again(self, post: dict[str, Any]) -> None:
        """A commit came to nothing: look at what its container says now, and make a new one after too many tries."""
        settled_at = post["finished_at"]
        post["finished_at"] = ""
        if not self._is_finished(post, field=self._post_field):
            return
        post["finished_at"] = settled_at or post["finished_at"]
        if self.data["tries"] >= MOST_TRIES and not post["is_published"]:
            self.data["tries"] = 0
            post.update(containers.entry())
            raise _Paused(AGAIN_PAUSE)

    def _age(self, entry: dict[str, Any]) -> timedelta:
        created_at = wire.instant(entry["created_at"])
        return self.line.clock() - created_at if created_at else timedelta.max
