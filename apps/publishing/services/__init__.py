"""The verbs of this room that people call. What workers do by themselves is in `apps.publishing.engine`."""

from apps.publishing.services.editing import correct, discard, edit
from apps.publishing.services.forgetting import forget_remote, is_sending
from apps.publishing.services.noticing import (
    may_be_on_its_way,
    note_failed_at_platform,
    note_publish_finished,
    note_removed_at_platform,
    note_responses,
)
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
    "Schedule",
    "Verdict",
    "cancel",
    "cancel_publication",
    "correct",
    "decide",
    "discard",
    "edit",
    "forget_remote",
    "is_sending",
    "may_be_on_its_way",
    "note_failed_at_platform",
    "note_publish_finished",
    "note_removed_at_platform",
    "note_responses",
    "publish_now",
    "reschedule",
    "resume",
    "retry",
    "retry_follow_up",
    "schedule",
]
