"""The verbs of this room: take a request, carry it out."""

from apps.compliance.services.deleting import work_waiting
from apps.compliance.services.keeping import keep_rules
from apps.compliance.services.requesting import open_request, take_notice

__all__ = ["keep_rules", "open_request", "take_notice", "work_waiting"]
