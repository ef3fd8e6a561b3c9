"""Every write of this room."""

from apps.reports.services.asking import ask, delete, open_due, require_days, retry
from apps.reports.services.forgetting import forget_accounts, keep_rules
from apps.reports.services.making import make_due
from apps.reports.services.scheduling import (
    add_schedule,
    change_schedule,
    follow_the_clock,
    pause_schedule,
    remove_schedule,
)
from apps.reports.services.sending import send_due
from apps.reports.services.sharing import Guest, guest_of, revoke, share, unlock
from apps.reports.services.templates import add_template, change_template, remove_template

__all__ = [
    "Guest",
    "add_schedule",
    "add_template",
    "ask",
    "change_schedule",
    "change_template",
    "delete",
    "follow_the_clock",
    "forget_accounts",
    "guest_of",
    "keep_rules",
    "make_due",
    "open_due",
    "pause_schedule",
    "remove_schedule",
    "remove_template",
    "require_days",
    "retry",
    "revoke",
    "send_due",
    "share",
    "unlock",
]
