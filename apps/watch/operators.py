"""Mail for those who run the deployment."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from apps.tenants.models import User
from apps.watch.models import Breach


def mail_begin(breach: Breach) -> None:
    _mail("begin", breach)


def mail_end(breach: Breach) -> None:
    _mail("end", breach)


def _mail(what: str, breach: Breach) -> None:
    to = list(settings.OPERATOR_MAIL) or _superusers()
    if not to:
        return
    facts = {"breach": breach, "link": settings.PUBLIC_URL + reverse("admin:watch_breach_changelist")}
    subject = " ".join(render_to_string(f"watch/mail/{what}_subject.txt", facts).split())
    EmailMessage(subject=subject, body=render_to_string(f"watch/mail/{what}.txt", facts), to=to).send()


def _superusers() -> list[str]:
    return list(
        User.objects.filter(is_superuser=True, is_active=True).order_by("email").values_list("email", flat=True)
    )
