"""The life of a notice that a platform sent."""

from django.db import models


class NoticeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    HANDLED = "handled", "Handled"
    DEAD = "dead", "Given up"  # it failed every time: an operator looks at it


class EndpointState(models.TextChoices):
    ACTIVE = "active", "Active"
    DISABLED = "disabled", "Disabled"  # by us, after it failed for long or said that it is gone


class DeliveryState(models.TextChoices):
    """waiting -> delivered | failed; either may be sent again by hand."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"
