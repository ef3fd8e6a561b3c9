"""What can go wrong while publishing, in words a caller can act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apps.posts.problem import ReadinessProblem
    from apps.publishing.claim import Claim


class LostClaim(Exception):
    """Another worker holds it now, or it has moved on: whoever gets this writes nothing more about it."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"{claim} is no longer ours")
        self.claim = claim


class PostBusy(Exception):
    """It is out or on its way, so it cannot be changed like that now. `words` say what can be done."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class CommentRefused(Exception):
    """A comment cannot go out like this; `problems` is everything that stands in its way, and where."""

    def __init__(self, problems: Sequence[ReadinessProblem]) -> None:
        super().__init__("; ".join(problem.words for problem in problems))
        self.problems = tuple(problems)


class DecisionIncomplete(ValueError):
    """The decision lacks something; `field` names the input, `words` say what."""

    def __init__(self, words: str, *, field: str) -> None:
        super().__init__(words)
        self.words = words
        self.field = field
