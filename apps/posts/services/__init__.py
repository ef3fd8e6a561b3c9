"""The verbs of the writing desk: what is written, and how a workspace sorts it."""

from apps.posts.services.sorting import (
    change_campaign,
    change_label,
    change_template,
    make_campaign,
    make_label,
    make_template,
    remove_campaign,
    remove_label,
    remove_template,
    sort,
)
from apps.posts.services.writing import (
    change,
    change_variant,
    create,
    delete,
    leave_queue,
    note_review,
    note_reviews,
    set_appointment,
    set_reference,
    settle_words,
)

__all__ = [
    "change",
    "change_campaign",
    "change_label",
    "change_template",
    "change_variant",
    "create",
    "delete",
    "leave_queue",
    "make_campaign",
    "make_label",
    "make_template",
    "note_review",
    "note_reviews",
    "remove_campaign",
    "remove_label",
    "remove_template",
    "set_appointment",
    "set_reference",
    "settle_words",
    "sort",
]
