"""What a post on X may be, as data.

https://docs.x.com/x-api/media/quickstart/best-practices and https://docs.x.com/x-api/posts/create-post. X's own apps
mix pictures and videos; the documentation of its API does not, and is what is held to. So it is with the size of a
video: 1280 x 1024 pixels are documented, with 720 x 1280 among what is advised, so that the box may be turned; larger
ones were seen to pass, and X refuses what it does not like only when the post is made.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.adapters.x import consent
from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.contract import Draft
from apps.platforms.formats import format_of, format_option
from apps.platforms.insights import Metric

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
VIDEOS: Final = frozenset({"video/mp4", "video/quicktime"})
GIF: Final = "image/gif"
MAX_CAPTIONS: Final = 5  # no number is documented: each language is a request of its own
FILE_LIFE: Final = timedelta(hours=24)  # where X does not say it itself, in `expires_after_secs`
FILE_MARGIN: Final = timedelta(hours=1)
MAX_IMAGE_BYTES, MAX_GIF_BYTES = 5_000_000, 15_000_000

POST, GIF_POST, VIDEO, POLL, ARTICLE = "post", "gif", "video", "poll", "article"
FORMATS: Final = (
    Format(POST, "Post", {"media_types": PICTURES, "max_videos": 0}),
    Format(
        GIF_POST,
        "Animated GIF",
        {
            "media_types": {GIF}, "min_media": 1, "max_media": 1, "max_videos": 0, "max_image_bytes": MAX_GIF_BYTES,
            "max_width": 1280, "max_height": 1080, "max_frames": 350, "max_frame_pixels": 300_000_000,
        },
    ),
    Format(VIDEO, "Video", {"media_types": VIDEOS, "min_media": 1, "max_media": 1, "covers": True}),
    Format(POLL, "Poll", {"media_types": set(), "max_media": 0, "max_videos": 0}),
    # How long an article may be is not documented; this is far less than what people have published.
    Format(
        ARTICLE,
        "Article",
        {
            "media_types": {"image/jpeg", "image/png"}, "max_media": 1, "max_videos": 0, "max_text": 25_000,
            "counting": Counting.CODE_POINTS, "text_required": True,
        },
    ),
)  # fmt: skip

POSTED = (POST, GIF_POST, VIDEO, POLL)
_YES = OptionKind.SWITCH
_DURATIONS = (
    ("30", "30 minutes"), ("60", "1 hour"), ("360", "6 hours"), ("720", "12 hours"), ("1440", "1 day"),
    ("4320", "3 days"), ("10080", "7 days"),
)  # fmt: skip
_REPLIES = (
    ("", "Everybody"),
    ("following", "People the account follows"),
    ("mentionedUsers", "People who are mentioned"),
    ("subscribers", "Subscribers"),
    ("verified", "Verified accounts"),
)

OPTIONS: Final = (
    format_option(FORMATS),
    Option("reply_settings", "Who may reply", choices=_REPLIES, kind=OptionKind.CHOICE, formats=POSTED),
    Option("quote", "Post to quote (its address; only with a contract at X)", formats=(POST,), max_length=200),
    Option(
        "poll_options", "Choices of the poll", required=True, kind=OptionKind.LINES, formats=(POLL,), max_length=25,
        min_lines=2, max_lines=4,
    ),
    Option(
        "poll_minutes", "Poll is open for", choices=_DURATIONS, default="1440", kind=OptionKind.CHOICE, formats=(POLL,)
    ),
    Option("video_title", "Title of the video", formats=(VIDEO,), max_length=70),
    Option(
        "video_description", "Description of the video", kind=OptionKind.LONG_TEXT, formats=(VIDEO,), max_length=200
    ),
    Option("article_title", "Title of the article", required=True, formats=(ARTICLE,), max_length=100),
    Option(
        "tagged_users", "People in the picture (their ids at X)", kind=OptionKind.LINES, formats=(POST,), max_length=19,
        max_lines=10,
    ),
    Option("made_with_ai", "Label it as made with AI", kind=_YES, formats=POSTED),
    Option("paid_partnership", "Label it as a paid partnership", kind=_YES, formats=POSTED),
    Option("community_id", "Community (its id at X)", formats=POSTED, max_length=19),
    Option("share_with_followers", "Show it to followers outside of the community", kind=_YES, formats=POSTED),
)  # fmt: skip

CAPABILITIES: Final = Capabilities(
    max_text=consent.SHORT_TEXT,
    counting=Counting.X_WEIGHTED,
    max_media=4,
    media_types=PICTURES | VIDEOS | {GIF},
    max_image_bytes=MAX_IMAGE_BYTES,
    max_videos=1,
    max_video_bytes=consent.VIDEO_BYTES,
    min_video_seconds=0.5,
    max_video_seconds=consent.VIDEO_SECONDS,
    min_video_aspect=1 / 3,
    max_video_aspect=3,
    video_codecs=frozenset({"h264"}),
    audio_codecs=frozenset({"aac"}),
    max_frame_rate=60.0,  # pictures a second
    min_video_width=32,
    min_video_height=32,
    max_video_width=1280,
    max_video_height=1280,
    max_video_pixels=1280 * 1024,
    max_captions=MAX_CAPTIONS,
    caption_labels=True,
    max_alt=1000,
    max_cashtags=1,
    first_comment=True,
    threads=True,
    options=OPTIONS,
    findable=True,
    formats=FORMATS,
    edits=frozenset({"text"}),
    deletes=True,
    staged_for=FILE_LIFE - FILE_MARGIN,
    post_metrics=frozenset(
        {
            Metric.VIEWS, Metric.LIKES, Metric.COMMENTS, Metric.SHARES, Metric.SAVES, Metric.CLICKS,
            Metric.PROFILE_VIEWS, Metric.VIDEO_VIEWS, Metric.WATCH_SECONDS,
        }
    ),
    account_metrics=frozenset({Metric.FOLLOWERS, Metric.POSTS}),
)  # fmt: skip


def kind_of(draft: Draft) -> str:
    """The format of a draft; comments and replies are posts with what they carry."""
    chosen = format_of(draft, CAPABILITIES)
    return chosen.name if chosen else POST
