"""What can go wrong with a review link. Guests read it in their language, by `code` (templates/review/_told.html)."""

from __future__ import annotations

from apps.approvals.errors import ApprovalRefused
from apps.approvals.sharing import LinkState


class NothingToReview(ApprovalRefused):
    code = "nothing_to_review"
    words = (
        "None of these posts waits for the client, or will. Submit them for approval, or add the client's guests to "
    )
    words += "a step of the policy."


class NobodyInvited(ApprovalRefused):
    code = "nobody_invited"
    words = "Say who the link is for: each guest gets one of their own, so that a decision says who made it."


class PasscodeTooShort(ApprovalRefused):
    code = "passcode_too_short"
    words = "A passcode has at least 4 characters."


class ExpiryOutOfReach(ApprovalRefused):
    code = "expiry_out_of_reach"
    words = "A link ends within 180 days, and not before it has begun."


class LinkOver(ApprovalRefused):
    """The link let nobody in at that moment. Its code says why: expired, revoked or locked."""

    code = "link_over"
    words = "This link is not open any more. Ask whoever sent it for a new one."

    def __init__(self, state: LinkState | None = None) -> None:
        super().__init__()
        self.code = state.value if state else self.code


class NotByThisLink(ApprovalRefused):
    """Another workspace's, or simply none of the link's posts: it is as if there were no such thing."""

    code = "not_by_this_link"
    words = "The link is for other posts."


class PlaceNotFound(ApprovalRefused):
    """What a comment points at is not in the post. Its code says what: words_not_found, file_gone,
    moment_not_possible or place_not_possible."""

    code = "words_not_found"
    words = "The post has no such place."

    def __init__(self, code: str = "") -> None:
        super().__init__()
        self.code = code or self.code


class HourNotPossible(ApprovalRefused):
    code = "hour_not_possible"
    words = "Choose a day and a time that are still to come."
