"""Mail to whoever answers for a report that could not be made or sent. After a crash it may go out twice."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from apps.core import tenancy
from apps.events.models import Event
from apps.reports.models import Report, ReportMail
from apps.tenants.models import Membership


def tell_makers(event: Event) -> None:
    """Tell the person who asked for it; where nobody did, or they have left, those who answer for the organization."""
    with tenancy.scope(organization_id=event.organization_id):
        report = Report.objects.light().select_related("workspace").filter(pk=event.subject_id).first()
        if report is None:
            return
        people = Membership.objects.select_related("user").filter(user__is_active=True)
        own = list(people.filter(user_id=report.made_by_id)) or list(people.exclude(role=""))
        mail = ReportMail.objects.filter(pk=event.payload.get("mail_id")).first()
        facts = {
            "report": report, "address": mail.address if mail else "",
            "url": settings.PUBLIC_URL + reverse("reports:report", args=[report.pk]),
        }  # fmt: skip
        body = render_to_string("reports/mail/failed.txt", facts)
        subject = " ".join(f"{report.workspace.name}: the report {report.name} needs a look".split())
        to = [membership.user.email for membership in own]
    get_connection().send_messages([EmailMessage(subject=subject, body=body, to=[address]) for address in to])
