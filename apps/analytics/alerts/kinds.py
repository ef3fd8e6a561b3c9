"""The kinds of rule, the figures that each may watch, and the windows in which a rule says a thing once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import models

from apps.analytics.metrics import LEVELS
from apps.platforms.insights import Metric

OWN_CLICKS: Final = "own_clicks"  # on short links of ours, which no platform counts
INTERACTIONS: Final = "interactions"
ONCE: Final = date(1, 1, 1)


class Kind(models.TextChoices):
    SPIKE = "spike", "Far more than usual"
    DROP = "drop", "Far less than usual"
    ANOMALY = "anomaly", "Unlike the account's own history"
    MILESTONE = "milestone", "A number is reached"


class Window(models.TextChoices):
    """Of one rule and subject one alert in each."""

    DAY = "day", "Once a day"
    WEEK = "week", "Once a week"
    MONTH = "month", "Once a month"


# What accounts tell by day. Reach is of one day alone, which is what is compared here; it is never added up.
OF_ACCOUNTS: Final = tuple(metric.value for metric in Metric if metric not in (Metric.VIDEO_VIEWS,))
LEVEL_NAMES: Final = frozenset(metric.value for metric in LEVELS)
# What a post comes to by itself.
OF_POSTS: Final = (
    Metric.VIEWS.value, Metric.REACH.value, INTERACTIONS, Metric.LIKES.value, Metric.COMMENTS.value,
    Metric.SHARES.value, Metric.SAVES.value, Metric.CLICKS.value, Metric.VIDEO_VIEWS.value,
)  # fmt: skip
# What posts of a campaign come to together. How many people it was is not known of two posts together.
OF_CAMPAIGNS: Final = (
    Metric.VIEWS.value, INTERACTIONS, Metric.LIKES.value, Metric.COMMENTS.value, Metric.SHARES.value,
    Metric.SAVES.value, Metric.CLICKS.value, OWN_CLICKS,
)  # fmt: skip


def window_of(kind: str, window: str, day: date) -> date:
    """The first day of the window that `day` is in; a milestone has one window, which never ends."""
    if kind == Kind.MILESTONE:
        return ONCE
    if window == Window.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if window == Window.MONTH else day
