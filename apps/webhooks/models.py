"""The post room's shelves: what platforms have told us, and what we tell others."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from apps.core import clock
from apps.core.fields import SecretField
from apps.core.models import OrganizationOwned, WorkspaceOwned, organization_managers
from apps.core.secrets import Secret
from apps.events.models import Event
from apps.social_accounts.models import WHOLE_SENDER, SignedRow
from apps.webhooks import versions
from apps.webhooks.querysets import DeliveryQuerySet, NoticeQuerySet
from apps.webhooks.states import DeliveryState, EndpointState, NoticeState


class InboundNotice(SignedRow):
    """One thing that a platform told, stored once before it is answered. It belongs to the deployment and not to a
    tenant: only when it is handled does it turn out whose accounts it is about, and that may be several's. What an
    organization's own app signed is about accounts of that organization alone.

    `dedupe_key` is a digest of who signed, of whom it is about and of what makes it the same when it comes again. What
    it says is kept only while somebody here is concerned.
    """

    platform = models.CharField(max_length=32)
    dedupe_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    remote_user_id = models.CharField(max_length=255, blank=True)
    remote_id = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    happened_at = models.DateTimeField(null=True, blank=True, help_text="As the platform says; empty if it does not.")
    received_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=16, choices=NoticeState.choices, default=NoticeState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=clock.now, help_text="A worker's lease, or a pause after a failure.")
    handled_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=255, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["platform", "dedupe_key"], name="each_notice_once"),
            models.CheckConstraint(condition=WHOLE_SENDER, name="a_notice_has_a_whole_sender"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state=NoticeState.WAITING), name="notices_to_handle"),
            models.Index(fields=["platform", "remote_user_id"], name="notices_of_identity"),
            models.Index(fields=["platform", "remote_id"], name="notices_about_a_post"),
            models.Index(fields=["received_at"], name="notices_by_age"),
            models.Index(
                fields=["of_organization"], condition=Q(of_organization__isnull=False), name="notices_of_own_apps"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.kind}: {self.state}"


class Listening(WorkspaceOwned):
    """That a platform was asked to tell us of an account, and until when it will. One row for each account."""

    account = models.OneToOneField("social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When it last agreed.")
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: until it is taken back.")
    next_try_at = models.DateTimeField(help_text="When it is asked again; meanwhile the lease of whoever asks.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="That failed since it last agreed.")
    problem = models.CharField(max_length=64, blank=True, help_text="The kind of the last failure.")

    class Meta(WorkspaceOwned.Meta):
        indexes = [models.Index(fields=["next_try_at"], name="listening_by_next_try")]

    def __str__(self) -> str:
        return f"{self.account_id} until {self.until}"


class Patrol(WorkspaceOwned):
    """When an account was last looked through for posts that are gone, where nobody tells of that."""

    account = models.OneToOneField("social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+")
    looked_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(help_text="When it is looked through again.")
    problem = models.CharField(max_length=64, blank=True, help_text="The kind of the last failure.")

    class Meta(WorkspaceOwned.Meta):
        indexes = [models.Index(fields=["next_try_at"], name="patrols_by_next_try")]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.looked_at}"


class Endpoint(OrganizationOwned):
    """Where an organization wants to be told of what happens, or of what happens in one workspace: with `is_test` of
    what happens in test workspaces, and without it of everything else.

    Deliveries are signed with `secret`, and until `overlaps_until` with the one before it too. While it is paused they
    are written down and wait; while it is disabled nothing is. `version` is the shape in which it is told, kept from
    the day it was made.
    """

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: all."
    )
    is_test = models.BooleanField(default=False, editable=False)
    url = models.CharField(max_length=1000)
    description = models.CharField(max_length=200, blank=True)
    events = models.JSONField(default=list, blank=True, help_text="Names of events; empty: all.")
    secret = SecretField()
    previous_secret = SecretField(blank=True)
    overlaps_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=EndpointState.choices, default=EndpointState.ACTIVE)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was disabled.")
    version = models.CharField(max_length=16, default=versions.NEWEST)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    failed_at = models.JSONField(default=list, blank=True, help_text="The seconds of those of the last day.")
    rests_until = models.DateTimeField(null=True, blank=True, help_text="It fails: it is left alone until then.")

    class Meta(OrganizationOwned.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.description or self.url

    def secrets_at(self, now: datetime) -> tuple[Secret, ...]:
        """What signs at this instant: the one before the newest too, while they overlap."""
        is_overlapping = bool(self.overlaps_until and self.overlaps_until > now)
        return (self.secret, self.previous_secret) if is_overlapping else (self.secret,)

    def wants(self, event: Event) -> bool:
        is_here = self.workspace_id is None or self.workspace_id == event.workspace_id
        return is_here and (not self.events or event.name in self.events)


class Delivery(OrganizationOwned):
    """One event on its way to one endpoint. `tries` fences: whoever has the newest number writes what came of it.

    Without an event it is a test.
    """

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey("events.Event", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    tries = models.PositiveIntegerField(default=0)
    spent = models.PositiveSmallIntegerField(default=0, help_text="Tries since it was last begun.")
    next_try_at = models.DateTimeField(default=clock.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects, across_tenants, plain = organization_managers(DeliveryQuerySet)

    class Meta(OrganizationOwned.Meta):
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="each_event_once_for_each_endpoint"),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "next_try_at"],
                condition=Q(state=DeliveryState.WAITING),
                name="deliveries_waiting",
            ),
            models.Index(
                fields=["endpoint"],
                condition=Q(state=DeliveryState.WAITING, lease_until__isnull=False),
                name="deliveries_under_way",
            ),
            models.Index(fields=["endpoint", "-id"], name="deliveries_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id or 'test'} to {self.endpoint_id}: {self.state}"


class DeliveryAttempt(OrganizationOwned):
    """One try: how it was answered, and the first 20 kB of that."""

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(default=0, help_text="0: there was no answer.")
    answer = models.TextField(blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta(OrganizationOwned.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="attempts_of_delivery_numbered")]

    def __str__(self) -> str:
        return f"{self.number}: {self.status}"
