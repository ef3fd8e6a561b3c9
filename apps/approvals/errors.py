"""What can go wrong with an approval, in words a caller can act on. Nothing was decided when one of these is raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

OUT: Final = _("The post has gone out, so there is nothing left to decide.")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a policy; `field` as the form has it: "steps.0.needs"."""

    field: str
    words: str


class PolicyMalformed(ValueError):
    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(f"{flaw.field}: {flaw.words}" for flaw in flaws))
        self.flaws = tuple(flaws)


class ApprovalRefused(Exception):
    """`code` for machines, `words` for the person: marked where they are written, and said in the reader's language."""

    code = "refused"
    words = _("This cannot be done now.")

    def __init__(self, words: str = "") -> None:
        self.words = gettext(words or self.words)
        super().__init__(self.words)


class NotNeeded(ApprovalRefused):
    code = "not_needed"
    words = _("The workspace's policy asks for no approval of this post.")


class AlreadyAsked(ApprovalRefused):
    code = "already_asked"
    words = _("This version of the post is waiting for approval, or has it already.")


class ContentChanged(ApprovalRefused):
    code = "content_changed"
    words = _("The post was changed after you opened it. Look at the new version before you decide.")


class RequestClosed(ApprovalRefused):
    code = "closed"
    words = _("This request is not open any more.")


class AlreadyDecided(ApprovalRefused):
    code = "already_decided"
    words = _("You have decided about this version already.")


class NotADecider(ApprovalRefused):
    code = "not_a_decider"
    words = _("The step that is open is not yours to decide.")


class SelfApproval(ApprovalRefused):
    code = "self_approval"
    words = _("You wrote, changed or submitted this version, so somebody else approves it.")


class ReasonMissing(ApprovalRefused):
    code = "reason_missing"
    words = _("Say what is to be changed, or why not.")


class PolicyChanged(ApprovalRefused):
    code = "policy_changed"
    words = _("Somebody else saved another version of the policy meanwhile. Reload it, and put your changes back in.")


class NotAttached(ApprovalRefused):
    code = "not_attached"
    words = _("A comment brings up to five files, of this client's library.")


class NothingApproved(ApprovalRefused):
    code = "not_approved"
    words = _("There is a record of what was approved, and this was not.")


class RecordNotMade(ApprovalRefused):
    """What was approved stands, but its document cannot be made on this machine now. `remedy` is for the operator, who
    finds it in the log with the whole story."""

    code = "record_not_made"
    remedy = ""


class SigningKeyUnusable(RecordNotMade):
    code = "signing_key_unusable"
    remedy = "manage.py signing_key show"
    words = _(
        "Records cannot be signed now, because the key for them cannot be used. What was approved stays approved. "
        "The operator of this Postroom can mend it: manage.py signing_key show says what is wrong with the key."
    )


class NoPrinter(RecordNotMade):
    code = "no_printer"
    remedy = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    words = _(
        "This Postroom cannot make PDFs now, because Pango is missing on its machine. What was approved stays "
        "approved. Its operator has to install Pango and start Postroom again."
    )


class PeopleRefused(ValueError):
    """A group, hours or an absence cannot be like this; nothing was changed. `field` names the place."""

    def __init__(self, words: str, *, field: str = "", code: str = "invalid") -> None:
        super().__init__(words)
        self.words, self.field, self.code = words, field, code
