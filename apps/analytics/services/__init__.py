"""The verbs of this room. `read_due` talks to platforms and is called outside of any transaction."""

from apps.analytics.services.following import follow
from apps.analytics.services.forgetting import forget_accounts, forget_unverified
from apps.analytics.services.nights import end_run, open_nights
from apps.analytics.services.rounds import read_due

__all__ = ["end_run", "follow", "forget_accounts", "forget_unverified", "open_nights", "read_due"]
