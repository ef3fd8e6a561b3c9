"""What a guest is mailed, as tests have it sent and read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from apps.approvals import services
from apps.approvals.models import Letter, ReviewLink
from apps.posts.models import Post
from apps.tenants.models import Membership
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import CLIENT, Guest, seat
from tests.approvals.test_escalating import rule
from tests.support import factories
from tests.support.mail import Mailbox

Invite, Asked = Callable[..., Guest], Callable[..., Post]


def press(desk: Desk, guest: Guest, by: Membership, said: str = "") -> Letter:
    with desk.agency.scope():
        return services.mail_link(link_id=guest.link.pk, seat=seat(by), press=said)


def link_of(desk: Desk, guest: Guest) -> ReviewLink:
    with desk.agency.scope():
        return ReviewLink.objects.select_related("guest", "workspace", "organization").get(pk=guest.link.pk)


def opened(mailbox: Mailbox, address: str) -> str:
    """The page to which the last mail leads."""
    page = Client().get("/review/" + mailbox.link(to=address).partition("/review/")[2])
    assert page.status_code == 200, page.status_code
    return page.content.decode()


def reminded(desk: Desk, text: str = "Cardamom bun day", **step: Any) -> Post:
    desk.policy({**CLIENT, "escalations": [rule("remind", minutes=60)], **step})
    post = desk.post(text)
    desk.submit(post)
    return post


def listed(desk: Desk, manager: Membership) -> str:
    """The page of a client's review links."""
    return factories.signed_in(manager, at=desk.agency.workspace).get(reverse("approvals:links")).content.decode()
