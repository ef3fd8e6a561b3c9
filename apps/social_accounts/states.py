"""The lives of a grant and of an account."""

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
