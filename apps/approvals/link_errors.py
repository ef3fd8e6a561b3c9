"""What can go wrong with a review link. Guests read it in their language, by `code` (templates/review/_told.html)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_noop as _

from apps.approvals.errors import ApprovalRefused, SelfApproval
from apps.approvals.sharing import LinkState


class NothingToReview(ApprovalRefused):
    code = "nothing_to_review"
    words = _(
        "None of these posts waits for the client, or will. Submit them for approval, or add the client's guests to "
        "a step of the policy."
    )


class NobodyInvited(ApprovalRefused):
    code = "nobody_invited"
    words = _("Say who the link is for: each guest gets one of their own, so that a decision says who made it.")


class PasscodeTooShort(ApprovalRefused):
    code = "passcode_too_short"
    words = _("A passcode has at least 4 characters.")


class ExpiryOutOfReach(ApprovalRefused):
    code = "expiry_out_of_reach"
    words = _("A link ends within 180 days, and not before it has begun.")


class LinkOver(ApprovalRefused):
    """The link let nobody in at that moment. Its code says why: expired, revoked or locked."""

    code = "link_over"
    words = _("This link is not open any more. Ask whoever sent it for a new one.")

    def __init__(self, state: LinkState | None = None) -> None:
        super().__init__()
        self.code = state.value if state else self.code


class NotByThisLink(ApprovalRefused):
    """Another workspace's, or simply none of the link's posts: it is as if there were no such thing."""

    code = "not_by_this_link"
    words = _("The link is for other posts.")


class LinkOfWriter(SelfApproval):
    """The policy has approvals by such links not count."""

    words = _(
        "This link was made by somebody who wrote this post, so an approval by it does not count. Ask whoever sent it "
        "to have a colleague make the link."
    )


class PlaceNotFound(ApprovalRefused):
    """What a comment points at is not in the post. Its code says what: words_not_found, file_gone,
    moment_not_possible or place_not_possible."""

    code = "words_not_found"
    words = _("The post has no such place.")

    def __init__(self, code: str = "") -> None:
        super().__init__()
        self.code = code or self.code


class HourNotPossible(ApprovalRefused):
    code = "hour_not_possible"
    words = _("Choose a day and a time that are still to come.")


class NoTimeProposed(ApprovalRefused):
    code = "no_time_proposed"
    words = _("Nobody proposed a time in this thread.")


class TimeSettled(ApprovalRefused):
    """Somebody has taken the proposed time, or resolved the thread without."""

    code = "time_settled"
    words = _("This proposal was settled already. Open its thread again if the post is to move after all.")


class LinkNotMailed(ApprovalRefused):
    """A member had it sent when it was over. Its code says why: expired, revoked or locked."""

    code = "link_not_mailed"
    words = _("This link is not open any more, so it was not sent. Make a new one.")

    def __init__(self, state: LinkState | None = None) -> None:
        super().__init__(_NOT_SENT.get(state, ""))
        self.code = state.value if state else self.code


class GuestWithoutAddress(ApprovalRefused):
    code = "no_address"
    words = _("This guest has no mail address. Hand the link over another way, or invite them by their address.")


class NotFromATestWorkspace(ApprovalRefused):
    code = "test_workspace"
    words = _("Nobody is mailed from a test workspace. Hand the link over another way.")


class MailedTooOften(ApprovalRefused):
    code = "mailed_too_often"
    words = _("This guest was sent five mails within a day. Ask them whether these lie among the unwanted.")


_NOT_SENT: Final[Mapping[LinkState | None, str]] = {
    LinkState.EXPIRED: _("The time of this link is up, so it was not sent. Make a new one."),
    LinkState.REVOKED: _("This link was withdrawn, so it was not sent. Make a new one."),
    LinkState.LOCKED: _("Too many wrong passcodes have locked this link, so it was not sent. Make a new one."),
}
