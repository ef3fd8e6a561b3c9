"""What can go wrong at the writing desk, in words a caller can act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from apps.media.models import Asset
    from apps.media.recipes import Recipe
    from apps.posts.problem import ReadinessProblem


class PostNotReady(Exception):
    """Nothing was changed. `problems` says why, each with its field, its account and a sentence."""

    def __init__(self, problems: Sequence[ReadinessProblem]) -> None:
        super().__init__("; ".join(problem.words for problem in problems))
        self.problems = tuple(problems)


class PostMalformed(ValueError):
    """The content has a shape that no post has; `words` are for whoever built it, `field` names the place."""

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class PostChanged(Exception):
    """Somebody else changed the post since it was read; nothing was overwritten."""

    def __init__(self, *, expected: int, found: int) -> None:
        self.words = (
            "Somebody else, or you in another window, changed this post meanwhile. "
            "Copy your text, reload, and put it back in."
        )
        super().__init__(f"{self.words} (expected revision {expected}, found {found})")


class RefTaken(Exception):
    """The workspace has a post with this reference, `post_id`; nothing was written."""

    def __init__(self, external_ref: str, post_id: UUID) -> None:
        self.words = f"There is a post with the reference {external_ref} already."
        self.post_id = post_id
        super().__init__(self.words)


class SortingRefused(Exception):
    """A label, campaign or template is not made or changed like that; `field` says what is at fault, `code` why, and
    `words` are for the person who asked."""

    def __init__(self, words: str, *, field: str, code: str = "invalid") -> None:
        super().__init__(words)
        self.words = words
        self.field = field
        self.code = code


class NotInWorkspace(LookupError):
    """An account or file that was named does not exist in the post's workspace; a stranger's is no different."""


class MediaNotAllowed(Exception):
    """A file of the post may not be published now; `field` says which, `words` why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
        self.words = words


class MediaNotReady(Exception):
    """What a platform is to be sent is still being made. `needs` says what: pairs of an asset and a recipe."""

    def __init__(self, needs: Sequence[tuple[Asset, Recipe]]) -> None:
        super().__init__(f"{len(needs)} files are being prepared")
        self.needs = tuple(needs)
