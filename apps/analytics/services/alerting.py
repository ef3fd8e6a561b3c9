"""Alerts: rules of a workspace, what they find in its stored figures, and what people do about it.

Rules are looked at after each night and after fresh figures came, as often as anybody likes: one alert of a rule and
subject in each window is what the database lets be written, and only whoever wrote it tells of it. Days are judged
again for a while, since platforms tell some late and correct others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from apps.analytics import alert_figures
from apps.analytics.alerts.findings import Finding, Series, findings
from apps.analytics.alerts.kinds import LEVEL_NAMES, OF_ACCOUNTS, OF_CAMPAIGNS, OF_POSTS, Kind, window_of
from apps.analytics.errors import AlertRuleRefused
from apps.analytics.models import Alert, AlertRecipient, AlertRule, Reading
from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.core.calendar import cell_of
from apps.events import services as events
from apps.tenants.models import Workspace
from apps.tenants.selectors import people_who_may

logger = logging.getLogger(__name__)

DAY: Final = timedelta(days=1)
AGAIN: Final = 10 * DAY  # days that are judged again; no platform settles a day later
HISTORY: Final = 40 * DAY  # before the first of them
# A reading that was being written when a rule was looked at is older than that look, and seen by the next.
OVERLAP: Final = timedelta(minutes=10)
MOST_RULES: Final = 100  # of a workspace
MOST_RECIPIENTS: Final = 20
ASKS: Final = frozenset({"kind", "metric", "threshold", "account", "account_id", "campaign", "campaign_id", "of_posts"})
BATCH: Final = 200  # workspaces in one round
WHY: Final = "find workspaces with figures that no rule has seen"


# --- what people say --------------------------------------------------------------------------------------------------


@transaction.atomic
def make_rule(*, workspace: Workspace, actor: Actor, recipients: Iterable[UUID] = (), **fields: Any) -> AlertRule:
    """A rule for a workspace's accounts, one of them, their posts, or a campaign; raises AlertRuleRefused. It watches
    from yesterday on: what was before is history."""
    if AlertRule.objects.filter(workspace=workspace).count() >= MOST_RULES:
        raise AlertRuleRefused(f"A workspace has up to {MOST_RULES} rules.", field="name", code="too_many")
    watched = {"watches_from": _yesterday(workspace), "made_by_id": actor.user_id}
    rule = AlertRule(workspace=workspace, **watched, **fields)
    _require_sense(rule)
    _require_news(rule)
    rule.save(force_insert=True)
    _address(rule, recipients)
    audit.record("alert_rule.created", subject=rule, actor=actor, diff={"name": rule.name})
    return rule


@transaction.atomic
def change_rule(
    *, rule: AlertRule, actor: Actor, recipients: Iterable[UUID] | None = None, **changes: Any
) -> AlertRule:
    """Change what is named. A rule that asks for something else begins anew: its alerts so far stay, and hold nothing
    back. To one that is switched on again what happened meanwhile is history. Raises AlertRuleRefused."""
    row: AlertRule = AlertRule.objects.locked(rule.pk)
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, changes[name])
    _require_sense(row)
    asks_anew = bool(ASKS & set(changed))
    if asks_anew or ("is_on" in changed and row.is_on):
        _require_news(row)
        row.version, row.watches_from = row.version + asks_anew, _yesterday(row.workspace)
    row.save()
    if recipients is not None:
        _address(row, recipients)
    audit.record("alert_rule.updated", subject=row, actor=actor, diff={"changed": changed})
    return row


def watch_anew(*, workspace: Workspace) -> None:
    """To the rules of a workspace that is in use again what happened meanwhile is history."""
    AlertRule.objects.filter(workspace=workspace).update(watches_from=_yesterday(workspace), updated_at=clock.now())


@transaction.atomic
def remove_rule(*, rule: AlertRule, actor: Actor) -> None:
    """Take a rule away, with what it has found."""
    audit.record("alert_rule.removed", subject=rule, actor=actor, diff={"name": rule.name})
    rule.delete()


@transaction.atomic
def acknowledge(*, alert: Alert, actor: Actor) -> Alert:
    """Write down that somebody has seen to it; who was first stays."""
    mine = Alert.objects.filter(pk=alert.pk, acknowledged_at=None)
    now = clock.now()
    if mine.update(acknowledged_at=now, acknowledged_by_id=actor.user_id, updated_at=now):
        audit.record("alert.acknowledged", subject=alert, actor=actor)
    alert.refresh_from_db()
    return alert


def _yesterday(workspace: Workspace) -> date:
    return cell_of(clock.now(), workspace.timezone) - DAY


def _require_sense(rule: AlertRule) -> None:
    known = OF_CAMPAIGNS if rule.campaign_id else OF_POSTS if rule.of_posts else OF_ACCOUNTS
    if rule.campaign_id and rule.kind != Kind.MILESTONE:
        raise AlertRuleRefused("Of a campaign a number can be watched that it reaches.", field="kind")
    if rule.of_posts and (rule.campaign_id or rule.kind != Kind.MILESTONE):
        raise AlertRuleRefused("Of each post a number can be watched that it reaches.", field="kind")
    if rule.metric not in known:
        raise AlertRuleRefused("This figure cannot be watched here.", field="metric")
    if rule.threshold <= 0 or (rule.kind == Kind.DROP and rule.threshold > 100):
        raise AlertRuleRefused("A number above 0, and for less than usual up to 100 percent.", field="threshold")
    for name in ("account", "campaign"):
        subject = getattr(rule, name)
        if subject is not None and subject.workspace_id != rule.workspace_id:
            raise AlertRuleRefused("It is not in this workspace.", field=name, code="not_found")


def _require_news(rule: AlertRule) -> None:
    """What a campaign has reached already, it cannot reach."""
    if rule.campaign is not None and (alert_figures.total_of(rule.campaign, rule.metric) or 0) >= rule.threshold:
        raise AlertRuleRefused("The campaign has reached that already.", field="threshold")


def _address(rule: AlertRule, people: Iterable[UUID]) -> None:
    wanted = set(people)
    if len(wanted) > MOST_RECIPIENTS:
        raise AlertRuleRefused(f"Up to {MOST_RECIPIENTS} people are told.", field="recipients", code="too_many")
    if wanted - set(people_who_may("analytics.view", [rule.workspace_id])):
        words = "Somebody here may not see the figures of this workspace."
        raise AlertRuleRefused(words, field="recipients", code="not_found")
    AlertRecipient.objects.filter(rule=rule).exclude(user__in=wanted).delete()
    own = {"organization_id": rule.organization_id, "workspace_id": rule.workspace_id, "rule": rule}
    rows = [AlertRecipient(**own, user_id=user_id) for user_id in sorted(wanted)]
    AlertRecipient.objects.bulk_create(rows, ignore_conflicts=True)


# --- what is found ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Subject:
    account_id: UUID | None = None
    campaign_id: UUID | None = None
    publication_id: UUID | None = None


def look(*, limit: int = BATCH) -> int:
    """Judge the figures that came since rules were last looked at; how many alerts that gave."""
    with tenancy.across_tenants(WHY):
        fresh = Reading.across_tenants.filter(
            workspace=OuterRef("workspace"), read_at__gt=OuterRef("looked_at") - OVERLAP
        )
        rules = AlertRule.across_tenants.filter(is_on=True, workspace__archived_at=None)
        due = rules.filter(Q(looked_at=None) | Exists(fresh)).order_by(F("looked_at").asc(nulls_first=True))
        places = list(dict.fromkeys(due.values_list("organization_id", "workspace_id")[: limit * 4]))[:limit]
    found = 0
    for organization_id, workspace_id in places:
        try:
            found += look_at(organization_id=organization_id, workspace_id=workspace_id)
        except Exception:  # Whatever is wrong with one workspace, the others are looked at.
            logger.exception("The figures of workspace %s could not be judged", workspace_id)
    return found


def look_at(*, organization_id: UUID, workspace_id: UUID) -> int:
    """Judge a workspace's figures by its rules; how many alerts that gave. Safe to repeat, and to do twice at once."""
    now = clock.now()
    with tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id}), transaction.atomic():
        workspace = Workspace.objects.get(pk=workspace_id)
        rules = list(AlertRule.objects.filter(workspace=workspace, is_on=True).select_related("campaign", "workspace"))
        if not rules:
            return 0
        today = cell_of(now, workspace.timezone)
        made = sum(_keep(rule, *one, now=now) for rule, one in _found(workspace, rules, today))
        # In one order, so that two who look at once do not wait for each other.
        for pk in sorted(rule.pk for rule in rules):
            AlertRule.objects.filter(pk=pk).update(looked_at=now)
        return made


def _found(
    workspace: Workspace, rules: Sequence[AlertRule], today: date
) -> Iterable[tuple[AlertRule, tuple[_Subject, Finding]]]:
    firsts = {rule.pk: _first(rule, today) for rule in rules}
    metrics = {rule.metric for rule in rules if not (rule.campaign_id or rule.of_posts)}
    told: dict[tuple[UUID, str], Series] = {}
    if metrics:
        told = alert_figures.series_of(workspace, metrics, first=min(firsts.values()) - HISTORY, last=today)
    for rule in sorted(rules, key=lambda rule: rule.pk):
        if rule.campaign is not None:
            total = alert_figures.total_of(rule.campaign, rule.metric)
            if total is not None and total >= rule.threshold:
                yield rule, (_Subject(campaign_id=rule.campaign_id), Finding(today, total))
            continue
        if rule.of_posts:
            for post in alert_figures.posts_that_reached(rule, first=firsts[rule.pk]):
                yield rule, (_Subject(post.account_id, None, post.publication_id), Finding(post.day, post.value))
            continue
        days = [firsts[rule.pk] + DAY * step for step in range((today - firsts[rule.pk]) // DAY + 1)]
        for (account_id, metric), series in told.items():
            if metric == rule.metric and rule.account_id in (None, account_id):
                for one in findings(rule.kind, rule.threshold, series, days, is_level=metric in LEVEL_NAMES):
                    if not _is_old(rule, account_id, min(series)):
                        yield rule, (_Subject(account_id=account_id), one)


def _is_old(rule: AlertRule, account_id: UUID, begins: date) -> bool:
    """Whether what happens on a day came to the number before all that was read to judge it."""
    if rule.kind != Kind.MILESTONE or rule.metric in LEVEL_NAMES:
        return False
    return alert_figures.has_reached(account_id, rule.metric, rule.threshold, before=begins)


def _first(rule: AlertRule, today: date) -> date:
    """The first day to judge: as far back as a day may still change, or as nobody has looked."""
    seen = cell_of(rule.looked_at, rule.workspace.timezone) if rule.looked_at else today
    return max(rule.watches_from, min(seen, today) - AGAIN)


def _keep(rule: AlertRule, subject: _Subject, found: Finding, *, now: datetime) -> int:
    """Write the alert and tell of it, unless its window has one."""
    is_muted = rule.muted_until is not None and rule.muted_until > now
    alert = Alert(
        organization_id=rule.organization_id, workspace_id=rule.workspace_id, rule=rule,
        version=rule.version, account_id=subject.account_id, campaign_id=subject.campaign_id,
        publication_id=subject.publication_id,
        window_on=window_of(rule.kind, rule.window, found.day), day=found.day, value=found.value, usual=found.usual,
        sample=found.sample, score=found.score, found_at=now, was_muted=is_muted,
    )  # fmt: skip
    window = {"rule": rule, "version": rule.version, "window_on": alert.window_on}
    about = {
        "account_id": alert.account_id, "campaign_id": alert.campaign_id, "publication_id": alert.publication_id,
    }  # fmt: skip
    if Alert.objects.filter(**window, **about).exists():
        return 0
    Alert.objects.bulk_create([alert], ignore_conflicts=True)
    if not Alert.objects.filter(pk=alert.pk).exists():
        return 0  # Somebody else was at it in this moment, and tells.
    if not is_muted:
        events.emit("analytics.alert", subject=alert, data=_told(rule, alert))
    return 1


def _told(rule: AlertRule, alert: Alert) -> dict[str, Any]:
    return {
        "rule_id": rule.pk, "kind": rule.kind, "metric": rule.metric, "threshold": rule.threshold,
        "account_id": alert.account_id, "campaign_id": alert.campaign_id, "day": alert.day, "value": alert.value,
        "publication_id": alert.publication_id,
        "usual": alert.usual, "sample": alert.sample, "score": alert.score,
    }  # fmt: skip


def forget_alerts(*, account_ids: Sequence[UUID], for_good: bool) -> int:
    """Delete what was found of these accounts, in the organization in context; with `for_good` rules about them too."""
    if for_good:
        AlertRule.objects.filter(account_id__in=account_ids).delete()
    removed: int = Alert.objects.filter(account_id__in=account_ids).delete()[0]
    return removed
