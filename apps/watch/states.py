"""What the watchdog looks for. Each is an invariant: while it holds there is nothing to say."""

from __future__ import annotations

from django.db import models


class Invariant(models.TextChoices):
    CLAIMED_IN_TIME = "claimed_in_time", "Nothing past due and unclaimed for more than 30 seconds"
    LEASES_END = "leases_end", "No lease past its end"
    BOUNDED = "bounded", "Nothing in flight longer than its bound"
    ALIVE = "alive", "Every lane has a worker, and beat is there"
