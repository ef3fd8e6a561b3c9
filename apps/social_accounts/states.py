"""The lives of a grant, of an account and of the journey that connects it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models


class GrantState(models.TextChoices):
    ACTIVE = "active", "Active"
    SUSPECT = "suspect", "Being checked"  # a refresh's answer was lost, or refused once: its tokens are tried with care
    DEAD = "dead", "Ended"


class AccountState(models.TextChoices):
    ACTIVE = "active", "Connected"
    EXPIRING = "expiring", "Ends soon"  # it works, and a person has to reconnect within days
    NEEDS_REAUTH = "needs_reauth", "Needs reconnecting"
    MISSING_PERMISSION = "missing_permission", "Needs more permission"
    DISABLED = "disabled", "Disabled at the platform"  # suspended, closed, hidden: its owner acts there
    DISCONNECTED = "disconnected", "Disconnected"


PUBLISHES = frozenset({AccountState.ACTIVE, AccountState.EXPIRING})
# Asked daily whether all is well: what is disabled at the platform may come back without us.
CHECKED = PUBLISHES | {AccountState.DISABLED}
# Somebody has to do something before it publishes again.
BROKEN = frozenset({AccountState.NEEDS_REAUTH, AccountState.MISSING_PERMISSION, AccountState.DISABLED})


class JourneyState(models.TextChoices):
    OPEN = "open", "On the way"
    PENDING = "pending", "Accounts to choose"
    CONNECTED = "connected", "Connected"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


# What is over stays as it ended: a second answer of the platform, or a second choice, finds nothing to move.
JOURNEY_MOVES: Final[Mapping[JourneyState, frozenset[JourneyState]]] = {
    JourneyState.OPEN: frozenset(
        {JourneyState.PENDING, JourneyState.CONNECTED, JourneyState.FAILED, JourneyState.CANCELLED}
    ),
    JourneyState.PENDING: frozenset({JourneyState.CONNECTED, JourneyState.CANCELLED}),
    JourneyState.CONNECTED: frozenset(),
    JourneyState.FAILED: frozenset(),
    JourneyState.CANCELLED: frozenset(),
}
