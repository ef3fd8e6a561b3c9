"""What YouTube takes, and how much of it: https://developers.google.com/youtube/v3/docs/videos.

A video is a Short by its shape and length alone: nothing in a request makes it one. H.264 with AAC is advised, and what
else is read is not listed: no codec is refused here.
"""

from __future__ import annotations

from typing import Final

from apps.platforms import webvtt
from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.formats import format_of, format_option
from apps.platforms.insights import Metric

VIDEO, SHORT = "video", "short"
SHORT_SECONDS: Final = 180.0
MAX_BYTES: Final = 274_877_906_944
MAX_TEXT: Final = 5000
MAX_COMMENT: Final = 10_000  # not documented
MAX_TITLE, MAX_TAGS = 100, 500
MAX_CAPTIONS: Final = 10  # no number is documented; ten of them take 4,000 of the 10,000 units that all have in a day
MAX_THUMBNAIL_BYTES: Final = 52_428_800
THUMBNAILS: Final = frozenset({"image/jpeg", "image/png"})
USUAL_CATEGORY: Final = "22"  # People & Blogs
# YouTube takes any video/* and looks inside; these are the kinds that it is known to read.
VIDEOS: Final = frozenset(
    {
        "video/mp4", "video/quicktime", "video/webm", "video/x-msvideo", "video/mpeg", "video/3gpp", "video/x-flv",
        "video/x-matroska",
    }
)  # fmt: skip
PUBLIC, UNLISTED, PRIVATE = "public", "unlisted", "private"

FORMATS: Final = (
    Format(VIDEO, "Video"),
    Format(SHORT, "Short", {"max_video_seconds": SHORT_SECONDS, "max_video_aspect": 1.0}),
)

_PRIVACY = ((PUBLIC, "Everybody"), (UNLISTED, "Whoever has the address"), (PRIVATE, "Nobody else"))
_YES_NO = (("yes", "Yes"), ("no", "No"))
_LICENSES = (("youtube", "YouTube's usual license"), ("creativeCommon", "Creative Commons, with attribution"))

OPTIONS: Final = (
    format_option(FORMATS),
    Option("title", "Title", required=True, max_length=MAX_TITLE, refused_signs="<>"),
    Option("privacy", "Who can see it", choices=_PRIVACY, default=PUBLIC, kind=OptionKind.CHOICE),
    Option("category", "Category", default=USUAL_CATEGORY, kind=OptionKind.REMOTE),
    Option("playlist", "Playlist", kind=OptionKind.REMOTE),
    Option("tags", "Tags", kind=OptionKind.LINES, max_tags_length=MAX_TAGS),
    Option("made_for_kids", "It is made for children", kind=OptionKind.SWITCH),
    Option("notify", "Tell the subscribers", choices=_YES_NO, default="yes", kind=OptionKind.CHOICE),
    Option("synthetic", "It shows altered or made-up scenes that look real", kind=OptionKind.SWITCH),
    Option("license", "License", choices=_LICENSES, default="youtube", kind=OptionKind.CHOICE),
    Option("embeddable", "Other sites may show it", choices=_YES_NO, default="yes", kind=OptionKind.CHOICE),
)

CAPABILITIES: Final = Capabilities(
    max_text=MAX_TEXT,
    counting=Counting.CODE_POINTS,
    max_text_bytes=MAX_TEXT,
    refused_signs="<>",
    min_media=1,
    max_media=1,
    media_types=VIDEOS,
    max_videos=1,
    max_video_bytes=MAX_BYTES,
    max_video_seconds=12 * 60 * 60,
    min_frame_rate=24.0,  # pictures a second
    max_frame_rate=60.0,
    max_captions=MAX_CAPTIONS,
    caption_labels=True,
    max_caption_bytes=webvtt.MAX_BYTES,  # of our own; YouTube takes more
    first_comment=True,
    max_comment=MAX_COMMENT,
    max_comment_media=0,
    options=OPTIONS,
    findable=True,
    formats=FORMATS,
    covers=True,
    edits=frozenset({"text", "options.title", "options.tags", "options.category"}),
    deletes=True,
    deletes_comments=False,
    staged_for=None,  # a private video stays on the channel until it is deleted
    post_metrics=frozenset({Metric.VIEWS, Metric.LIKES, Metric.COMMENTS, Metric.SHARES, Metric.WATCH_SECONDS}),
    account_metrics=frozenset(
        {
            Metric.VIEWS, Metric.VIDEO_VIEWS, Metric.LIKES, Metric.COMMENTS, Metric.SHARES, Metric.WATCH_SECONDS,
            Metric.NEW_FOLLOWERS, Metric.FOLLOWERS, Metric.POSTS,
        }
    ),
)  # fmt: skip


def is_short(draft: Draft) -> bool:
    """Whether YouTube will make a Short of it."""
    chosen = format_of(draft, CAPABILITIES)
    return (chosen is not None and chosen.name == SHORT) or any(looks_short(media) for media in draft.media)


def looks_short(media: MediaFile) -> bool:
    return 0 < media.seconds <= SHORT_SECONDS and 0 < media.width <= media.height
