"""The verbs of the post room: receive what platforms send, pass it on, forget it; and tell others what happens here."""

from apps.webhooks.services.delivering import deliver_due, deliver_in_turn
from apps.webhooks.services.endpoints import (
    change_endpoint,
    make_endpoint,
    redeliver,
    redeliver_one,
    remove_endpoint,
    rotate_secret,
    send_test,
)
from apps.webhooks.services.fanning import KEPT as DELIVERIES_KEPT
from apps.webhooks.services.fanning import fan_out
from apps.webhooks.services.forgetting import forget_deliveries, forget_identity, forget_old, forget_organization
from apps.webhooks.services.handling import handle_waiting
from apps.webhooks.services.keys import read_keys
from apps.webhooks.services.listening import listen_due, listen_to, listen_when_connected
from apps.webhooks.services.patrolling import patrol_account, patrol_due
from apps.webhooks.services.receiving import Heard, Received, answer_handshake, read, receive

__all__ = [
    "DELIVERIES_KEPT",
    "Heard",
    "Received",
    "answer_handshake",
    "change_endpoint",
    "deliver_due",
    "deliver_in_turn",
    "fan_out",
    "forget_deliveries",
    "forget_identity",
    "forget_old",
    "forget_organization",
    "handle_waiting",
    "listen_due",
    "listen_to",
    "listen_when_connected",
    "make_endpoint",
    "patrol_account",
    "patrol_due",
    "read",
    "read_keys",
    "receive",
    "redeliver",
    "redeliver_one",
    "remove_endpoint",
    "rotate_secret",
    "send_test",
]
