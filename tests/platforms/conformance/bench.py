"""What a test of the suite may do to a platform, whichever it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.platforms.contract import (
    Adapter,
    Consent,
    Credential,
    Draft,
    MediaFile,
    Receipt,
    RemotePost,
    Role,
    Staged,
    Trace,
)
from apps.platforms.inbound import Incoming
from tests.platforms.drafts import draft, picture, video

CALLBACK = "http://127.0.0.1:8000/connect/back"


class BenchClock:
    """The platform's clock, which the adapter shares; moving it moves both, or with `is_machine` the platform's
    alone."""

    def __init__(self, now: datetime, move: Callable[[float], None], *, is_machine: bool = False) -> None:
        self._ahead = timedelta(0) if is_machine else now - datetime.now(UTC)
        self._move = move
        self._is_machine = is_machine

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, **span: float) -> None:
        forward = timedelta(**span)
        if not self._is_machine:
            self._ahead += forward
        self._move(forward.total_seconds())


@dataclass(frozen=True, slots=True)
class Seen:
    """A post as everybody sees it on the platform."""

    remote_id: str
    text: str
    alts: tuple[str, ...]
    parent_id: str


class Bench(ABC):
    """One platform with an account of its own for each test."""

    name: str
    adapter: Adapter
    clock: BenchClock
    counts_requests = False  # whether `requests_made` tells anything
    sent_with_the_commit: frozenset[str] = frozenset()  # samples of which the platform takes (the rest of) a file so
    fetches_videos = False  # whether the platform comes and gets them, and is sent no bytes
    pictures_needed = 0  # how many pictures a post must have

    @abstractmethod
    def consent(self, *, allow: bool = True) -> Consent:
        """Walk the consent as a person would; ConsentRefused when they press Deny."""

    @abstractmethod
    def limited(self) -> Credential:
        """Tokens whose consent does not cover publishing."""

    @abstractmethod
    def revoke_tokens(self) -> None: ...

    @abstractmethod
    def expire_tokens(self) -> None: ...

    @abstractmethod
    def strike(self, fault: str, call: str) -> None:
        """The next `call` (commit, comment, stage, find, check, refresh) meets `fault`, named as the sandbox names
        it."""

    @abstractmethod
    def seen(self) -> list[Seen]:
        """What the account has published, oldest first."""

    @property
    @abstractmethod
    def secrets(self) -> tuple[str, ...]:
        """The text of secrets that are not in the credential (a client's)."""

    def connect(self) -> Credential:
        """The credential of the first channel that a consent gives, as the engine is handed it."""
        consent = self.consent()
        first = consent.channels[0]
        return replace(consent.credential, channel_id=first.remote_id, channel_kind=first.kind)

    def picture(self, id: str = "sunrise", *, alt: str = "") -> MediaFile:
        return picture(id, alt=alt)

    def video(self, id: str = "waves", **changes: Any) -> MediaFile:
        return video(id, **changes)

    def comment(self, text: str, main: Receipt, **changes: Any) -> Draft:
        """A first comment below `main`."""
        return draft(text, role=Role.FIRST_COMMENT, parent=remote(main), root=remote(main), **changes)

    def post(self, text: str = "Good morning", *, pictures: int = 0, **changes: Any) -> Draft:
        """A draft that this platform takes, with at least `pictures` pictures."""
        count = max(pictures, self.pictures_needed)
        return draft(text, *(self.picture(f"p{n}", alt=f"Picture {n}") for n in range(count)), **changes)

    def samples(self) -> dict[str, Draft]:
        """One draft for each kind of post that the platform has, by a name of its own."""
        return {"post": self.post("A post"), "pictures": self.post("Two pictures", pictures=2)}

    def fresh(self) -> Adapter:
        """The adapter as another process would build it."""
        return self.adapter

    def known_as(self, receipt: Receipt) -> str:
        """The name under which everybody sees what publishing answered with; another one on platforms that look at a
        post before they show it."""
        return receipt.remote_id

    def checksums(self) -> list[int]:
        """The CRC-32 of each video that was published, as the platform received it; the oldest first."""
        return []

    def captions(self) -> list[list[str]]:
        """The languages in which each post of the account is captioned, as everybody sees them; the oldest first."""
        return []

    def lasting(self, credential: Credential) -> Credential:
        """The credential, renewed if its time is over by now."""
        is_over = credential.expires_at is not None and credential.expires_at <= self.clock()
        return self.adapter.refresh(credential) if is_over else credential

    tells_of_many = True  # where the adapter asks for many posts at once, this account's platform answers

    def requests_made(self) -> int:
        return 0

    def requests_since(self, made: int) -> list[str]:
        """The paths that were asked for since so many requests were made, but for questions ahead of a commit."""
        return []

    def later(self, span: timedelta | None) -> Credential:
        """The credential after so much time of the platform's own, or a month where nothing is over by then."""
        self.clock.advance(seconds=(span or timedelta(days=30)).total_seconds())
        return self.connect()

    def left_behind(self) -> int:
        """How much of the account's is to be seen on the platform by anybody, its owner included."""
        return len(self.seen())

    def lapses(self, name: str, written: Draft) -> bool:
        """Whether the platform drops what was prepared for this sample, once `staged_for` is well over."""
        return bool(written.media or written.cover)

    def deliveries(self) -> list[Incoming]:
        """What the platform has sent on its own so far, as it arrived."""
        return []

    def stage(self, written: Draft, credential: Credential, *, key: str) -> Staged:
        """Stage as the engine does: again after each pause, with what was stored."""
        return self.go_on(written, credential, self.adapter.stage(written, credential, key=key, before=None), key=key)

    def go_on(self, written: Draft, credential: Credential, staged: Staged, *, key: str) -> Staged:
        for _ in range(20):
            if staged.ready:
                return staged
            self.clock.advance(seconds=staged.again_in.total_seconds())
            staged = self.adapter.stage(written, credential, key=key, before=staged)
        raise AssertionError("Staging has no end")

    def publish(self, written: Draft, credential: Credential, *, key: str = "key-1") -> Receipt:
        return self.adapter.commit(written, self.stage(written, credential, key=key), credential, key=key)

    def trace(
        self, written: Draft, staged: Staged, *, key: str = "key-1", known: frozenset[str] = frozenset()
    ) -> Trace:
        return Trace(written, staged, key, self.clock(), known)

    def wait_until_settled(self) -> None:
        """What the engine waits before it looks for a lost post: lease, longest request and a margin."""
        self.clock.advance(minutes=7)


def remote(receipt: Receipt) -> RemotePost:
    return RemotePost(receipt.remote_id, receipt.facts)
