"""The verbs of approvals: every write of this room."""

from apps.approvals.services.clockwork import run_out_of_time
from apps.approvals.services.deciding import decide
from apps.approvals.services.discussing import comment, resolve
from apps.approvals.services.escalating import escalate
from apps.approvals.services.following import follow, follow_all
from apps.approvals.services.letters import forget_letters, send_letters
from apps.approvals.services.links import forget_links
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

__all__ = [
    "change_group",
    "choose_mail",
    "comment",
    "decide",
    "delete_group",
    "end_absence",
    "escalate",
    "follow",
    "follow_all",
    "forget_letters",
    "forget_links",
    "make_group",
    "note_absence",
    "plan_digests",
    "resolve",
    "run_out_of_time",
    "send_letters",
    "set_hours",
    "set_policy",
    "submit",
    "tell_escalation",
    "tell_mentions",
    "tell_turn",
    "withdraw",
]
