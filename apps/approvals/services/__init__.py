"""The verbs of approvals: every write of this room."""

from apps.approvals.services.clockwork import run_out_of_time
from apps.approvals.services.deciding import decide
from apps.approvals.services.discussing import comment, resolve
from apps.approvals.services.following import follow, follow_all
from apps.approvals.services.linking import (
    Invited,
    Reviewer,
    address_of,
    forget_guest,
    knows_passcode,
    make_links,
    reviewer_of,
    revoke_link,
)
from apps.approvals.services.policies import set_policy
from apps.approvals.services.requesting import submit, withdraw
from apps.approvals.services.reviewing import comment_by_link, decide_by_link, propose_time, take_proposed_time

__all__ = [
    "Invited",
    "Reviewer",
    "address_of",
    "comment",
    "comment_by_link",
    "decide",
    "decide_by_link",
    "follow",
    "follow_all",
    "forget_guest",
    "knows_passcode",
    "make_links",
    "propose_time",
    "resolve",
    "reviewer_of",
    "revoke_link",
    "run_out_of_time",
    "set_policy",
    "submit",
    "take_proposed_time",
    "withdraw",
]
