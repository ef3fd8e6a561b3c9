"""What a platform tells of a person's sign-in: that a consent has ended, that an account was locked or is back.

Unlike notices (`inbound`), signals are signed with the platform's own key, which everybody may know, and say for which
app they are meant. An adapter whose platform sends them has a `Signals`, which verifies and translates and fetches
nothing: the key is handed in by whoever keeps the platform's keys (`Adapter.signing_keys` reads them).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from apps.core.secrets import Secret
from apps.platforms.inbound import Forged, Incoming, Notice

JSONKey = Mapping[str, Any]  # a public key as JSON (RFC 7517)


class Signal(StrEnum):
    """What happened, named after what it means for us."""

    CONSENT_ENDED = "consent_ended"  # all that the person granted to the app
    TOKEN_ENDED = "token_ended"  # one refresh token, which `Signals.names` knows
    HIJACKED = "hijacked"  # locked, because somebody else may be in it
    DISABLED = "disabled"
    DELETED = "deleted"
    ENABLED = "enabled"
    DOUBTFUL = "doubtful"  # it may have cost us our access: the platform is to be asked
    TEST = "test"


class NotAccepted(Forged):
    """No platform's key has signed this for an app of ours: answer 400 (RFC 8935) and look no further."""


class Signals(Protocol):
    """The `data` of its notices holds `signal`, `audience` (client ids that it is meant for) and, with TOKEN_ENDED,
    `token`. `remote_user_id` is the person, as in `facts[SHARED_CONSENT]`; a person who is gone for good is a notice of
    DATA_DELETION besides. `name` is what whoever registers our address knows it by, and `label` whose word it is."""

    name: ClassVar[str]
    label: ClassVar[str]

    def is_one(self, incoming: Incoming) -> bool:
        """Whether this says that it is a signal, and is to be judged as one."""

    def key_id(self, incoming: Incoming) -> str:
        """The id of the key that it says it is signed with. Raises NotAccepted."""

    def notices(self, incoming: Incoming, *, key: JSONKey, client_ids: Collection[str]) -> tuple[Notice, ...]:
        """What a genuine signal for one of our apps tells. Raises NotAccepted before a byte of it is believed."""

    def is_meant(self, client_id: str, audience: Collection[str]) -> bool:
        """Whether what is told to `audience` is certainly true of this app as well."""

    def names(self, token: Secret, told: Mapping[str, Any]) -> bool:
        """Whether this refresh token is the one that a signal speaks of."""
