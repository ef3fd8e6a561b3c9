"""Containers: what Instagram makes of a post before it is public. They are invisible and live for a day.

https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-container
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apps.platforms.adapters.instagram import requests
from apps.platforms.adapters.instagram.line import Line, mapping_in
from apps.platforms.contract import Staged
from apps.platforms.errors import NotSent, StagedLost

LONGEST_UNSEEN: Final = timedelta(minutes=2)  # for a fresh container that reads do not show
UNSEEN_CODES: Final = frozenset({"100/33", "24/2207008"})

PUBLISHED, FINISHED, WORKING = "PUBLISHED", "FINISHED", "IN_PROGRESS"
ERROR, EXPIRED, UNSEEN = "ERROR", "EXPIRED", ""


@dataclass
class Paused(Exception):
    """Not an error: what was achieved is kept, and the caller asks again later."""

    again_in: timedelta = timedelta(0)


def entry() -> dict[str, Any]:
    """What is remembered of one container, as plain JSON. `uri` is where its file is to be sent, "" where Instagram
    fetches it."""
    return {
        "id": "",
        "created_at": "",
        "is_finished": False,
        "is_published": False,
        "failures": 0,
        "uri": "",
        "is_uploaded": False,
    }


def published_id(staged: Staged) -> str:
    """The container that is published."""
    post = staged.data.get("post")
    return str(post.get("id") or "") if isinstance(post, dict) else ""


def is_published(staged: Staged) -> bool:
    """Whether Instagram says of that container that it is out already."""
    post = staged.data.get("post")
    return isinstance(post, dict) and post.get("is_published") is True


def status(line: Line, container: str) -> tuple[str, str]:
    """`status_code` and `status` of a container; UNSEEN while a fresh one is not to be seen yet."""
    try:
        said = line.read(requests.CONTAINER, {"fields": "status_code,status"}, at=container)
    except (NotSent, StagedLost) as unseen:
        if unseen.evidence.code in UNSEEN_CODES:
            return UNSEEN, unseen.evidence.text
        raise
    return str(said.get("status_code") or ""), str(said.get("status") or "")


def bytes_received(line: Line, container: str) -> int:
    """How much of an upload Instagram has; 0 where it does not say."""
    try:
        said = line.read(requests.CONTAINER, {"fields": "status_code,video_status"}, at=container)
    except (NotSent, StagedLost) as unseen:
        if unseen.evidence.code in UNSEEN_CODES:
            return 0
        raise
    uploading = mapping_in(mapping_in(said, "video_status"), "uploading_phase")
    value = uploading.get("bytes_transferred", uploading.get("bytes_transfered"))
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:19])
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
