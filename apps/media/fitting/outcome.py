"""What fitting answers with."""

from __future__ import annotations

from dataclasses import dataclass

from apps.media.recipes import Recipe
from apps.platforms.contract import MediaFile


@dataclass(frozen=True, slots=True)
class FitProblem:
    """Something that only a person can solve. `choices` are values of `Cut.fit` ("crop", "pad") or "trim", each of
    which solves it; () where another file is needed."""

    code: str
    words: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """What becomes of a file. Without `recipe` it goes as it is. `shape` describes what will be sent and is no file to
    send: its `open` is still the source's, its `size` the most it will have. `notes` tell people what is done."""

    recipe: Recipe | None
    shape: MediaFile
    problems: tuple[FitProblem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_fine(self) -> bool:
        return not self.problems


def unfit(shape: MediaFile, code: str, words: str, *choices: str) -> Fitted:
    return Fitted(None, shape, (FitProblem(code, words, choices),))
