"""Where a file shall go, and who says so."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from apps.core import tenancy
from apps.core.actors import SYSTEM, Actor
from apps.media.models import Upload


@dataclass(frozen=True, slots=True)
class Destination:
    """A place in the library of a workspace, with the words that the file gets there."""

    organization_id: UUID
    workspace_id: UUID
    actor: Actor
    folder_id: UUID | None = None
    alt: str = ""

    @classmethod
    def of(cls, upload: Upload) -> Destination:
        actor = Actor.user(upload.uploaded_by_id) if upload.uploaded_by_id else SYSTEM
        return cls(upload.organization_id, upload.workspace_id, actor, upload.folder_id, upload.alt)

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        return tenancy.scope(organization_id=self.organization_id, workspace_ids=[self.workspace_id])
