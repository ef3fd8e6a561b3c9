"""Mail about accounts that need somebody, as a consumer of this room's events: outside of any transaction.

One event is one mail to each person concerned, however many accounts it lists. After a crash it may go out twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from apps.core import tenancy
from apps.events.models import Event
from apps.platforms import registry
from apps.tenants.models import Workspace
from apps.tenants.selectors import people_who_may

SUBJECTS: Final[Mapping[str, str]] = {
    "account.needs_reauth": "{what} to reconnect",
    "account.expiring": "{what} to reconnect within a week",
    "account.disabled": "{what} disabled at the platform",
}


@dataclass(frozen=True, slots=True)
class Line:
    """An account as the mail lists it."""

    label: str
    handle: str
    client: str
    link: str


def send_notice(event: Event) -> None:
    """Tell everybody who may connect accounts where one of the event's accounts is."""
    listed = event.payload.get("accounts", [])
    places = {UUID(account["workspace_id"]) for account in listed}
    with tenancy.scope(organization_id=event.organization_id):
        clients = dict(Workspace.objects.filter(pk__in=places).values_list("pk", "name"))
        people = people_who_may("account.connect", places)
    lines = [_line(account, clients) for account in listed]
    if not lines or not people:
        return
    facts = {"lines": lines, "reason": event.payload.get("reason", ""), "is_ending": event.name == "account.expiring"}
    body = render_to_string("social_accounts/mail/notice.txt", facts)
    what = f"{lines[0].label} @{lines[0].handle}" if len(lines) == 1 else f"{len(lines)} accounts"
    subject = " ".join(SUBJECTS[event.name].format(what=what).split())
    get_connection().send_messages(
        [EmailMessage(subject=subject, body=body, to=[person.email]) for person in people.values()]
    )


def _line(account: Mapping[str, str], clients: Mapping[UUID, str]) -> Line:
    return Line(
        label=registry.label(account["platform"]),
        handle=account["handle"],
        client=clients.get(UUID(account["workspace_id"]), ""),
        link=settings.PUBLIC_URL + reverse("dashboard:account", args=[account["id"]]),
    )
