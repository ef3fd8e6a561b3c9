"""What Instagram takes, as data.

https://developers.facebook.com/documentation/instagram-platform/content-publishing. There are no posts of text or of
links; a video alone is a reel. Older pages allow reels of 1 GB, the newer 300 MB. How a caption is counted, in code
points or in UTF-16 units, is not documented: the second is never less. Nor is what a video in a carousel may be: it is
held to what a reel is; nor where a carousel is to be seen that is not shared to the feed. Pictures that are wider than
1440 pixels, or narrower than 320, are scaled and not refused.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.formats import format_option
from apps.platforms.insights import Metric

FEED, REEL, CAROUSEL, STORY = "feed", "reel", "carousel", "story"
PICTURES: Final = frozenset({"image/jpeg"})  # PNG is often accepted, and not promised
VIDEOS: Final = frozenset({"video/mp4", "video/quicktime"})
MAX_COLLABORATORS: Final = 3  # at creation; other pages say 5
MAX_TAGS: Final = 20
CONTAINER_LIFE: Final = timedelta(hours=23)  # documented: 24, after which a container is EXPIRED

_ONE_VIDEO: Final = {"max_media": 1, "media_types": VIDEOS, "max_videos": 1}
FORMATS: Final = (
    Format(FEED, "Pictures", {"media_types": PICTURES, "max_videos": 0, "covers": False}),
    Format(REEL, "Reel", _ONE_VIDEO),
    Format(CAROUSEL, "Carousel of pictures and videos", {"min_media": 2, "covers": False}),
    Format(
        STORY,
        "Story, gone after 24 hours",
        {
            "max_text": 0,
            "max_media": 1,
            "min_aspect": None,
            "max_aspect": None,
            "max_video_bytes": 100_000_000,
            "max_video_seconds": 60.0,
            "min_video_aspect": 0.1,
            "covers": False,
        },
    ),
)
_WITH_CAPTION: Final = (FEED, REEL, CAROUSEL)

_WHERE: Final = (("", "In the feed too"), ("no", "Not in the feed: a reel among the reels only"))
_TRIAL: Final = (
    ("", "No: everybody sees it"),
    ("MANUAL", "Yes, until the account shares it with all"),
    ("SS_PERFORMANCE", "Yes, until Instagram finds that it does well"),
)

OPTIONS: Final = (
    format_option(FORMATS),
    Option("share_to_feed", "Where it is shown", choices=_WHERE, kind=OptionKind.CHOICE, formats=(REEL, CAROUSEL)),
    Option("thumb_offset", "Cover taken from the video, at this millisecond", kind=OptionKind.NUMBER, formats=(REEL,)),
    Option("trial", "Trial reel, not shown to followers", choices=_TRIAL, kind=OptionKind.CHOICE, formats=(REEL,)),
    Option("audio_name", "Name of the sound", formats=(REEL,), max_length=100),
    Option(
        "collaborators", "Accounts to publish with", kind=OptionKind.LINES, formats=_WITH_CAPTION, max_length=31,
        max_lines=MAX_COLLABORATORS,
    ),
    Option(
        "tags", "Tagged accounts (on a picture: name 0.5 0.5)", kind=OptionKind.LINES, max_length=50,
        max_lines=MAX_TAGS,
    ),
    Option("place", "Number of the place's Page", kind=OptionKind.NUMBER, formats=_WITH_CAPTION),
    Option("ai", "Made with artificial intelligence", kind=OptionKind.SWITCH),
)  # fmt: skip

CAPABILITIES: Final = Capabilities(
    max_text=2200,
    counting=Counting.UTF16_UNITS,
    min_media=1,
    max_media=10,
    media_types=PICTURES | VIDEOS,
    max_image_bytes=8_000_000,
    min_aspect=0.8,
    max_aspect=1.91,
    max_videos=10,
    mixes_media=True,
    max_video_bytes=300_000_000,
    min_video_seconds=3.0,
    max_video_seconds=900.0,
    min_video_aspect=0.01,
    max_video_aspect=10.0,
    video_codecs=frozenset({"h264", "hevc"}),
    audio_codecs=frozenset({"aac"}),
    min_frame_rate=23.0,  # pictures a second
    max_frame_rate=60.0,
    max_video_bit_rate=25_000_000,  # documented of the pictures alone; with the sound it is surely enough
    max_video_width=1920,
    max_alt=1000,
    max_hashtags=30,
    max_mentions=20,
    first_comment=True,
    max_comment_media=0,
    options=OPTIONS,
    findable=True,
    pulls_media=True,
    formats=FORMATS,
    covers=True,
    staged_for=CONTAINER_LIFE,
    post_metrics=frozenset(
        {
            Metric.VIEWS,
            Metric.REACH,
            Metric.LIKES,
            Metric.COMMENTS,
            Metric.SHARES,
            Metric.SAVES,
            Metric.CLICKS,
            Metric.WATCH_SECONDS,
            Metric.PROFILE_VIEWS,
            Metric.NEW_FOLLOWERS,
        }
    ),
    account_metrics=frozenset(
        {
            Metric.VIEWS,
            Metric.REACH,
            Metric.LIKES,
            Metric.COMMENTS,
            Metric.SHARES,
            Metric.SAVES,
            Metric.CLICKS,
            Metric.FOLLOWERS,
            Metric.POSTS,
        }
    ),
)
