"""Mail that the application sent, kept in memory."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.mail import EmailMessage


class Mailbox:
    """What was sent since the test began."""

    def __len__(self) -> int:
        return len(mail.outbox)

    def to(self, address: str) -> list[EmailMessage]:
        return [message for message in mail.outbox if address in message.to]

    def link(self, *, to: str) -> str:
        """The address in the last mail to this person."""
        found = re.findall(r"https?://\S+", self.to(to)[-1].body)
        assert found, f"The last mail to {to} has no link"
        return found[0].rstrip(".)>")


@pytest.fixture
def mailbox(mailoutbox: list[EmailMessage]) -> Mailbox:
    return Mailbox()
