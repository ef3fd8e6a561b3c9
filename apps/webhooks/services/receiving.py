"""From a request to rows: genuine or not, then stored once, whatever it says. Nothing is acted on before the answer.

Each app of an organization has an address of its own, where only its own secret signs. Everywhere else the operator's
do, and what they sign speaks for everybody. Signals are signed with the platform's own key, and say which app they are
for: one of the operator's at their address, one of the organization's at that of its app.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.core import clock
from apps.core.secrets import Secret
from apps.platforms import registry
from apps.platforms.contract import Adapter, OAuthClient
from apps.platforms.inbound import Forged, Inbound, Incoming, Malformed, Notice, Reply
from apps.platforms.signals import NotAccepted, Signals
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import Sender, signed_by
from apps.webhooks.errors import NotHeard
from apps.webhooks.models import InboundNotice
from apps.webhooks.services.keys import key_of
from apps.webhooks.states import NoticeState
from apps.webhooks.waking import wake

logger = logging.getLogger(__name__)

DEEPEST: Final = 40
LONGEST_TEXT: Final = 20_000
UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a genuine delivery tells, and the organization's app that signed it; None for the operator's."""

    notices: tuple[Notice, ...]
    sender: Sender | None


@dataclass(frozen=True, slots=True)
class Received:
    """What was told and is stored now. A `is_signal` is answered as its standard says."""

    notices: tuple[Notice, ...] = ()
    is_signal: bool = False


@dataclass(frozen=True, slots=True)
class _Door:
    """The address that something came to, and whose secrets sign there."""

    platform: str
    inbound: Inbound | None
    signals: Signals | None
    sender: Sender | None
    clients: Iterable[OAuthClient]
    verify_token: Secret


def answer_handshake(*, platform: str, incoming: Incoming, app_id: UUID | None = None) -> Reply | None:
    """What proves that the address is ours; None when this is no handshake. Raises NotHeard and Forged."""
    door = _door(platform, app_id)
    if door.inbound is None:
        return None
    for client in door.clients:
        return door.inbound.handshake(incoming, client=client, verify_token=door.verify_token)
    return None


def receive(*, platform: str, incoming: Incoming, app_id: UUID | None = None) -> Received:
    """Store what a genuine delivery tells, each thing once, all of it or nothing; and wake a worker.

    Raises NotHeard, Forged when no secret that signs at this address has signed it, NotAccepted for a signal that no
    key has signed for an app of ours, and KeysNotKnown for one that cannot be judged yet. A genuine one that cannot be
    read is put on the dead shelf without its words: the platform has done its part, and would send it again for days.
    """
    door = _door(platform, app_id)
    signals = door.signals if door.signals is not None and door.signals.is_one(incoming) else None
    try:
        notices = _signalled(door, signals, incoming) if signals else _genuine(door, incoming)
    except Malformed as error:
        logger.error("%s sent something that cannot be read: %s", platform, error)
        _store([_unreadable(door, incoming, error)])
        return Received()
    _store([_row(door, notice) for notice in notices])
    if notices:
        wake()
    return Received(notices, is_signal=signals is not None)


def read(*, platform: str, incoming: Incoming, app_id: UUID | None = None) -> Heard:
    """What a genuine delivery tells, for a room that answers it in its own words; nothing is stored.

    Raises NotHeard, Forged and Malformed."""
    door = _door(platform, app_id)
    if door.inbound is None:
        raise NotHeard(platform)
    return Heard(_genuine(door, incoming), door.sender)


def _door(platform: str, app_id: UUID | None) -> _Door:
    adapter: type[Adapter] | None = registry.adapter_class(platform) if platform in registry.names() else None
    if adapter is None or (adapter.inbound is None and adapter.signals is None):
        raise NotHeard(platform)
    inbound, signals = adapter.inbound, adapter.signals
    if app_id is None:
        token = Secret(settings.PLATFORM_VERIFY_TOKENS.get(platform, ""))
        return _Door(platform, inbound, signals, None, social_accounts.clients_that_sign(platform), token)
    found = social_accounts.app_at_address(platform=platform, app_id=app_id)
    if found is None:
        raise NotHeard(platform)
    sender, client = found
    clients = () if inbound is None or inbound.entered.unproven else (client,)
    return _Door(platform, inbound, signals, sender, clients, social_accounts.verify_token_of(app_id))


def _genuine(door: _Door, incoming: Incoming) -> tuple[Notice, ...]:
    """Whichever of the secrets has signed it: while one of the operator's is replaced by another, both do."""
    if door.inbound is None:
        raise Forged("Nothing is heard here but signals.")
    for client in door.clients:
        try:
            return door.inbound.notices(incoming, client=client)
        except Forged:
            continue
    raise Forged("No secret that signs here has signed this.")


def _signalled(door: _Door, signals: Signals, incoming: Incoming) -> tuple[Notice, ...]:
    """What the platform's own key has signed for an app whose address this is, at whichever platform of that house."""
    kin = [name for name in registry.names() if registry.adapter_class(name).signals is signals]
    client_ids = social_accounts.client_ids_at(kin, sender=door.sender)
    key = key_of(door.platform, signals.key_id(incoming)) if client_ids else None
    if key is None:
        raise NotAccepted("The platform has no such key, or knows no app of ours.")
    return signals.notices(incoming, key=key, client_ids=client_ids)


def _store(rows: Iterable[InboundNotice]) -> None:
    with transaction.atomic():
        InboundNotice.objects.bulk_create(rows, ignore_conflicts=True)


def _row(door: _Door, notice: Notice) -> InboundNotice:
    now = clock.now()
    return InboundNotice(
        **signed_by(door.sender),
        platform=door.platform,
        dedupe_key=_digest(*_signer(door), notice.remote_user_id, notice.dedupe_key),
        kind=notice.kind,
        remote_user_id=_text(notice.remote_user_id, 255),
        remote_id=_text(notice.remote_id, 500),
        text=_text(notice.text, LONGEST_TEXT),
        data=_plain(dict(notice.data)),
        happened_at=notice.at,
        received_at=now,
        next_try_at=now,
    )


def _unreadable(door: _Door, incoming: Incoming, error: Malformed) -> InboundNotice:
    return InboundNotice(
        **signed_by(door.sender),
        platform=door.platform,
        dedupe_key=_digest(*_signer(door), hashlib.sha256(incoming.body).hexdigest()),
        kind=UNREADABLE,
        received_at=clock.now(),
        state=NoticeState.DEAD,
        problem=_text(f"{len(incoming.body)} bytes: {error}", 255),
    )


def _signer(door: _Door) -> list[str]:
    """Part of every key, so that nobody takes the place of what another app told; nothing for the operator's."""
    return [str(door.sender.app_id)] if door.sender else []


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
