"""The outbox: what happened, written in the transaction in which it happened."""

from __future__ import annotations

from django.db import models

from apps.core import clock
from apps.core.models import OrganizationOwned


class Event(OrganizationOwned):
    """One fact. `sequence` orders the events of one subject; order between subjects is not promised."""

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=64)
    subject_id = models.UUIDField()
    sequence = models.PositiveIntegerField()
    payload = models.JSONField(default=dict)
    relayed_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(default=clock.now, help_text="A relay's lease, or a pause after a failure.")
    tries = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=255, blank=True, help_text="Which consumers failed last.")

    class Meta(OrganizationOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["subject_id", "sequence"], name="events_of_a_subject_in_order")]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(relayed_at=None), name="events_to_relay"),
            models.Index(fields=["organization", "-id"], name="events_of_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_id}"


class Consumption(OrganizationOwned):
    """A consumer's mark that it has handled an event, written in the consumer's own transaction."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    consumer = models.CharField(max_length=64)

    class Meta(OrganizationOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="each_event_once_for_each_consumer")]

    def __str__(self) -> str:
        return f"{self.consumer} had {self.event_id}"
