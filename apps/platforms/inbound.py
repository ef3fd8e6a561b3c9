"""What platforms send on their own: webhooks, and requests to forget a person.

An adapter that hears from its platform has an `Inbound`: it answers the handshake, tells genuine from forged, and turns
what came into `Notice`s. It stores nothing and calls nobody.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from apps.core.secrets import Secret
from apps.platforms.contract import OAuthClient


class NoticeKind(StrEnum):
    COMMENT = "comment"
    MENTION = "mention"
    MESSAGE = "message"
    REACTION = "reaction"
    PUBLISHED = "published"
    PUBLISH_FAILED = "publish_failed"
    DELETED = "deleted"
    DEAUTHORIZED = "deauthorized"
    DATA_DELETION = "data_deletion"
    SIGNAL = "signal"  # of a person's sign-in: see `signals`
    TEST = "test"  # whoever registered our address wanted to see whether it is heard
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came. Header names are lower case; `body` is exactly what was signed."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handshake must be answered with."""

    body: str
    content_type: str = "text/plain"
    status: int = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that happened. `remote_user_id` is the account it happened to; `dedupe_key` is the same when the
    platform sends it again."""

    kind: NoticeKind
    remote_user_id: str
    dedupe_key: str
    remote_id: str = ""
    text: str = ""
    at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entered:
    """What whoever registers an app at the platform enters there, so that it rings: `verify_token` beside the address,
    and `callbacks`, the addresses for people who leave or ask to be forgotten. `unproven` says why the secret of an app
    alone proves nothing there; empty where it does."""

    verify_token: bool = False
    callbacks: bool = False
    unproven: str = ""


class Forged(Exception):
    """The signature is missing, wrong or too old: answer 401 and look no further."""


class Malformed(Exception):
    """It is genuine, but cannot be read."""


class Inbound(Protocol):
    """`client` is our application at the platform, whose secret signs; `verify_token` is what the operator entered at
    the platform for the handshake, where it has such a thing."""

    entered: ClassVar[Entered]

    def handshake(self, incoming: Incoming, *, client: OAuthClient, verify_token: Secret) -> Reply | None:
        """The answer that proves the address is ours; None when this is no handshake. Raises Forged."""

    def notices(self, incoming: Incoming, *, client: OAuthClient) -> tuple[Notice, ...]:
        """What a genuine delivery tells, in its order. Raises Forged before a byte of it is believed, and Malformed."""


def could_be_a_delivery(challenge: str) -> bool:
    """Whether a challenge that is to be signed could itself be a delivery, which is a JSON object: whoever asked for
    its signature could send it as genuine."""
    return "{" in challenge


def is_signed(body: bytes, signature: str, secret: Secret, *, digest: str = "sha256") -> bool:
    """Whether `signature` is the hexadecimal HMAC of `body`; compared in constant time."""
    made = hmac.new(secret.reveal().encode(), body, getattr(hashlib, digest)).hexdigest()
    return hmac.compare_digest(made.encode(), signature.strip().lower().encode("utf-8", "replace"))
