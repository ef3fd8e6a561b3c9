"""What stands in the way of a post, as one line of a list."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ReadinessProblem:
    """`account_id` None: it concerns the post wherever it goes. A warning does not keep the post from going out.
    `choices` are values of `apps.media.recipes.Cut.fit` that solve it, and "trim"."""

    field: str
    code: str
    words: str
    account_id: UUID | None = None
    platform: str = ""
    is_warning: bool = False
    choices: tuple[str, ...] = ()
