"""The verbs of this room that people call. What workers do by themselves is in `apps.publishing.engine`."""

from apps.publishing.services.changing import change_published
from apps.publishing.services.editing import correct, discard, edit
from apps.publishing.services.mending import Choice, Mended, Waiting, mend, waiting
from apps.publishing.services.preparing import prepare_media
from apps.publishing.services.removals import note_removed, take_down, take_down_follow_up
from apps.publishing.services.repairing import Verdict, decide, resume, retry, retry_follow_up
from apps.publishing.services.replacing import Replaced, show_newer_version
from apps.publishing.services.scheduling import (
    Schedule,
    cancel,
    cancel_publication,
    publish_now,
    reschedule,
    schedule,
)
from apps.publishing.services.turns import Aftermath

__all__ = [
    "Aftermath",
    "Choice",
    "Mended",
    "Replaced",
    "Schedule",
    "Verdict",
    "Waiting",
    "cancel",
    "cancel_publication",
    "change_published",
    "correct",
    "decide",
    "discard",
    "edit",
    "mend",
    "note_removed",
    "prepare_media",
    "publish_now",
    "reschedule",
    "resume",
    "retry",
    "retry_follow_up",
    "schedule",
    "show_newer_version",
    "take_down",
    "take_down_follow_up",
    "waiting",
]
