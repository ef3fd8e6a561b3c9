"""Mails with reports: each is claimed before it goes, and gets a link of its own, which can be withdrawn by itself.

A worker that dies between the mail server's answer and the next statement leaves a mail that may go out once more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation

from apps.core import clock, tenancy
from apps.core.actors import SYSTEM
from apps.core.calendar import cell_of
from apps.events import services as events
from apps.media import storage
from apps.reports import wording
from apps.reports.drawing import shown
from apps.reports.models import Report, ReportFile, ReportLink, ReportMail
from apps.reports.services.sharing import address_of, revoke, share_by_mail
from apps.reports.states import FileKind, MailState, ReportState

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
LARGEST: Final = 8 * 1024 * 1024  # of an attachment; mail servers refuse what is larger
USUAL_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Letter:
    message: EmailMessage
    link: ReportLink
    pdf: str = ""  # the name of the stored file


class ReportGone(Exception):
    """The report is not ready any more: nobody can send it."""


def send_due(*, now: datetime) -> int:
    """Send what waits, each mail by itself; how many were tried."""
    with tenancy.across_tenants("find mails with reports that wait"):
        waiting = (
            ReportMail.across_tenants.due(now).order_by("next_try_at", "id").only("organization_id", "next_try_at")
        )
        found = list(waiting[:100])
    return sum(_send(mail) for mail in found)


def _send(mail: ReportMail) -> bool:
    if not _claimed(mail):
        return False
    letter: Letter | None = None
    try:
        with tenancy.scope(organization_id=mail.organization_id), transaction.atomic():
            letter = _letter(ReportMail.objects.get(pk=mail.pk))
        _attach(letter)
        letter.message.send()
    except Exception as error:  # Mail servers refuse in many ways, and whatever is wrong with one, the others go out.
        logger.warning("A report could not be mailed: %s", type(error).__name__)
        _not_sent(mail, letter, error)
    else:
        with tenancy.scope(organization_id=mail.organization_id):
            ReportMail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=clock.now(), problem="")
    return True


def _claimed(mail: ReportMail) -> bool:
    """Whether it is ours. The try is counted before anything can go wrong with it."""
    with tenancy.scope(organization_id=mail.organization_id):
        mine = ReportMail.objects.filter(pk=mail.pk, state=MailState.WAITING, next_try_at=mail.next_try_at)
        return bool(mine.update(next_try_at=clock.now() + LEASE, tries=F("tries") + 1))


def _letter(mail: ReportMail) -> Letter:
    report = Report.objects.select_related("schedule").filter(pk=mail.report_id, state=ReportState.READY).first()
    if report is None:
        raise ReportGone
    schedule = report.schedule
    days = schedule.link_days if schedule else USUAL_DAYS
    passcode_hash, expires_at = schedule.passcode_hash if schedule else "", clock.now() + timedelta(days=days)
    link, token = share_by_mail(report=report, expires_at=expires_at, address=mail.address, passcode_hash=passcode_hash)
    face, language = shown(report.data, {})
    pdf = ReportFile.objects.filter(report=report, kind=FileKind.PDF).first()
    is_attached = bool(schedule and schedule.attaches_pdf and pdf and pdf.size <= LARGEST)
    with translation.override(language):
        facts = {
            "face": face, "url": address_of(token), "has_passcode": bool(link.passcode_hash),
            "is_attached": is_attached, "until": wording.full_day(cell_of(link.expires_at, face.zone)),
        }  # fmt: skip
        body = render_to_string("reports/mail/report.txt", facts)
    subject = " ".join(f"{face.client}: {face.title}, {face.period}".split())
    message = EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [mail.address])
    return Letter(message, link, str(pdf.file.name) if is_attached and pdf else "")


def _attach(letter: Letter) -> None:
    if letter.pdf:
        with storage.open_file(letter.pdf) as file:
            letter.message.attach("report.pdf", file.read(), "application/pdf")


def _not_sent(mail: ReportMail, letter: Letter | None, error: Exception) -> None:
    """Try again later, with another link; after the last try say so."""
    with tenancy.scope(organization_id=mail.organization_id), transaction.atomic():
        rows = ReportMail.objects.filter(pk=mail.pk)
        row = rows.select_related("report").first()
        if row is None:  # The report was deleted meanwhile, with its links.
            return
        if letter is not None:
            revoke(link=letter.link, actor=SYSTEM)
        if not isinstance(error, ReportGone) and row.tries <= len(PAUSES):
            rows.update(next_try_at=clock.now() + PAUSES[row.tries - 1], problem=type(error).__name__[:64])
            return
        rows.update(state=MailState.FAILED, problem=type(error).__name__[:64])
        told = {"workspace_id": row.workspace_id, "mail_id": row.pk}
        events.emit("report.mail_failed", subject=row.report, data=told)
