"""The verbs of approvals: every write of this room."""

from apps.approvals.services.clockwork import run_out_of_time
from apps.approvals.services.deciding import decide
from apps.approvals.services.discussing import comment, resolve
from apps.approvals.services.following import follow, follow_all
from apps.approvals.services.policies import set_policy
from apps.approvals.services.requesting import submit, withdraw

__all__ = [
    "comment",
    "decide",
    "follow",
    "follow_all",
    "resolve",
    "run_out_of_time",
    "set_policy",
    "submit",
    "withdraw",
]
