"""What LinkedIn takes, as data.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api. How large a picture may be
is told differently (5 and 8 MB): the smaller number stands here. A video has at least 75 KB, which nobody counts here;
how many pictures a second and how many pixels it may have is not documented.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.formats import format_option
from apps.platforms.insights import Metric

TEXT, PICTURES, VIDEO, DOCUMENT, POLL, RESHARE = "text", "pictures", "video", "document", "poll", "reshare"

# How long LinkedIn keeps what no post uses is not documented: nobody is known to have lost a file within a week.
ASSET_LIFE: Final = timedelta(days=7)

IMAGE_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/gif"})
VIDEO_TYPES: Final = frozenset({"video/mp4"})
DOCUMENT_TYPES: Final = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)

# A post is written in little text, and a comment is not: what is not in a format is counted plainly.
_LITTLE: Final = {"counting": Counting.LINKEDIN, "links": False, "covers": False}
_BARE: Final = {**_LITTLE, "max_media": 0, "max_videos": 0}

FORMATS: Final = (
    Format(
        PICTURES,
        "Pictures",
        {**_LITTLE, "min_media": 1, "media_types": IMAGE_TYPES, "max_videos": 0},
    ),
    Format(TEXT, "Text or link", {**_BARE, "links": True, "covers": True}),
    Format(VIDEO, "Video", {**_LITTLE, "min_media": 1, "max_media": 1, "media_types": VIDEO_TYPES, "covers": True}),
    Format(
        DOCUMENT,
        "Document",
        {**_LITTLE, "min_media": 1, "max_media": 1, "media_types": DOCUMENT_TYPES, "max_videos": 0},
    ),
    Format(POLL, "Poll", _BARE),
    Format(RESHARE, "Repost", _BARE),
)

OPTIONS: Final = (
    Option(
        "visibility",
        "Visibility",
        choices=(("PUBLIC", "Everybody"), ("LOGGED_IN", "LinkedIn members"), ("CONNECTIONS", "Connections")),
        default="PUBLIC",
        kind=OptionKind.CHOICE,
    ),
    Option("no_reshares", "Nobody may repost it", kind=OptionKind.SWITCH),
    Option("link_title", "Title of the link", formats=(TEXT,), max_length=400),
    Option("link_description", "Description of the link", kind=OptionKind.LONG_TEXT, formats=(TEXT,), max_length=4086),
    Option("media_title", "Title", formats=(VIDEO, DOCUMENT), max_length=400, names_file=True),
    Option("poll_question", "Question", required=True, formats=(POLL,), max_length=140),
    Option(
        "poll_choices",
        "Answers",
        required=True,
        kind=OptionKind.LINES,
        formats=(POLL,),
        max_length=30,
        min_lines=2,
        max_lines=4,
    ),
    Option(
        "poll_duration",
        "Open for",
        choices=(
            ("ONE_DAY", "1 day"),
            ("THREE_DAYS", "3 days"),
            ("SEVEN_DAYS", "1 week"),
            ("FOURTEEN_DAYS", "2 weeks"),
        ),
        default="THREE_DAYS",
        kind=OptionKind.CHOICE,
        formats=(POLL,),
    ),
    Option("reshare_of", "Address of the post", required=True, formats=(RESHARE,)),
)

CAPABILITIES: Final = Capabilities(
    max_text=3000,
    counting=Counting.UTF16_UNITS,
    max_media=20,
    media_types=IMAGE_TYPES | VIDEO_TYPES | DOCUMENT_TYPES,
    max_image_bytes=5_000_000,
    max_image_pixels=36_152_319,
    max_frames=250,
    max_videos=1,
    max_video_bytes=500_000_000,
    min_video_seconds=3,
    max_video_seconds=1800,
    min_video_aspect=1 / 2.4,
    max_video_aspect=2.4,
    video_codecs=frozenset({"h264"}),
    audio_codecs=frozenset({"aac"}),
    max_document_bytes=100_000_000,
    max_alt=4086,
    first_comment=True,
    max_comment=1250,
    max_comment_media=1,
    comment_media_types=IMAGE_TYPES,
    comment_text_required=True,
    options=(format_option(FORMATS), *OPTIONS),
    findable=True,
    formats=FORMATS,
    links=True,
    covers=True,
    edits=frozenset({"text"}),
    deletes=True,
    deletes_comments=False,
    staged_for=ASSET_LIFE,
    post_metrics=frozenset(
        {
            Metric.VIEWS,
            Metric.REACH,
            Metric.CLICKS,
            Metric.LIKES,
            Metric.COMMENTS,
            Metric.SHARES,
            Metric.SAVES,
        }
    ),
    account_metrics=frozenset(
        {
            Metric.VIEWS,
            Metric.REACH,
            Metric.CLICKS,
            Metric.LIKES,
            Metric.COMMENTS,
            Metric.SHARES,
            Metric.SAVES,
            Metric.PROFILE_VIEWS,
            Metric.FOLLOWERS,
            Metric.NEW_FOLLOWERS,
        }
    ),
)
