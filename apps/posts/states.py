from django.db import models


class PartRole(models.TextChoices):
    MAIN = "main", "Post"
    FIRST_COMMENT = "first_comment", "First comment"
    REPLY = "reply", "Reply"


class Review(models.TextChoices):
    """What reviewers say of a post as it stands; the room of approvals keeps it, and decides what goes out."""

    NONE = "", "Not asked"
    WAITING = "waiting", "Waiting for approval"
    APPROVED = "approved", "Approved"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    REJECTED = "rejected", "Rejected"


# As long as one of these is said, a planned post does not go out.
KEEPS_BACK = frozenset({Review.WAITING, Review.CHANGES_REQUESTED, Review.REJECTED})
