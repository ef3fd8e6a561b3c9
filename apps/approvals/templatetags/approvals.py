"""Words that only pages about approvals need."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.filter
def span_words(span: timedelta) -> str:
    """How long, as a person would say it: "12 min", "5 h 20 min", "3 days 4 h"."""
    minutes = round(span.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    days, over = divmod(hours, 24)
    if minutes < 1:
        return gettext("under a minute")
    if hours < 1:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if days < 2:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return gettext("%(days)d days %(hours)d h") % {"days": days, "hours": over}
