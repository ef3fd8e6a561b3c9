"""The lives of a grant and of an account."""

from django.db import models


class GrantState(models.TextChoices):
    ACTIVE = "active", "Active"
    SUSPECT = "suspect", "Being checked"  # a refresh's answer was lost: the token may have been used up
    DEAD = "dead", "Ended"


class AccountState(models.TextChoices):
    ACTIVE = "active", "Connected"
    NEEDS_REAUTH = "needs_reauth", "Needs reconnecting"
    MISSING_PERMISSION = "missing_permission", "Needs more permission"
    DISCONNECTED = "disconnected", "Disconnected"


PUBLISHES = frozenset({AccountState.ACTIVE})
