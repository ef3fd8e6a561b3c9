"""Queues: slots in the week of a workspace, and the posts that stand in them."""

from __future__ import annotations

from datetime import time
from typing import Final

from django.db import models
from django.db.models import Q

from apps.core.models import WorkspaceOwned
from apps.tenants.zones import validate_zone

LONGEST_NAME: Final = 80
MOST_JITTER: Final = 60


class Priority(models.IntegerChoices):
    """Who goes first: a smaller number."""

    HIGH = 0, "High"
    MEDIUM = 1, "Medium"
    LOW = 2, "Low"

    @property
    def key(self) -> str:
        """ "high", as the API says it."""
        return self.name.lower()

    @classmethod
    def of(cls, key: str) -> Priority:
        return cls[key.upper()]


class Queue(WorkspaceOwned):
    """Slots that posts take one after the other. While it is paused nothing of it goes out.

    Whoever gives away a slot, or moves posts between them, holds this row first, and the posts after it.
    """

    name = models.CharField(max_length=LONGEST_NAME)
    description = models.CharField(max_length=300, blank=True)
    timezone = models.CharField(
        max_length=64, blank=True, validators=[validate_zone], help_text="Empty: as the workspace."
    )
    jitter_minutes = models.PositiveSmallIntegerField(
        default=0, help_text="By how much a post may go out before or after its slot."
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    slots_made = models.PositiveIntegerField(default=0, help_text="The last number that a slot of it was given.")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="queue_name_once_in_workspace"),
            models.CheckConstraint(condition=Q(jitter_minutes__lte=MOST_JITTER), name="jitter_is_up_to_an_hour"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> str:
        """Whose clock its slots are on."""
        return self.timezone or self.workspace.timezone


class Slot(WorkspaceOwned):
    """A weekday (0 is Monday) and a wall time, every week. `number` is its name within the queue where an integer is
    wanted; it is never given twice."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="slots")
    number = models.PositiveIntegerField()
    weekday = models.PositiveSmallIntegerField()
    at = models.TimeField()

    class Meta(WorkspaceOwned.Meta):
        ordering = ["weekday", "at"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "weekday", "at"], name="one_slot_at_each_hour_of_the_week"),
            models.UniqueConstraint(fields=["queue", "number"], name="slots_of_queue_numbered"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="slot_is_on_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.at:%H:%M}"

    @property
    def hour(self) -> tuple[int, time]:
        return self.weekday, self.at


class Place(WorkspaceOwned):
    """That a post has a slot of a queue, on one day. `slot_at` is the instant of the slot, `due_at` that of the post,
    which jitter may have moved.

    The database itself gives no slot away twice. A post whose appointment is another than `due_at` has left the queue,
    and its place is gone. What went out keeps its place as a record; `slot` is empty once the slot was removed.
    """

    post = models.OneToOneField("posts.Post", on_delete=models.CASCADE, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    slot = models.ForeignKey(Slot, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    slot_at = models.DateTimeField()
    due_at = models.DateTimeField()
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.MEDIUM)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["slot_at"]
        constraints = [models.UniqueConstraint(fields=["queue", "slot_at"], name="one_post_in_each_slot")]

    def __str__(self) -> str:
        return f"{self.post_id} in {self.queue_id} at {self.slot_at}"
