"""What events and the diary speak about: any row of a tenant."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol


class Subject(Protocol):
    """A row with an organization; one of a workspace has `workspace_id` too."""

    pk: Any
    _meta: ClassVar[Any]

    @property
    def organization_id(self) -> Any: ...
