"""The life of a notice that a platform sent."""

from django.db import models


class NoticeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    HANDLED = "handled", "Handled"
    DEAD = "dead", "Given up"  # it failed every time: an operator looks at it
