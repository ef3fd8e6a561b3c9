"""What goes out: one publication for each post and account, its follow-ups, and the ledger of attempts."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.db import models
from django.db.models import Q

from apps.core import clock, tenancy
from apps.core.models import Row, WorkspaceOwned, workspace_managers
from apps.publishing.follow_up_media import FollowUpMedia as FollowUpMedia
from apps.publishing.querysets import SETTLED_AS_NOT_SENT, SendingQuerySet
from apps.publishing.restraints import OperatorStop as OperatorStop
from apps.publishing.restraints import PublishingWindows as PublishingWindows
from apps.publishing.restraints import Stop as Stop
from apps.publishing.restraints import Waiver as Waiver
from apps.publishing.states import CLAIMED, WENT_OUT, Deed, Outcome, PostState, State

# Begins the remote id of what a person saw live without bringing its address: a name of ours, unknown to the platform.
BY_HAND = "by-hand:"
# The same of a post whose account's person asked to be forgotten.
FORGOTTEN = "forgotten:"
# The role of a comment that somebody wrote when its post was out; the others are parts of the post.
WRITTEN = "comment"
IS_OUT_OR_WAS = Q(state__in=sorted(WENT_OUT))
REMOVED_SAYS_WHEN = Q(state=State.REMOVED, removed_at__isnull=False) | ~Q(state=State.REMOVED) & Q(removed_at=None)
NO_OPEN_INTENT = ~Q(state__in=sorted(SETTLED_AS_NOT_SENT)) | Q(intent_at__isnull=True)


def is_known_by_hand(remote_id: str, remote_url: str) -> bool:
    """Whether the platform's own name for a post is not known, only that it is live and perhaps where."""
    return remote_id.startswith((BY_HAND, FORGOTTEN)) or (bool(remote_id) and remote_id == remote_url)


class Sending(WorkspaceOwned):
    """Something that is sent to a platform once: the row decides who may send it, and whether it was sent.

    `fence` rises with every claim; whoever writes must know the newest. `intent_at` is committed before the one request
    that makes it public. `staged` is what the adapter has prepared at the platform.
    """

    state = models.CharField(max_length=16, choices=State.choices, default=State.SCHEDULED)
    next_try_at = models.DateTimeField(help_text="Not claimed before this instant.")
    stage_at = models.DateTimeField(
        null=True, blank=True, help_text="Not prepared again before this. Empty: as early as its platform takes it."
    )
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts_made = models.PositiveIntegerField(default=0)
    searches_made = models.PositiveIntegerField(default=0)
    first_sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When a commit first left; a search looks from here on."
    )
    intent_at = models.DateTimeField(null=True, blank=True)
    staged = models.JSONField(null=True, blank=True)
    leftover = models.JSONField(
        null=True, blank=True, help_text="What was prepared for other words, to be taken back from the platform."
    )
    remote_id = models.CharField(max_length=500, blank=True)
    remote_url = models.CharField(max_length=1000, blank=True)
    remote_facts = models.JSONField(default=dict, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=24, blank=True, help_text="The kind of the last failure.")
    problem_words = models.TextField(blank=True)
    problem_field = models.CharField(max_length=64, blank=True)

    objects, across_tenants, plain = workspace_managers(SendingQuerySet)

    class Meta(WorkspaceOwned.Meta):
        abstract = True

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        """The one client that it belongs to."""
        return tenancy.scope(organization_id=self.organization_id, workspace_ids={self.workspace_id})


class Publication(Sending):
    """A post on an account: the unit that is due, sent, and succeeds or fails."""

    post = models.ForeignKey("posts.Post", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("social_accounts.SocialAccount", on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    revision = models.PositiveIntegerField(help_text="The post's revision that goes out.")

    class Meta(Sending.Meta):
        constraints = [
            models.UniqueConstraint(fields=["post", "account"], name="one_publication_for_each_post_and_account"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(state=State.PUBLISHING), name="one_at_a_time_on_each_account"
            ),
            models.CheckConstraint(
                condition=~IS_OUT_OR_WAS | (~Q(remote_id="") & Q(published_at__isnull=False)),
                name="published_has_a_remote_id",
            ),
            models.CheckConstraint(condition=REMOVED_SAYS_WHEN, name="removed_says_when"),
            models.CheckConstraint(
                condition=~Q(state__in=[State.PUBLISHING, State.STAGING]) | Q(lease_until__isnull=False),
                name="publishing_has_a_lease",
            ),
            models.CheckConstraint(condition=NO_OPEN_INTENT, name="not_sent_has_no_open_intent"),
            # Two posts with the same words must not both take the same live post for theirs.
            models.UniqueConstraint(
                fields=["account", "remote_id"], condition=~Q(remote_id=""), name="one_publication_for_each_remote_post"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state=State.SCHEDULED), name="publications_due"),
            models.Index(fields=["next_try_at"], condition=Q(state=State.READY), name="publications_ready"),
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=sorted(CLAIMED)),
                name="publications_in_flight",
            ),
            models.Index(fields=["workspace", "due_at"], name="publications_by_due_time"),
            models.Index(fields=["organization", "-id"], name="publications_of_organization"),
            models.Index(
                fields=["workspace", "due_at"],
                condition=Q(state__in=[State.NEEDS_ATTENTION, State.HELD, State.FAILED]),
                name="publications_wanting_a_person",
            ),
            models.Index(
                fields=["next_try_at"], condition=Q(state=State.PUBLISHED, remote_url=""), name="publications_to_locate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} on {self.account_id}: {self.state}"

    @property
    def is_known_by_hand(self) -> bool:
        """A person said that it is live, and perhaps where: the platform's own name for it is not known. Nor is it of a
        post whose account was forgotten."""
        return is_known_by_hand(self.remote_id, self.remote_url)

    @property
    def platform(self) -> str:
        return self.account.platform

    @property
    def is_test(self) -> bool:
        return self.account.is_test


class FollowUp(Sending):
    """What is said below a published publication: its first comment, a reply of its thread, or a comment that somebody
    wrote when it was out. It can never send the publication again."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="follow_ups")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=16)
    text = models.TextField(help_text="The words as they were when the post went out.")
    due_at = models.DateTimeField(default=clock.now, help_text="When its post went out, or a person last sent it.")
    batch = models.UUIDField(null=True, blank=True, help_text="What was written at once, on one account or several.")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="What it answers. Empty: the post, or for a reply of the thread the one before it.",
    )  # fmt: skip

    class Meta(Sending.Meta):
        verbose_name = "follow-up"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "position"], name="one_follow_up_at_each_position"),
            models.CheckConstraint(
                condition=~IS_OUT_OR_WAS | ~Q(remote_id=""), name="published_follow_up_has_a_remote_id"
            ),
            models.CheckConstraint(condition=REMOVED_SAYS_WHEN, name="removed_follow_up_says_when"),
            models.CheckConstraint(condition=NO_OPEN_INTENT, name="not_sent_follow_up_has_no_open_intent"),
            models.UniqueConstraint(
                fields=["publication", "remote_id"],
                condition=~Q(remote_id=""),
                name="one_follow_up_for_each_remote_post",
            ),
            # A form that is sent twice writes one comment.
            models.UniqueConstraint(fields=["publication", "batch"], name="one_comment_of_each_batch"),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="follow_ups_of_organization"),
            models.Index(fields=["next_try_at"], condition=Q(state=State.SCHEDULED), name="follow_ups_due"),
            models.Index(fields=["next_try_at"], condition=Q(state=State.READY), name="follow_ups_ready"),
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=sorted(CLAIMED)),
                name="follow_ups_in_flight",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.publication_id}: {self.state}"

    @property
    def is_known_by_hand(self) -> bool:
        return is_known_by_hand(self.remote_id, self.remote_url)

    @property
    def is_written(self) -> bool:
        """Whether it is a comment of its own, and not a part of the post."""
        return self.role == WRITTEN


class Attempt(WorkspaceOwned):
    """One try at a deed, opened before the network is touched and closed with what came of it. The ledger is never
    rewritten."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="attempts")
    follow_up = models.ForeignKey(FollowUp, null=True, blank=True, on_delete=models.CASCADE, related_name="attempts")
    deed = models.CharField(max_length=16, choices=Deed.choices, default=Deed.PUBLISH)
    number = models.PositiveIntegerField()
    fence = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When its intent to commit was written.")
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=24, choices=Outcome.choices, default=Outcome.OPEN)
    words = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["started_at", "id"]
        indexes = [models.Index(fields=["publication", "id"], name="attempts_of_publication")]
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "number"], condition=Q(follow_up=None), name="attempts_of_publication_numbered"
            ),
            models.UniqueConstraint(
                fields=["follow_up", "number"],
                condition=Q(follow_up__isnull=False),
                name="attempts_of_follow_up_numbered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class LongPreparation(Row):
    """How long a post took to be prepared that took long, whosever it was: what the next ones begin early enough by."""

    platform = models.CharField(max_length=32)
    has_video = models.BooleanField()
    seconds = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_at"], name="long_preparations_by_age")]

    def __str__(self) -> str:
        return f"{self.platform}: {self.seconds} s"


class Rollup(WorkspaceOwned):
    """One row for each post on the plan: what was last told about the whole of it, so that it is told once.

    Two publications of a post may end in the same instant; both take this row before they look at each other.
    """

    post = models.OneToOneField("posts.Post", on_delete=models.CASCADE, related_name="+")
    told = models.CharField(max_length=24, blank=True, choices=PostState.choices)

    class Meta(WorkspaceOwned.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.post_id}: {self.told}"
