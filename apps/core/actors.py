"""Who acts: a person, the system itself, or a key of the API. Diaries store this, services ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    USER = "user"
    SYSTEM = "system"
    OPERATOR = "operator"
    GUEST = "guest"  # who came by a signed link; `id` is the link's, or in reviews that of the guest whose link it is
    KEY = "key"  # a program that holds an API key; `id` is the key's


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is the user's id, None for the system; `address` the truncated network address of the request, if any."""

    kind: ActorKind
    id: UUID | None = None
    request_id: str = ""
    address: str = ""

    @property
    def user_id(self) -> UUID | None:
        """The person's id; None for everybody else, who have ids of another kind."""
        return self.id if self.kind is ActorKind.USER else None

    @classmethod
    def user(cls, user_id: UUID, *, request_id: str = "", address: str = "") -> Actor:
        return cls(ActorKind.USER, user_id, request_id, address)


SYSTEM = Actor(ActorKind.SYSTEM)
