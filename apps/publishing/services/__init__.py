"""The verbs of this room that people call. What workers do by themselves is in `apps.publishing.engine`."""

from apps.publishing.services.editing import correct, discard, edit
from apps.publishing.services.mending import Choice, Mended, Waiting, mend, waiting
from apps.publishing.services.repairing import Verdict, decide, resume, retry, retry_follow_up
from apps.publishing.services.scheduling import (
    Schedule,
    cancel,
    cancel_publication,
    publish_now,
    reschedule,
    schedule,
)

__all__ = [
    "Choice",
    "Mended",
    "Schedule",
    "Verdict",
    "Waiting",
    "cancel",
    "cancel_publication",
    "correct",
    "decide",
    "discard",
    "edit",
    "mend",
    "publish_now",
    "reschedule",
    "resume",
    "retry",
    "retry_follow_up",
    "schedule",
    "waiting",
]
