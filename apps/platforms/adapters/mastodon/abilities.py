"""What a post may be, as data. The numbers are Mastodon's defaults: each server has its own, which `Channel.limits`
carries.

https://docs.joinmastodon.org/user/posting/ and https://docs.joinmastodon.org/methods/statuses/. How many choices a poll
has, and how long each is, is a server's own as well. Servers convert videos themselves, so that no codec is refused.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.capabilities import Capabilities, ConnectBy, Counting, Format, Option, OptionKind
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.formats import format_of, format_option
from apps.platforms.insights import Metric

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
VIDEOS: Final = frozenset({"video/mp4", "video/webm", "video/quicktime"})
SOUNDS: Final = frozenset({"audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4", "audio/aac"})
MEDIA_TYPES: Final = PICTURES | VIDEOS | SOUNDS
# Servers drop a file that no post uses after about a day; the exact time is not documented, so ours is shorter.
UPLOAD_LIFE: Final = timedelta(hours=18)
MAX_VIDEO_BYTES: Final = 103_809_024

TEXT, MEDIA, POLL = "text", "media", "poll"
FORMATS: Final = (
    Format(TEXT, "Text", {"max_media": 0, "max_videos": 0, "covers": False}),
    Format(MEDIA, "Pictures, or one video or sound", {"min_media": 1}),
    Format(POLL, "Poll", {"max_media": 0, "max_videos": 0, "covers": False}),
)

_AUDIENCES: Final = (
    ("public", "Public"),
    ("unlisted", "Quiet public"),
    ("private", "Followers"),
    ("direct", "Only people who are mentioned"),
)
_QUOTERS: Final = (
    ("", "As the account has it"),
    ("public", "Anyone"),
    ("followers", "Followers"),
    ("nobody", "Nobody"),
)
_DURATIONS: Final = (
    ("300", "5 minutes"), ("1800", "30 minutes"), ("3600", "1 hour"), ("21600", "6 hours"), ("43200", "12 hours"),
    ("86400", "1 day"), ("259200", "3 days"), ("604800", "7 days"),
)  # fmt: skip

OPTIONS: Final = (
    format_option(FORMATS),
    Option("visibility", "Visibility", choices=_AUDIENCES, default="public"),
    Option("content_warning", "Content warning", counts_in_text=True),
    Option("sensitive", "Sensitive media", choices=(("no", "No"), ("yes", "Yes")), default="no"),
    Option("quote", "Post to quote", kind=OptionKind.REMOTE, formats=(TEXT,)),
    Option("quote_policy", "Who may quote it", choices=_QUOTERS, kind=OptionKind.CHOICE, formats=(TEXT, MEDIA, POLL)),
    Option(
        "focus", "What must stay in sight of each picture (x,y from -1 to 1)", kind=OptionKind.LINES, formats=(MEDIA,),
        max_length=20, max_lines=16,
    ),
    Option(
        "poll", "Choices", kind=OptionKind.LINES, formats=(POLL,), required=True, max_length=50, min_lines=2,
        max_lines=4,
    ),
    Option(
        "poll_seconds", "Poll is open for", choices=_DURATIONS, default="86400", kind=OptionKind.CHOICE, formats=(POLL,)
    ),
    Option("poll_multiple", "Several choices may be picked", kind=OptionKind.SWITCH, formats=(POLL,)),
    Option("poll_hide_totals", "Hide the votes until it ends", kind=OptionKind.SWITCH, formats=(POLL,)),
)  # fmt: skip

CAPABILITIES: Final = Capabilities(
    max_text=500,
    counting=Counting.MASTODON,
    max_media=4,
    media_types=MEDIA_TYPES,
    max_image_bytes=16_777_216,
    max_image_pixels=33_177_600,
    max_animated_pixels=921_600,
    max_videos=1,
    max_video_bytes=MAX_VIDEO_BYTES,
    max_frame_rate=120.0,  # pictures a second
    max_video_pixels=8_294_400,
    max_document_bytes=MAX_VIDEO_BYTES,
    max_alt=1500,
    first_comment=True,
    threads=True,
    options=OPTIONS,
    # Keys are honoured by Mastodon for an hour, and silently ignored by other software: never to be relied on.
    idempotent_commit=False,
    findable=True,
    connect_by=(ConnectBy.INSTANCE_OAUTH,),
    formats=FORMATS,
    covers=True,
    edits=frozenset({"text", "options.content_warning", "options.sensitive"}),
    deletes=True,
    staged_for=UPLOAD_LIFE,
    post_metrics=frozenset({Metric.LIKES, Metric.SHARES, Metric.COMMENTS}),
    account_metrics=frozenset({Metric.FOLLOWERS, Metric.POSTS}),
)


def kind_of(draft: Draft) -> str:
    """The format of a draft; comments and replies are posts with what they carry."""
    chosen = format_of(draft, CAPABILITIES)
    return chosen.name if chosen else (MEDIA if draft.media else TEXT)


def is_sound(media: MediaFile) -> bool:
    return media.mime_type.startswith("audio/")
