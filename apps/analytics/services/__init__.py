"""The verbs of this room. `read_due` talks to platforms and is called outside of any transaction."""

from apps.analytics.services.alerting import (
    acknowledge,
    change_rule,
    look,
    look_at,
    make_rule,
    remove_rule,
    watch_anew,
)
from apps.analytics.services.following import follow
from apps.analytics.services.forgetting import forget_accounts, forget_unverified
from apps.analytics.services.history import delete_history, retry_history, upload_history, work_history
from apps.analytics.services.importing import delete_import, retry_import, start_import, work_imports
from apps.analytics.services.months import forget_before, keep_months
from apps.analytics.services.nights import end_run, open_nights
from apps.analytics.services.planning import change_goal, check_goals, remove_goal, set_goal, set_mix
from apps.analytics.services.refreshing import refresh
from apps.analytics.services.remembering import ToldOfDay, ToldOfPost, remember_days, remember_posts
from apps.analytics.services.rollups import rebuild_rollups
from apps.analytics.services.rounds import read_due

__all__ = [
    "ToldOfDay",
    "ToldOfPost",
    "acknowledge",
    "change_goal",
    "change_rule",
    "check_goals",
    "delete_history",
    "delete_import",
    "end_run",
    "follow",
    "forget_accounts",
    "forget_before",
    "forget_unverified",
    "keep_months",
    "look",
    "look_at",
    "make_rule",
    "open_nights",
    "read_due",
    "rebuild_rollups",
    "refresh",
    "remember_days",
    "remember_posts",
    "remove_goal",
    "remove_rule",
    "retry_history",
    "retry_import",
    "set_goal",
    "set_mix",
    "start_import",
    "upload_history",
    "watch_anew",
    "work_history",
    "work_imports",
]
