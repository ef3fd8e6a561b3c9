"""How a post is getting on: https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status.

It is the truth about everything that has a publish_id. How long TikTok remembers one is not documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from apps.platforms.adapters.tiktok import permits
from apps.platforms.adapters.tiktok.faults import RECONNECT
from apps.platforms.adapters.tiktok.line import Line, id_of, number_in, text_in
from apps.platforms.errors import Disconnected, Evidence, NotSent, PlatformError, Rejected, StagedLost, Throttled

PUBLISHED, IN_INBOX, FAILED = "PUBLISH_COMPLETE", "SEND_TO_USER_INBOX", "FAILED"
RECEIVING, FETCHING = "PROCESSING_UPLOAD", "PROCESSING_DOWNLOAD"
_KNOWN: Final = frozenset({PUBLISHED, IN_INBOX, FAILED, RECEIVING, FETCHING})
FULL_DAY_PAUSE: Final = timedelta(hours=1)

_CONTENT: Final[Mapping[str, tuple[str, str]]] = {
    "file_format_check_failed": ("media.0", "TikTok cannot read this file."),
    "duration_check_failed": ("media.0", "TikTok does not take a video of this length."),
    "frame_rate_check_failed": ("media.0", "TikTok takes videos of 23 to 60 frames a second."),
    "picture_size_check_failed": ("media.0", "TikTok does not take pictures or videos of this size in pixels."),
    "video_pull_failed": ("media.0", "TikTok could not fetch the video."),
    "photo_pull_failed": ("media", "TikTok could not fetch the pictures from us."),
    "publish_cancelled": ("", "The post was broken off at TikTok."),
    "spam_risk_user_banned_from_posting": ("", "TikTok has banned this account from posting: look into TikTok."),
    "spam_risk_text": ("text", "TikTok takes this text for spam."),
    "spam_risk": ("", "TikTok takes this post for spam."),
}


@dataclass(frozen=True, slots=True)
class Status:
    """`post_ids` is empty until the post is public and moderated; a draft can become several posts."""

    state: str
    reason: str = ""
    post_ids: tuple[str, ...] = ()
    uploaded: int | None = None

    @property
    def is_out(self) -> bool:
        """Whether TikTok is done with it: published, or lying in the inbox as was asked."""
        return self.state in {PUBLISHED, IN_INBOX}

    @property
    def has_failed(self) -> bool:
        return self.state == FAILED

    def lacks_bytes_of(self, size: int) -> bool:
        """Whether the upload is surely not complete."""
        return self.state == RECEIVING and self.uploaded is not None and self.uploaded < size

    def waits_for(self, size: int) -> bool:
        """Whether bytes may be sent: an upload that is complete after all takes none of them a second time."""
        return self.state == RECEIVING and (self.uploaded is None or self.uploaded < size)


def ask(line: Line, publish_id: str) -> Status:
    """Raises Gone where TikTok does not know it."""
    data = line.ask(permits.STATUS, json={"publish_id": publish_id})
    state = text_in(data, "status")
    if state not in _KNOWN:
        raise NotSent("TikTok did not say how this post is getting on.", evidence=Evidence(code=state[:100]))
    return Status(state, text_in(data, "fail_reason"), _ids(data), number_in(data, "uploaded_bytes"))


def _ids(data: Mapping[str, Any]) -> tuple[str, ...]:
    """TikTok's own spelling; a single id has been seen bare."""
    told = data.get("publicaly_available_post_id")
    found = told if isinstance(told, list) else [told]
    return tuple(id for one in found if (id := id_of(one)))


def failure(status: Status, now: datetime) -> PlatformError:
    """Why TikTok did not publish it. Nothing went out, and nothing will."""
    seen = Evidence(status=200, code=status.reason[:100] or FAILED)
    if status.reason == "internal":
        return StagedLost("TikTok failed with this post: it is prepared again.", evidence=seen)
    if status.reason == "auth_removed":
        return Disconnected(RECONNECT, evidence=seen)
    if status.reason == "spam_risk_too_many_posts":
        words = "This account has posted as much as TikTok allows within 24 hours, counting all applications."
        return Throttled(words, retry_at=now + FULL_DAY_PAUSE, evidence=seen)
    field, words = _CONTENT.get(status.reason, ("", "TikTok did not publish this, for a reason we do not know."))
    return Rejected(words, field=field, evidence=seen)
