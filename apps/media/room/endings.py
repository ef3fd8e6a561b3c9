"""Why a process of the room did not come to its own end."""

from __future__ import annotations

from typing import ClassVar

from apps.media.decoding.refusals import DAMAGED, TOO_HUNGRY, TOO_SLOW


class Ended(Exception):
    """It was ended before it was done. `words` continue the name of its file, as those of `Refused` do."""

    words: ClassVar[str] = DAMAGED


class Stopped(Ended):
    """That was asked for."""


class TooSlow(Ended):
    """It wanted more time than it was given."""

    words = TOO_SLOW


class TooHungry(Ended):
    """It filled more memory than it was given."""

    words = TOO_HUNGRY


class TalkedTooMuch(Ended):
    """It wrote more than any answer, or any line, is long."""


class Killed(Ended):
    """Not from here: most often by a system that runs out of memory. Another time it may come through."""

    words = TOO_HUNGRY
