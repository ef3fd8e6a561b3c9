"""Mail about stops, as a consumer of this room's events: outside of any transaction; after a crash perhaps twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from apps.core import tenancy
from apps.events.models import Event
from apps.platforms import registry
from apps.publishing.stops import SOMEBODY
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Organization, User, Workspace
from apps.tenants.selectors import people_who_may

SUBJECTS: Final[Mapping[str, str]] = {
    "publishing.stopped": "Publishing was stopped {what}",
    "publishing.restarted": "Publishing was started again {what}",
}


def send_notice(event: Event) -> None:
    """Tell those who may stop what was stopped, but whoever did it."""
    with tenancy.scope(organization_id=event.organization_id):
        what = _what(event)
        by = User.objects.filter(pk=event.payload["by"]).first() if event.payload["by"] else None
        people = people_who_may("publishing.stop", _places(event))
    others = [person.email for pk, person in people.items() if by is None or pk != by.pk]
    facts = {
        "is_stopped": event.name == "publishing.stopped",
        "what": what,
        "by": str(by) if by else _unnamed(event),
        "reason": event.payload.get("reason", ""),
        "link": settings.PUBLIC_URL + reverse("stops:stop", args=[event.payload["stop_id"]]),
    }
    body = render_to_string("publishing/mail/notice.txt", facts)
    subject = " ".join(SUBJECTS[event.name].format(what=what).split())
    get_connection().send_messages([EmailMessage(subject=subject, body=body, to=[address]) for address in others])


def _places(event: Event) -> set[UUID]:
    if event.workspace_id:
        return {event.workspace_id}
    return set(Workspace.objects.values_list("pk", flat=True))


def _what(event: Event) -> str:
    said: Mapping[str, Any] = event.payload
    if said["platform"]:
        return f"on {registry.label(said['platform'])}"
    if said["account_id"]:
        account = SocialAccount.objects.filter(pk=said["account_id"]).first()
        return f"on {registry.label(account.platform)} @{account.handle}" if account else "on an account"
    if event.workspace_id:
        return f"for {Workspace.objects.values_list('name', flat=True).get(pk=event.workspace_id)}"
    if said["scope"] == "all":
        return "everywhere"
    return f"for all of {Organization.objects.values_list('name', flat=True).get(pk=event.organization_id)}"


def _unnamed(event: Event) -> str:
    return "the operator" if event.subject_type == "organization" else SOMEBODY
