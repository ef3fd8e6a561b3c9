"""Alerts and rules in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.analytics.alerts.kinds import INTERACTIONS, OWN_CLICKS, Kind
from apps.analytics.metrics import LABELS
from apps.analytics.models import Alert, AlertRule
from apps.analytics.wording import number
from apps.platforms import registry
from apps.platforms.insights import Metric


def label_of(metric: str) -> str:
    if metric == INTERACTIONS:
        return _("Interactions")
    return _("Clicks on our links") if metric == OWN_CLICKS else LABELS[Metric(metric)]


def about(row: Alert | AlertRule) -> str:
    """Whom it is about, by name."""
    if row.campaign is not None:
        return str(row.campaign.name)
    name = f"{registry.label(row.account.platform)} @{row.account.handle}" if row.account is not None else ""
    if isinstance(row, Alert) and row.publication is not None:
        title = row.publication.post.title or _("a post")
        return _("%(post)s on %(account)s") % {"post": title, "account": name}
    if isinstance(row, AlertRule) and row.of_posts:
        return _("each post of %(account)s") % {"account": name or _("every account")}
    return name or _("every account")


def sentence(alert: Alert) -> str:
    """What was found, with what is usual and how many days say so."""
    label, who, value = label_of(alert.rule.metric), about(alert), number(alert.value)
    if alert.usual is None:
        return _("%(label)s of %(who)s: %(value)s, so %(goal)s is reached.") % {
            "label": label, "who": who, "value": value, "goal": number(alert.rule.threshold),
        }  # fmt: skip
    said = _("%(label)s of %(who)s: %(value)s, usually %(usual)s by %(sample)s days before.") % {
        "label": label, "who": who, "value": value, "usual": number(alert.usual), "sample": alert.sample,
    }  # fmt: skip
    if alert.score is None:
        return said
    return f"{said} " + _("That is %(score)s deviations away.") % {"score": f"{abs(alert.score):.1f}"}


def asks(rule: AlertRule) -> str:
    """What a rule watches for."""
    label, goal = label_of(rule.metric), number(rule.threshold)
    match rule.kind:
        case Kind.MILESTONE:
            return _("%(label)s reach %(goal)s") % {"label": label, "goal": goal}
        case Kind.SPIKE:
            return _("%(label)s %(goal)s %% above the usual") % {"label": label, "goal": goal}
        case Kind.DROP:
            return _("%(label)s %(goal)s %% below the usual") % {"label": label, "goal": goal}
        case _:
            words = _("%(label)s %(goal)s deviations from the account's own history")
            return words % {"label": label, "goal": f"{rule.threshold:g}"}
