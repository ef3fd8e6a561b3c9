"""From a request to rows: genuine or not, then stored once, whatever it says. Nothing is acted on before the answer."""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from apps.core import clock
from apps.core.secrets import Secret
from apps.platforms import registry
from apps.platforms.inbound import Forged, Inbound, Incoming, Malformed, Notice, Reply
from apps.social_accounts import services as social_accounts
from apps.webhooks.errors import NotHeard
from apps.webhooks.models import InboundNotice
from apps.webhooks.states import NoticeState
from apps.webhooks.waking import wake

logger = logging.getLogger(__name__)

DEEPEST: Final = 40
LONGEST_TEXT: Final = 20_000
UNREADABLE: Final = "unreadable"


def answer_handshake(*, platform: str, incoming: Incoming) -> Reply | None:
    """What proves that the address is ours; None when this is no handshake. Raises NotHeard and Forged."""
    inbound, token = _inbound(platform), Secret(settings.PLATFORM_VERIFY_TOKENS.get(platform, ""))
    for client in social_accounts.clients_that_sign(platform):
        return inbound.handshake(incoming, client=client, verify_token=token)
    return None


def receive(*, platform: str, incoming: Incoming) -> tuple[Notice, ...]:
    """Store what a genuine delivery tells, each thing once, all of it or nothing; and wake a worker.

    Raises NotHeard, and Forged when none of our secrets has signed it. A genuine one that cannot be read is put on the
    dead shelf without its words: the platform has done its part, and would send it again for days.
    """
    inbound = _inbound(platform)
    try:
        notices = _genuine(inbound, platform, incoming)
    except Malformed as error:
        logger.error("%s sent something that cannot be read: %s", platform, error)
        _store([_unreadable(platform, incoming, error)])
        return ()
    _store([_row(platform, notice) for notice in notices])
    if notices:
        wake()
    return notices


def read(*, platform: str, incoming: Incoming) -> tuple[Notice, ...]:
    """What a genuine delivery tells, for a room that answers it in its own words; nothing is stored.

    Raises NotHeard, Forged and Malformed."""
    return _genuine(_inbound(platform), platform, incoming)


def _inbound(platform: str) -> Inbound:
    inbound = registry.adapter_class(platform).inbound if platform in registry.names() else None
    if inbound is None:
        raise NotHeard(platform)
    return inbound


def _genuine(inbound: Inbound, platform: str, incoming: Incoming) -> tuple[Notice, ...]:
    """Whichever of our secrets has signed it: while one is replaced by another, both do."""
    for client in social_accounts.clients_that_sign(platform):
        try:
            return inbound.notices(incoming, client=client)
        except Forged:
            continue
    raise Forged("None of our secrets has signed this.")


def _store(rows: Iterable[InboundNotice]) -> None:
    with transaction.atomic():
        InboundNotice.objects.bulk_create(rows, ignore_conflicts=True)


def _row(platform: str, notice: Notice) -> InboundNotice:
    now = clock.now()
    return InboundNotice(
        platform=platform,
        dedupe_key=_digest(notice.remote_user_id, notice.dedupe_key),
        kind=notice.kind,
        remote_user_id=_text(notice.remote_user_id, 255),
        remote_id=_text(notice.remote_id, 500),
        text=_text(notice.text, LONGEST_TEXT),
        data=_plain(dict(notice.data)),
        happened_at=notice.at,
        received_at=now,
        next_try_at=now,
    )


def _unreadable(platform: str, incoming: Incoming, error: Malformed) -> InboundNotice:
    return InboundNotice(
        platform=platform,
        dedupe_key=hashlib.sha256(incoming.body).hexdigest(),
        kind=UNREADABLE,
        received_at=clock.now(),
        state=NoticeState.DEAD,
        problem=_text(f"{len(incoming.body)} bytes: {error}", 255),
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any, depth: int = 0) -> Any:
    """JSON that every database takes: no zero bytes, no halves of letters, no numbers that are none."""
    if depth > DEEPEST:
        return None
    if isinstance(value, str):
        return _text(value, LONGEST_TEXT)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {_text(str(name), 255): _plain(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, depth + 1) for one in value]
    return value


def _text(value: str, longest: int) -> str:
    return value.encode("utf-8", "replace").decode().replace("\0", "")[:longest]
