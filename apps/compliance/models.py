"""What is kept about being asked to forget."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.compliance.states import ErasureState, ExportState, RequestState
from apps.core import clock
from apps.core.fields import SecretField
from apps.core.models import OrganizationOwned, Row
from apps.social_accounts.models import WHOLE_SENDER, SignedRow


class DataRequest(SignedRow):
    """A person asked, through a platform, that their data be deleted. It belongs to the deployment: the same person may
    have connected accounts in several organizations. One that an organization's own app signed is about that
    organization alone.

    Whom it is about is sealed until it is done, and afterwards a keyed digest alone. `targets` are ids of rows of ours,
    found once, so that a job which broke off goes on; `receipt` is what was removed, in numbers.
    """

    platform = models.CharField(max_length=32)
    request_key = models.CharField(max_length=64, help_text="The same when the platform asks again.")
    identity_hash = models.CharField(max_length=64)
    identity = SecretField(blank=True)
    code = models.CharField(max_length=32, unique=True, help_text="What the person was given to follow it by.")
    state = models.CharField(max_length=16, choices=RequestState.choices, default=RequestState.RECEIVED)
    targets = models.JSONField(default=list, blank=True)
    receipt = models.JSONField(default=dict, blank=True)
    received_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(default=clock.now, help_text="A worker's lease, or a pause after a failure.")
    problem = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.UniqueConstraint(fields=["platform", "request_key"], name="each_data_request_once"),
            models.CheckConstraint(
                condition=~Q(state=RequestState.DONE) | (Q(identity="") & Q(done_at__isnull=False)),
                name="a_done_request_names_nobody",
            ),
            models.CheckConstraint(condition=WHOLE_SENDER, name="a_data_request_has_a_whole_sender"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=~Q(state=RequestState.DONE), name="data_requests_to_work")
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.code}: {self.state}"


class Export(OrganizationOwned):
    """A file with everything of an organization, or of one workspace, that an owner asked for. The file is kept for
    some days, the row as the memory of it."""

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    state = models.CharField(max_length=16, choices=ExportState.choices, default=ExportState.WAITING)
    stored_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    requested_by = models.ForeignKey("tenants.User", null=True, on_delete=models.SET_NULL, related_name="+")
    ready_at = models.DateTimeField(null=True, blank=True)
    kept_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=clock.now, help_text="A worker's lease, or a pause after a failure.")
    problem = models.CharField(max_length=64, blank=True)

    class Meta(OrganizationOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ExportState.READY) | ~Q(stored_name=""), name="a_ready_export_has_a_file"
            )
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state=ExportState.WAITING), name="exports_to_prepare"),
            models.Index(fields=["kept_until"], condition=Q(state=ExportState.READY), name="exports_to_end"),
        ]

    def __str__(self) -> str:
        return f"export of {self.workspace_id or self.organization_id}: {self.state}"


class Erasure(Row):
    """An owner's word that an organization, or one of its workspaces, is to be erased: carried out when the time in
    which it can be taken back is over. It outlives what it erases, so it holds ids and numbers and names nobody."""

    of_organization = models.UUIDField(editable=False)
    of_workspace = models.UUIDField(null=True, blank=True, editable=False)
    asked_by = models.UUIDField(editable=False)
    code = models.CharField(max_length=32, unique=True, help_text="What its certificate is found by.")
    state = models.CharField(max_length=16, choices=ErasureState.choices, default=ErasureState.ASKED)
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField()
    removed = models.JSONField(default=dict, blank=True, help_text="Rows by table, and files.")
    tries = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["of_organization", "of_workspace"],
                condition=Q(state__in=[ErasureState.ASKED, ErasureState.WORKING]),
                name="one_erasure_of_a_workspace_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["of_organization"],
                condition=Q(state__in=[ErasureState.ASKED, ErasureState.WORKING], of_workspace=None),
                name="one_erasure_of_an_organization_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state__in=[ErasureState.ASKED, ErasureState.WORKING]),
                name="erasures_due",
            )
        ]

    def __str__(self) -> str:
        return f"erasure of {self.of_workspace or self.of_organization}: {self.state}"
