"""Containers: what Threads makes of a post before it is public. They are invisible and live for a day.

https://developers.facebook.com/documentation/threads/troubleshooting: status values and error messages.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from apps.platforms.adapters.threads import faults, requests
from apps.platforms.adapters.threads.line import Line

LONGEST_UNSEEN: Final = timedelta(minutes=2)  # for a fresh container that reads do not show
SETTLING: Final = timedelta(seconds=2)  # a container that has just finished may not be publishable yet

PUBLISHED, FINISHED, WORKING = "PUBLISHED", "FINISHED", "IN_PROGRESS"
ERROR, EXPIRED, UNSEEN = "ERROR", "EXPIRED", ""


def entry() -> dict[str, Any]:
    """What is remembered of one container, as plain JSON."""
    return {"id": "", "created_at": "", "finished_at": "", "is_published": False, "failures": 0, "fetches": 0}


def status(line: Line, container: str) -> tuple[str, str]:
    """The status and error message of a container; UNSEEN while it is not to be seen.

    The field is `status`: on Instagram it has another name, and asking for a field that is not there fails the call."""
    try:
        said, _ = line.read(requests.CONTAINER, {"fields": "status,error_message"}, at=container)
    except faults.NotVisible as unseen:
        return UNSEEN, unseen.evidence.text
    return str(said.get("status") or ""), str(said.get("error_message") or "")
