"""What can go wrong with a platform, named after what the caller does next.

Every error carries `words`, a sentence for people in marketing, and `evidence`, the platform's own answer for support
(status, code, text; never a token).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the platform said: HTTP status, its own code and text, cut to a length that support can read."""

    status: int | None = None
    code: str = ""
    text: str = ""
    request_id: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


class PlatformError(Exception):
    """The root of the taxonomy; adapters raise only its children."""

    def __init__(self, words: str, *, evidence: Evidence | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.evidence = evidence or Evidence()


class NotSent(PlatformError):
    """Nothing was published, and trying again after a pause may work."""


class Throttled(PlatformError):
    """The platform refused before acting; it takes calls again at `retry_at` (None: it did not say)."""

    def __init__(self, words: str, *, retry_at: datetime | None = None, evidence: Evidence | None = None) -> None:
        super().__init__(words, evidence=evidence)
        self.retry_at = retry_at


class HeldBack(Throttled):
    """Throttled by ourselves, so that the platform goes on taking calls: it was not asked."""


class Rejected(PlatformError):
    """The content is at fault; `field` names the part a person has to edit ("text", "media.0",
    "options.visibility"). With `keeps_staged` the adapter promises that what was prepared stays good for whatever the
    post becomes, so that a film that was uploaded is not uploaded again for another title."""

    def __init__(
        self, words: str, *, field: str = "", keeps_staged: bool = False, evidence: Evidence | None = None
    ) -> None:
        super().__init__(words, evidence=evidence)
        self.field = field
        self.keeps_staged = keeps_staged


class Disconnected(PlatformError):
    """The credential is at fault: a person reconnects the account."""


class AccountDisabled(Disconnected):
    """The account itself is at fault: suspended, closed or hidden at the platform, whose owner has to act there. Our
    access may be good again by itself once that is settled."""


class TokenExpired(PlatformError):
    """The access token is over its time: refresh the credential and call again; nothing was done."""


class MissingPermission(PlatformError):
    """The account is connected but its consent lacks `scopes`: a person reconnects and grants them."""

    def __init__(self, words: str, *, scopes: tuple[str, ...] = (), evidence: Evidence | None = None) -> None:
        super().__init__(words, evidence=evidence)
        self.scopes = scopes


class StagedLost(PlatformError):
    """What was prepared has expired or vanished at the platform: forget it and stage again; nothing was published."""


class Gone(PlatformError):
    """The post is not at the platform any more: it was removed there."""


class NotOffered(PlatformError):
    """The platform has no such call: do not ask again."""


class Uncertain(PlatformError):
    """The request may have been carried out: look for the post before anything is sent again."""


class ConsentRefused(PlatformError):
    """The person said no, or the platform refused the sign-in; nothing was stored."""
