"""Reports that may not be kept: somebody whose figures are in one asked to be forgotten, or a network's rules end it.

Numbers of one account cannot be taken out of sums, so the report is emptied as a whole and says why. It can be made
again without that account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from apps.analytics.models import Reading
from apps.analytics.retention import RULES, Rule
from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM
from apps.reports.files import delete_after_commit
from apps.reports.models import Report, ReportFile, ReportLink
from apps.reports.states import ReportState
from apps.reports.waking import MAKE, wake_after_commit
from apps.social_accounts.models import SocialAccount

ASKED: Final = "Figures of somebody who asked to be forgotten were in it. Make a new report to have one without them."
RULE: Final = (
    "The rules of a network do not allow its figures to be kept any longer. Reconnect the account for new ones."
)


def forget_accounts(*, organization_id: UUID, account_ids: Sequence[UUID]) -> Counter[str]:
    """Empty every report that has figures of these accounts or names them; how many. Safe to repeat."""
    wanted = {str(one) for one in account_ids}
    with tenancy.scope(organization_id=organization_id):
        # First, so that one that is frozen before this is found below, and one that is not begins again.
        _begin_again(account_ids)
        frozen = Report.objects.exclude(state=ReportState.FORGOTTEN).exclude(sha256="")
        rows = frozen.values_list("pk", "account_ids", "data__accounts")
        found = [pk for pk, told, named in rows if wanted & {*told, *(one["id"] for one in named)}]
    return Counter(reports=sum(_empty(organization_id, pk, ASKED) for pk in found))


def _begin_again(account_ids: Sequence[UUID]) -> None:
    """Take reports that are being made away from their workers, who may have read what is deleted since."""
    workspaces = SocialAccount.objects.filter(pk__in=account_ids).values("workspace")
    unfrozen = Report.objects.filter(state=ReportState.MAKING, sha256="", workspace__in=workspaces)
    now = clock.now()
    if unfrozen.update(state=ReportState.QUEUED, next_try_at=now, tries=0, updated_at=now):
        wake_after_commit(MAKE)


def _forget_figures(organization_id: UUID, account_id: UUID) -> int:
    """Empty every report that has figures of this account. One that only says that nothing is known of it stays."""
    with tenancy.scope(organization_id=organization_id):
        frozen = Report.objects.exclude(sha256="").values_list("pk", "account_ids")
        found = [pk for pk, told in frozen if str(account_id) in told]
    return sum(_empty(organization_id, pk, RULE) for pk in found)


def _empty(organization_id: UUID, report_id: UUID, words: str) -> int:
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        rows = Report.objects.filter(pk=report_id).exclude(state=ReportState.FORGOTTEN)
        facts = {"data": {}, "pictures": {}, "sha256": "", "state": ReportState.FORGOTTEN, "problem_words": words}
        if not rows.update(**facts, updated_at=clock.now()):
            return 0
        files = ReportFile.objects.filter(report=report_id)
        names = list(files.values_list("file", flat=True))
        files.delete()
        ReportLink.objects.filter(report=report_id, revoked_at=None).update(revoked_at=clock.now())
        audit.record("report.forgotten", subject=Report.objects.light().get(pk=report_id), actor=SYSTEM)
        delete_after_commit(names)
    return 1


def keep_rules(*, now: datetime) -> int:
    """Empty reports with figures that a network's rules no longer allow to be kept; how many."""
    return sum(_keep_to(rule, now) for rule in RULES)


def _keep_to(rule: Rule, now: datetime) -> int:
    emptied = 0
    with tenancy.across_tenants("find reports with figures that are over their time"):
        read = Reading.across_tenants.filter(account=OuterRef("pk"), publication=None).values("read_at")[:1]
        known = Coalesce("checked_at", "connected_at")
        rows: Any = SocialAccount.across_tenants.filter(platform=rule.platform).annotate(read_at=Subquery(read))
        rows = rows.annotate(verified_at=Coalesce(Greatest(known, F("read_at")), known))
        over = list(rows.filter(verified_at__lt=now - rule.verified_within).values_list("organization_id", "pk"))
        held = _held([organization_id for organization_id, _ in over])
    for organization_id, pk in over:
        if str(pk) in held:
            emptied += _forget_figures(organization_id, pk)
    return emptied


def _held(organization_ids: Collection[UUID]) -> set[str]:
    """The accounts that reports of these organizations have figures of."""
    frozen = Report.across_tenants.filter(organization_id__in=set(organization_ids)).exclude(sha256="")
    return {one for ids in frozen.values_list("account_ids", flat=True).iterator(chunk_size=500) for one in ids}
