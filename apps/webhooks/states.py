"""The life of a notice that a platform sent."""

from django.db import models


class NoticeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    HANDLED = "handled", "Handled"
    DEAD = "dead", "Given up"  # it failed every time: an operator looks at it


class EndpointState(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"  # by a person: what happens meanwhile is kept and sent when it is resumed
    DISABLED = "disabled", "Disabled"  # by us, after it failed for long or said that it is gone: nothing is kept for it


class DeliveryState(models.TextChoices):
    """waiting -> delivered | failed; either may be sent again by hand."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"
