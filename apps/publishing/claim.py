"""What a worker holds in its hands while it works on one row."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.core import tenancy
from apps.publishing.states import State


@dataclass(frozen=True, slots=True)
class Claim:
    """One publication, or one follow-up of it, until `lease_until`; every write names the `fence`.

    `is_search` claims a row whose answer was lost, to look for it; `is_staging` one that is prepared before its hour.
    Nothing is sent under either. `release_at` is the hour, which a claim may be a little ahead of.
    """

    publication_id: UUID
    organization_id: UUID
    workspace_id: UUID
    account_id: UUID
    platform: str
    fence: int
    lease_until: datetime
    revision: int
    attempt_id: UUID
    latest_at: datetime  # later than this it is not sent without a person
    release_at: datetime  # not sent before
    attempts_made: int = 0
    searches_made: int = 0
    follow_up_id: UUID | None = None
    position: int = 0
    is_search: bool = False
    is_staging: bool = False

    @property
    def row_id(self) -> UUID:
        return self.follow_up_id or self.publication_id

    @property
    def state(self) -> State:
        """What the row is in while it is in these hands."""
        if self.is_search:
            return State.UNCERTAIN
        return State.STAGING if self.is_staging else State.PUBLISHING

    @property
    def key(self) -> str:
        """The same for every try at this part: what makes a commit safe to repeat on platforms that take one."""
        return f"{self.publication_id}:{self.position}" if self.follow_up_id else str(self.publication_id)

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        """The one client that this work is for."""
        return tenancy.scope(organization_id=self.organization_id, workspace_ids={self.workspace_id})

    def __str__(self) -> str:
        kind = f"part {self.position} of publication" if self.follow_up_id else "publication"
        return f"{kind} {self.publication_id} (fence {self.fence})"
