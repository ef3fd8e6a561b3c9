"""The verbs of this room that people call. What workers do by themselves is in `apps.publishing.engine`."""

from apps.publishing.services.changing import change_published
from apps.publishing.services.commenting import change_comment, comment, withdraw_comment
from apps.publishing.services.editing import correct, discard, edit
from apps.publishing.services.forgetting import forget_remote, is_sending
from apps.publishing.services.mending import Choice, Mended, Waiting, mend, waiting
from apps.publishing.services.noticing import (
    may_be_on_its_way,
    note_failed_at_platform,
    note_publish_finished,
    note_removed_at_platform,
    note_responses,
)
from apps.publishing.services.preparing import prepare_media
from apps.publishing.services.removals import note_removed, take_down, take_down_follow_up
from apps.publishing.services.repairing import Verdict, decide, resume, retry, retry_follow_up
from apps.publishing.services.replacing import Replaced, show_newer_version
from apps.publishing.services.restarting import Held, Restart, decide_each, held_by, restart
from apps.publishing.services.scheduling import (
    Schedule,
    cancel,
    cancel_publication,
    publish_now,
    reschedule,
    schedule,
    schedule_at,
)
from apps.publishing.services.stopping import lift, lift_all, stop, stop_all
from apps.publishing.services.turns import Aftermath
from apps.publishing.services.wholes import Answer, retry_all, take_down_all
from apps.publishing.services.windowing import set_windows

__all__ = [
    "Aftermath",
    "Answer",
    "Choice",
    "Held",
    "Mended",
    "Replaced",
    "Restart",
    "Schedule",
    "Verdict",
    "Waiting",
    "cancel",
    "cancel_publication",
    "change_comment",
    "change_published",
    "comment",
    "correct",
    "decide",
    "decide_each",
    "discard",
    "edit",
    "forget_remote",
    "held_by",
    "is_sending",
    "lift",
    "lift_all",
    "may_be_on_its_way",
    "mend",
    "note_failed_at_platform",
    "note_publish_finished",
    "note_removed",
    "note_removed_at_platform",
    "note_responses",
    "prepare_media",
    "publish_now",
    "reschedule",
    "restart",
    "resume",
    "retry",
    "retry_all",
    "retry_follow_up",
    "schedule",
    "schedule_at",
    "set_windows",
    "show_newer_version",
    "stop",
    "stop_all",
    "take_down",
    "take_down_all",
    "take_down_follow_up",
    "waiting",
    "withdraw_comment",
]
