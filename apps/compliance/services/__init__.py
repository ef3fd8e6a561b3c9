"""The verbs of this room: take a request, carry it out."""

from apps.compliance.services.deleting import work_waiting
from apps.compliance.services.erasures import carry_out_erasures, request_erasure, undo_erasure
from apps.compliance.services.exports import end_exports, prepare_exports, request_export
from apps.compliance.services.keeping import keep_rules
from apps.compliance.services.requesting import open_request, take_notice

__all__ = [
    "carry_out_erasures",
    "end_exports",
    "keep_rules",
    "open_request",
    "prepare_exports",
    "request_erasure",
    "request_export",
    "take_notice",
    "undo_erasure",
    "work_waiting",
]
