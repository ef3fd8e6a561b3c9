"""What a workspace asks for before a post goes out, who was asked, and what they said."""

from __future__ import annotations

from typing import Any, Final, NoReturn

from django.db import models
from django.db.models import Q

from apps.approvals import content_rules
from apps.approvals.content_rules import ContentRule
from apps.approvals.people.models import (  # Tables of this room too.
    Absence,
    Escalation,
    Group,
    GroupMember,
    Letter,
    Mailing,
    MailLink,
    WorkingHours,
)
from apps.approvals.sharing import Guest as Guest
from apps.approvals.sharing import MailedToken as MailedToken
from apps.approvals.sharing import ReviewedPost as ReviewedPost
from apps.approvals.sharing import ReviewLink as ReviewLink
from apps.approvals.states import CURRENT, RequestState, StepStatus, Verdict, Visibility
from apps.approvals.steps import Step, trusted
from apps.core import clock
from apps.core.actors import ActorKind
from apps.core.fields import SecretField
from apps.core.models import Row, WorkspaceOwned

LONGEST_NOTE: Final = 4000
__all__ = [
    "Absence", "Comment", "Decision", "DecisionIsFinal", "Escalation", "Group", "GroupMember", "Letter", "MailLink",
    "Mailing", "Policy", "Request", "StepState", "Thread", "WorkingHours",
]  # fmt: skip


class Policy(WorkspaceOwned):
    """One version of a workspace's policy; the newest is in force, and one without steps asks for nothing."""

    version = models.PositiveIntegerField()
    steps = models.JSONField(default=list, help_text="As `apps.approvals.steps` reads them.")
    content_rules = models.JSONField(default=list, help_text="As `apps.approvals.content_rules` reads them.")
    allows_self_approval = models.BooleanField(default=False)
    bars_links_of_writers = models.BooleanField(
        default=False, help_text="Approvals by links that whoever wrote the post has made do not count."
    )
    note = models.CharField(max_length=300, blank=True, help_text="Why it was changed.")
    made_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it is in force.")

    class Meta(WorkspaceOwned.Meta):
        verbose_name_plural = "policies"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "version"], name="policy_versions_of_workspace"),
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(replaced_at=None), name="one_policy_in_force_in_workspace"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"

    @property
    def ordered_steps(self) -> tuple[Step, ...]:
        return trusted(self.steps)

    @property
    def ordered_content_rules(self) -> tuple[ContentRule, ...]:
        return content_rules.trusted(self.content_rules)


class Request(WorkspaceOwned):
    """That a post, exactly as `content_hash` has it, be approved. Other content is another request, which takes along
    the steps whose content is the same. `snapshot` is the content for people to read, and which content rules it hit
    when it was asked for."""

    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="+")
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=24, choices=RequestState.choices, default=RequestState.PENDING)
    content_hash = models.CharField(max_length=64)
    snapshot = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(help_text="The post's revision when it was asked for.")
    due_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="requests_of_post_numbered"),
            models.UniqueConstraint(
                fields=["post"], condition=Q(state__in=sorted(CURRENT)), name="one_current_request_for_each_post"
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "due_at"],
                condition=Q(state=RequestState.PENDING),
                name="pending_requests_by_due_time",
            ),
            models.Index(fields=["workspace", "-id"], name="requests_of_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} #{self.number}: {self.state}"


class StepState(WorkspaceOwned):
    """A step of the policy in one request, as the policy had it then. `seal` is the digest of who decides and of the
    content that the step looks at: an approval holds wherever the seal is the same and the time fits."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    definition = models.JSONField()
    seal = models.CharField(max_length=64)
    due_at = models.DateTimeField(null=True, blank=True, help_text="The hour that is approved.")
    status = models.CharField(max_length=24, choices=StepStatus.choices, default=StepStatus.WAITING)
    is_carried = models.BooleanField(default=False, help_text="Passed in the request before, on the same content.")
    deadline_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    overdue_at = models.DateTimeField(null=True, blank=True, help_text="When its time was found to have run out.")
    closed_at = models.DateTimeField(null=True, blank=True)
    escalates_at = models.DateTimeField(null=True, blank=True, help_text="When its next rule is to be looked at.")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="steps_of_request_in_order"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(status=StepStatus.OPEN), name="one_open_step_in_each_request"
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline_at"],
                condition=Q(status=StepStatus.OPEN, overdue_at=None),
                name="open_steps_by_deadline",
            ),
            models.Index(fields=["escalates_at"], condition=Q(status=StepStatus.OPEN), name="open_steps_by_escalation"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"

    @property
    def step(self) -> Step:
        return trusted([self.definition])[0]


class DecisionIsFinal(RuntimeError):
    """What was decided is neither changed nor thrown away."""


class Decision(WorkspaceOwned):
    """Who said what about which version, when and from where. Rows are added and never changed, which the database
    sees to; each holds the hash of the one before on its post. People appear by id."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="decisions")
    step = models.ForeignKey(StepState, on_delete=models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=24, choices=Verdict.choices)
    seal = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    revision = models.PositiveIntegerField()
    due_at = models.DateTimeField(null=True, blank=True)
    decider_kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in ActorKind])
    decider_id = models.UUIDField(null=True, blank=True)
    decider_name = models.CharField(max_length=150, blank=True, help_text="Of a guest, who has no account.")
    on_behalf_of = models.JSONField(
        null=True, blank=True, help_text="Ids of the people for whom whoever decided stood in."
    )
    came_by = models.JSONField(
        null=True, blank=True, help_text="Of a guest: the way they came, as `apps.approvals.ways` has it."
    )
    address = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)
    decided_at = models.DateTimeField(default=clock.now)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["decided_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "decider_kind", "decider_id"],
                condition=Q(decider_id__isnull=False),
                name="one_decision_for_each_decider_and_step",
            )
        ]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.decider_kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise DecisionIsFinal("Decide again instead")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise DecisionIsFinal("Decisions are kept")


class Thread(WorkspaceOwned):
    """Comments about one place of a post, in the revision in which it was begun. `anchor` says where, as
    `apps.approvals.anchors` reads it; the client sees what is shared."""

    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    anchor = models.JSONField(default=dict)
    visibility = models.CharField(max_length=16, choices=Visibility.choices, default=Visibility.INTERNAL)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.UUIDField(null=True, blank=True)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["post", "id"], name="threads_of_post")]

    def __str__(self) -> str:
        return f"{self.visibility} on {self.post_id}"


class Comment(WorkspaceOwned):
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    author_kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in ActorKind])
    author_id = models.UUIDField(null=True, blank=True)
    author_name = models.CharField(max_length=150, blank=True, help_text="Of a guest, who has no account.")
    text = models.TextField()
    mentions = models.JSONField(default=list, help_text="Ids of the people who are named.")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["thread", "id"], name="comments_of_thread")]

    def __str__(self) -> str:
        return f"{self.thread_id}: {self.author_kind}"


class Attachment(WorkspaceOwned):
    """A file that a comment brings along. It lies in the library; where it is removed there, its name is left."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="attachments")
    asset = models.ForeignKey("media.Asset", null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=255)
    position = models.PositiveSmallIntegerField()

    class Meta(WorkspaceOwned.Meta):
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["comment", "position"], name="attachments_of_comment_in_order")]

    def __str__(self) -> str:
        return f"{self.name} of {self.comment_id}"


class PendingFile(WorkspaceOwned):
    """A file that a member has chosen for a comment and not sent with it yet. `is_new`: it came into the library by
    that, and leaves it again where it is never sent."""

    asset = models.ForeignKey("media.Asset", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("tenants.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    is_new = models.BooleanField(default=True)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["created_at"], name="pending_files_by_age")]

    def __str__(self) -> str:
        return self.name


class SigningKey(Row):
    """What this installation signs its records with. One is in force; those before it are kept, so that it can be told
    whose signature an old record bears. `certificate` and `chain` are PEM, `private_key` is PKCS #8 in PEM."""

    certificate = models.TextField()
    chain = models.TextField(blank=True, help_text="The certificates above it, where an authority has issued it.")
    private_key = SecretField()
    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the certificate.")
    subject = models.CharField(max_length=300)
    is_own = models.BooleanField(default=True, help_text="Postroom made it itself; else the operator brought it.")
    valid_until = models.DateTimeField()
    is_in_force = models.BooleanField(default=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_in_force"], condition=Q(is_in_force=True), name="one_signing_key_in_force"
            )
        ]

    def __str__(self) -> str:
        return self.subject
