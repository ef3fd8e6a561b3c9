"""Figures that may not be kept any longer, and those of people who want to be forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from apps.analytics.models import (
    AccountDay,
    AccountSnapshot,
    Audience,
    HistoryUpload,
    Import,
    ImportedPost,
    PostTotal,
    PublicationSnapshot,
    Reading,
    UploadedDay,
    UploadedPost,
)
from apps.analytics.retention import RULES, Rule
from apps.analytics.services.alerting import forget_alerts
from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.social_accounts.models import SocialAccount

BATCH: Final = 200
WHY: Final = "find figures that a platform's rules no longer allow to be kept"


def forget_unverified(*, now: datetime) -> int:
    """Delete what is over its time by the platforms' rules; of how many accounts."""
    return sum(_keep_to(rule, now) for rule in RULES)


def _keep_to(rule: Rule, now: datetime) -> int:
    with tenancy.across_tenants(WHY):
        read = Reading.across_tenants.filter(account=OuterRef("pk"), publication=None).values("read_at")[:1]
        known = Coalesce("checked_at", "connected_at")
        rows = SocialAccount.across_tenants.filter(platform=rule.platform).annotate(read_at=Subquery(read))
        rows = rows.annotate(verified_at=Coalesce(Greatest(known, F("read_at")), known))
        mine = {"account": OuterRef("pk")}
        days, posts = AccountSnapshot.across_tenants.filter(**mine), PublicationSnapshot.across_tenants.filter(**mine)
        imported = ImportedPost.across_tenants.filter(**mine)
        over = rows.filter(Exists(days) | Exists(posts) | Exists(imported), verified_at__lt=now - rule.verified_within)
        found = list(over.values_list("organization_id", "pk")[:BATCH])
    for organization_id, account_id in found:
        counts = forget_accounts(organization_id=organization_id, account_ids=[account_id])
        with tenancy.scope(organization_id=organization_id):
            account = SocialAccount.objects.get(pk=account_id)
            diff = {"rule": rule.source, **counts}
            audit.record("analytics.forgotten", subject=account, actor=SYSTEM, diff=diff)
    return len(found)


def forget_accounts(*, organization_id: UUID, account_ids: Sequence[UUID], for_good: bool = False) -> Counter[str]:
    """Delete all figures of these accounts and of their posts; how many rows of each kind. With `for_good` nothing more
    is read of them. Safe to repeat."""
    removed: Counter[str] = Counter()
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        # Whoever writes figures down holds the reading, so that they are there by now or find it gone.
        readings: Any = Reading.objects.filter(account_id__in=account_ids)
        readings.update(latest_id=None, read_at=None, problem_words="")
        holding: tuple[tuple[str, Any], ...] = (
            ("account_snapshots", AccountSnapshot),
            ("publication_snapshots", PublicationSnapshot),
            ("imported_posts", ImportedPost),
            ("uploaded_days", UploadedDay),
            ("uploaded_posts", UploadedPost),
        )
        for name, model in holding:
            removed[name] = model.objects.filter(account_id__in=account_ids).delete()[0]
        removed["alerts"] = forget_alerts(account_ids=account_ids, for_good=for_good)
        for rollup in (AccountDay, Audience, PostTotal):
            rollup.objects.filter(account_id__in=account_ids).delete()
        if for_good:
            readings.delete()
            Import.objects.filter(account_id__in=account_ids).delete()
            HistoryUpload.objects.filter(account_id__in=account_ids).delete()
    return removed
