"""The locked room in which foreign files are opened: one process for one file, which may die, hang or be hostile.

It gets no environment, no network and no files that are open here; memory, time and the size of what it writes are
limited by the kernel (`apps.media.decoding.confinement`), and watched from outside. Two things are done in it: a verb
of `apps.media.decoding` answers a question (`ask`), or a program works and is listened to meanwhile (`run`). Whatever
happens inside, what comes out is an answer or an exception: of the family of `Ended` from `run`, `Refused` from `ask`.
"""

from apps.media.room.asking import FREELY, Outcome, ask, run
from apps.media.room.endings import Ended, Killed, Stopped, TalkedTooMuch, TooHungry, TooSlow
from apps.media.room.process import MB, Limits

__all__ = [
    "FREELY", "MB", "Ended", "Killed", "Limits", "Outcome", "Stopped", "TalkedTooMuch", "TooHungry", "TooSlow", "ask",
    "run",
]  # fmt: skip
