"""An invitation through a real mail server, and what happens while there is none."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

import pytest
from aiosmtpd.controller import Controller

from apps.core import tenancy
from apps.core.running import ports
from apps.events import services as events
from apps.events.models import Event
from apps.tenants import services
from apps.tenants.permissions import Role

pytestmark = pytest.mark.django_db


class PostOffice:
    """A mail server on a port of its own that can close and open again."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.refusal = ""
        self.port = ports.free()
        self.controller: Controller | None = None

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refusal:
            return self.refusal
        self.letters.append(message_from_bytes(envelope.content))
        return "250 taken"

    def open(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def close(self) -> None:
        if self.controller:
            self.controller.stop()


@pytest.fixture
def post_office(settings) -> Iterator[PostOffice]:
    office = PostOffice()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", office.port, False
    yield office
    office.close()


@pytest.fixture
def invited(owner, seat) -> str:
    by = seat(owner)
    with by.scope():
        services.invite(email="nia@example.org", role=Role.ADMIN, by=by)
    return "nia@example.org"


def test_an_invitation_arrives_by_smtp(post_office, invited):
    post_office.open()

    events.relay()

    (letter,) = post_office.letters
    assert letter["To"] == invited
    assert "Northlight Agency" in letter["Subject"]
    assert "/settings/join/" in letter.get_payload(decode=True).decode()


def test_a_mail_server_that_is_away_delays_the_invitation_and_loses_nothing(clock, post_office, invited):
    assert events.relay() == 0
    with tenancy.across_tenants("a test looks"):
        assert "tenants.invitation_mail" in Event.across_tenants.get().problem

    post_office.open()
    clock.advance(minutes=1)
    assert events.relay() == 1
    assert len(post_office.letters) == 1
