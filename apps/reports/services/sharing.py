"""Links to reports, for people without a seat. Who has the token is let in, after the passcode where there is one."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM, Actor
from apps.core.secrets import Secret
from apps.reports.errors import Malformed, ReportRefused
from apps.reports.models import Report, ReportLink
from apps.reports.states import ReportState

MOST_DAYS: Final = 400
MOST_LINKS: Final = 50  # open ones of a report, beside those in mails
SHORTEST, LONGEST = 4, 64  # of a passcode
MOST_TRIES: Final = 5
LOCKED: Final = timedelta(minutes=15)  # the first time; each time after that it is twice as long
MOST_DOUBLINGS: Final = 16  # more than a year, which no link outlives


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a link. They see the one report."""

    link: ReportLink

    @property
    def needs_passcode(self) -> bool:
        return bool(self.link.passcode_hash)

    @property
    def stamp(self) -> str:
        """What a browser keeps once the passcode was right: good for this link and this passcode."""
        return hashlib.sha256(f"{self.link.pk}/{self.link.passcode_hash}".encode()).hexdigest()

    def scope(self) -> Any:
        return tenancy.scope(organization_id=self.link.organization_id, workspace_ids=[self.link.workspace_id])

    def is_locked(self, now: datetime) -> bool:
        return self.link.locked_until is not None and self.link.locked_until > now


@transaction.atomic
def share(
    *, report: Report, expires_at: datetime, actor: Actor, passcode: str = "", note: str = ""
) -> tuple[ReportLink, Secret]:
    """A link to the report and its token, which is told this once. Raises ReportRefused for a report that is not
    ready, and Malformed."""
    if report.state != ReportState.READY:
        raise ReportRefused("A report can be shared once it is ready.", code="not_ready")
    now = clock.now()
    if not now < expires_at <= now + timedelta(days=MOST_DAYS):
        raise Malformed("expires_at", f"A link is good for up to {MOST_DAYS} days.")
    mine = ReportLink.objects.filter(report=report, is_mailed=False, revoked_at=None, expires_at__gt=now)
    if mine.count() >= MOST_LINKS:
        raise ReportRefused(f"A report has up to {MOST_LINKS} open links. Withdraw one first.", code="too_many")
    passcode = require_passcode(passcode)
    passcode_hash = make_password(passcode) if passcode else ""
    return _shared(report, expires_at, actor, passcode_hash=passcode_hash, note=note.strip()[:254])


@transaction.atomic
def share_by_mail(
    *, report: Report, expires_at: datetime, address: str, passcode_hash: str
) -> tuple[ReportLink, Secret]:
    """The link that a mail of ours carries. It is not counted among those that people make."""
    return _shared(report, expires_at, SYSTEM, passcode_hash=passcode_hash, note=address, is_mailed=True)


def _shared(report: Report, expires_at: datetime, actor: Actor, **facts: Any) -> tuple[ReportLink, Secret]:
    token = Secret(secrets.token_urlsafe(32))
    link = ReportLink(
        organization_id=report.organization_id, workspace_id=report.workspace_id, report=report,
        token_hash=_hash(token.reveal()), expires_at=expires_at, made_by_id=actor.user_id, **facts,
    )  # fmt: skip
    link.save()
    audit.record("report.shared", subject=report, actor=actor, diff={"link": link.pk, "expires_at": expires_at})
    return link, token


@transaction.atomic
def revoke(*, link: ReportLink, actor: Actor) -> None:
    """Close the link at once; safe to repeat."""
    if ReportLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=clock.now()):
        audit.record("report.unshared", subject=link.report, actor=actor, diff={"link": link.pk})


def guest_of(token: str) -> Guest | None:
    """Who holds this token; None where no link has it. The link may be over: ask `is_open`."""
    with tenancy.across_tenants("find the report of a link"):
        link = ReportLink.across_tenants.filter(token_hash=_hash(token)).first()
    return Guest(link) if link else None


def unlock(*, guest: Guest, passcode: str) -> bool:
    """Whether the passcode is the link's. Each try is counted before it is looked at; after a few wrong ones nobody
    gets in for a while, whatever they know, and after as many more for twice as long, until it is right once."""
    now, link = clock.now(), guest.link
    with guest.scope(), transaction.atomic():
        rows = ReportLink.objects.filter(pk=link.pk).exclude(locked_until__gt=now)
        if not rows.update(wrong_tries=F("wrong_tries") + 1):
            return False
        tried: int = ReportLink.objects.values_list("wrong_tries", flat=True).get(pk=link.pk)
        if tried % MOST_TRIES == 0:
            rows.update(locked_until=now + _lock_after(tried))
    if not check_password(passcode, link.passcode_hash):
        return False
    with guest.scope():
        ReportLink.objects.filter(pk=link.pk).update(wrong_tries=0, locked_until=None)
    return True


def _lock_after(tried: int) -> timedelta:
    doublings: int = min(tried // MOST_TRIES - 1, MOST_DOUBLINGS)
    return LOCKED * 2**doublings


def note_use(guest: Guest) -> None:
    """Write down that somebody looked, at most once a minute."""
    now = clock.now()
    with guest.scope():
        rows = ReportLink.objects.filter(pk=guest.link.pk)
        rows.exclude(last_used_at__gt=now - timedelta(minutes=1)).update(last_used_at=now)


def address_of(token: Secret) -> str:
    return settings.PUBLIC_URL + reverse("shared_reports:report", args=[token.reveal()])


def require_passcode(passcode: str) -> str:
    passcode = passcode.strip()
    if passcode and not SHORTEST <= len(passcode) <= LONGEST:
        raise Malformed("passcode", f"A passcode has from {SHORTEST} to {LONGEST} characters.")
    return passcode


def open_links(report_id: UUID) -> list[ReportLink]:
    rows = ReportLink.objects.filter(report_id=report_id, revoked_at=None, expires_at__gt=clock.now())
    return list(rows.select_related("made_by"))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
