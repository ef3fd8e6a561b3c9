"""Rows by which the client's own people review: who they are, the link that each holds, and the posts it is for."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.approvals.names import FORGOTTEN
from apps.core.models import WorkspaceOwned

MOST_TRIES: Final = 10  # wrong passcodes in a row, after which a link lets nobody in any more


class Guest(WorkspaceOwned):
    """Somebody of the client's, without an account. Decisions and comments name them by id, so that a name and an
    address can be forgotten and the story stays readable."""

    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "email"], condition=~Q(email=""), name="one_guest_for_each_address"
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) & ~Q(name="") | Q(forgotten_at__isnull=False) & Q(name="") & Q(email=""),
                name="a_guest_is_named_or_forgotten",
            ),
        ]

    def __str__(self) -> str:
        return self.name or gettext(FORGOTTEN)


class Kind(models.TextChoices):
    POST = "post", _("One post")
    SELECTION = "selection", _("Some posts")
    MONTH = "month", _("A month")


class LinkState(models.TextChoices):
    OPEN = "open", _("Open")
    EXPIRED = "expired", _("Its time is up")
    REVOKED = "revoked", _("Withdrawn")
    LOCKED = "locked", _("Locked: the passcode was wrong too often")


class ReviewLink(WorkspaceOwned):
    """One guest's way to the posts it is for; of its token and its passcode only hashes are kept. It is for these posts
    and no others, in whatever version they come before the client, until it ends."""

    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    title = models.CharField(max_length=120, blank=True, help_text="What the guest calls it; empty for a month.")
    month = models.CharField(max_length=7, blank=True, help_text="Of a month: 2026-10.")
    token_hash = models.CharField(max_length=64, unique=True)
    passcode_hash = models.CharField(max_length=128, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Wrong passcodes since the last right one.")
    language = models.CharField(max_length=16, blank=True, help_text="Empty: the browser's.")
    made_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True, help_text="When Postroom last mailed it to the guest.")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        indexes = [models.Index(fields=["workspace", "-id"], name="review_links_of_workspace")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.guest_id}"

    def state(self, now: datetime) -> LinkState:
        if self.revoked_at is not None:
            return LinkState.REVOKED
        if self.expires_at <= now:
            return LinkState.EXPIRED
        return LinkState.LOCKED if self.tries >= MOST_TRIES else LinkState.OPEN


class MailedToken(WorkspaceOwned):
    """Another token of a link, which a mail of ours carries: whoever writes the mail does not know the first. Of it too
    only a hash is kept, and it ends with the link."""

    link = models.ForeignKey(ReviewLink, on_delete=models.CASCADE, related_name="mailed_tokens")
    letter = models.ForeignKey(
        "approvals.Letter", null=True, blank=True, on_delete=models.SET_NULL, related_name="tokens",
        help_text="The mail that carries it; empty once another try of that mail carries others.",
    )  # fmt: skip
    token_hash = models.CharField(max_length=64, unique=True)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"mailed for {self.link_id}"


class ReviewedPost(WorkspaceOwned):
    """That a link is for a post."""

    link = models.ForeignKey(ReviewLink, on_delete=models.CASCADE, related_name="reviewed")
    post = models.ForeignKey("posts.Post", on_delete=models.CASCADE, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["link", "post"], name="each_post_once_by_a_link")]
        indexes = [models.Index(fields=["post"], name="review_links_of_post")]

    def __str__(self) -> str:
        return f"{self.post_id} by {self.link_id}"
