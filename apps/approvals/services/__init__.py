"""The verbs of approvals: every write of this room."""

from apps.approvals.services.clockwork import catch_up, run_out_of_time
from apps.approvals.services.deciding import approve_with_edits, decide
from apps.approvals.services.discussing import comment, resolve
from apps.approvals.services.escalating import escalate
from apps.approvals.services.following import follow, follow_all
from apps.approvals.services.forgetting import forget_old_guests
from apps.approvals.services.guest_mail import why_nobody_is_mailed
from apps.approvals.services.letters import forget_letters, send_letters
from apps.approvals.services.linking import (
    Invited,
    Reviewer,
    address_of,
    forget_guest,
    knows_passcode,
    links_of_tokens,
    make_links,
    reviewer_of,
    revoke_link,
)
from apps.approvals.services.links import forget_links
from apps.approvals.services.mailing import last_letters, mail_link
from apps.approvals.services.pending import forget_pending, held_files, hold_file, let_go
from apps.approvals.services.people import (
    change_group,
    choose_mail,
    delete_group,
    end_absence,
    make_group,
    note_absence,
    set_hours,
)
from apps.approvals.services.policies import set_policy
from apps.approvals.services.reminding import plan_digests, tell_escalation, tell_mentions, tell_turn
from apps.approvals.services.requesting import submit, withdraw
from apps.approvals.services.reviewing import comment_by_link, decide_by_link, propose_time, take_proposed_time
from apps.approvals.services.signing_off import approve_by_link

__all__ = [
    "Invited",
    "Reviewer",
    "address_of",
    "approve_by_link",
    "approve_with_edits",
    "catch_up",
    "change_group",
    "choose_mail",
    "comment",
    "comment_by_link",
    "decide",
    "decide_by_link",
    "delete_group",
    "end_absence",
    "escalate",
    "follow",
    "follow_all",
    "forget_guest",
    "forget_letters",
    "forget_links",
    "forget_old_guests",
    "forget_pending",
    "held_files",
    "hold_file",
    "knows_passcode",
    "last_letters",
    "let_go",
    "links_of_tokens",
    "mail_link",
    "make_group",
    "make_links",
    "note_absence",
    "plan_digests",
    "propose_time",
    "resolve",
    "reviewer_of",
    "revoke_link",
    "run_out_of_time",
    "send_letters",
    "set_hours",
    "set_policy",
    "submit",
    "take_proposed_time",
    "tell_escalation",
    "tell_mentions",
    "tell_turn",
    "why_nobody_is_mailed",
    "withdraw",
]
