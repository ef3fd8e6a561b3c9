"""The verbs of the post room: receive what platforms send, pass it on, forget it."""

from apps.webhooks.services.forgetting import forget_identity, forget_old, forget_organization
from apps.webhooks.services.handling import handle_waiting
from apps.webhooks.services.keys import read_keys
from apps.webhooks.services.listening import listen_due, listen_to, listen_when_connected
from apps.webhooks.services.patrolling import patrol_account, patrol_due
from apps.webhooks.services.receiving import Heard, Received, answer_handshake, read, receive

__all__ = [
    "Heard",
    "Received",
    "answer_handshake",
    "forget_identity",
    "forget_old",
    "forget_organization",
    "handle_waiting",
    "listen_due",
    "listen_to",
    "listen_when_connected",
    "patrol_account",
    "patrol_due",
    "read",
    "read_keys",
    "receive",
]
