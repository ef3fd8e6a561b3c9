"""Mail about what a rule has found, to the people whom the rule names, as a consumer of this room's event: outside of
any transaction. After a crash it may go out twice."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from apps.analytics.alert_words import about, sentence
from apps.analytics.models import Alert
from apps.core import tenancy
from apps.events.models import Event
from apps.tenants.selectors import people_who_may


def send_alert(event: Event) -> None:
    """Tell those of them who may still see the figures. An alert that is gone is told to nobody."""
    with tenancy.scope(organization_id=event.organization_id):
        rows = Alert.objects.select_related("rule", "workspace", "account", "campaign", "publication__post")
        alert = rows.filter(pk=event.subject_id).first()
        if alert is None:
            return
        named = set(alert.rule.recipients.values_list("user_id", flat=True))
        allowed = people_who_may("analytics.view", [alert.workspace_id]) if named else {}
        people = [person.email for pk, person in allowed.items() if pk in named]
        facts = {
            "rule": alert.rule.name, "client": alert.workspace.name, "words": sentence(alert), "day": alert.day,
            "url": settings.PUBLIC_URL + reverse("analytics:alerts"),
        }  # fmt: skip
        subject = " ".join(f"{alert.rule.name}: {about(alert)}".split())
    body = render_to_string("analytics/mail/alert.txt", facts)
    get_connection().send_messages([EmailMessage(subject=subject, body=body, to=[address]) for address in people])
