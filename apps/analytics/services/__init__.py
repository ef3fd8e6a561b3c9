"""The verbs of this room. `read_due` talks to platforms and is called outside of any transaction."""

from apps.analytics.services.following import follow
from apps.analytics.services.forgetting import forget_accounts, forget_unverified
from apps.analytics.services.importing import delete_import, retry_import, start_import, work_imports
from apps.analytics.services.months import forget_before, keep_months
from apps.analytics.services.nights import end_run, open_nights
from apps.analytics.services.refreshing import refresh
from apps.analytics.services.rollups import rebuild_rollups
from apps.analytics.services.rounds import read_due

__all__ = [
    "delete_import",
    "end_run",
    "follow",
    "forget_accounts",
    "forget_before",
    "forget_unverified",
    "keep_months",
    "open_nights",
    "read_due",
    "rebuild_rollups",
    "refresh",
    "retry_import",
    "start_import",
    "work_imports",
]
