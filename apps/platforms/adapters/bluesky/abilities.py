"""What Bluesky takes, as data: https://atproto.com/lexicons and https://docs.bsky.app/docs/tutorials/video."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from apps.platforms.adapters.bluesky import richtext
from apps.platforms.capabilities import Capabilities, ConnectBy, Counting, Format, Option, OptionKind
from apps.platforms.formats import format_option
from apps.platforms.insights import Metric

# A server keeps a file that no record names for an hour at least, says the specification, which advises hours; its
# lexicon speaks of minutes.
BLOB_LIFE: Final = timedelta(minutes=50)
MAX_GALLERY: Final = 10
MAX_TAGS: Final = 8
MAX_LISTS: Final = 3  # a gate has five rules, of which the option "who_replies" takes up to two
MAX_LANGUAGES: Final = 3
MAX_VIDEO_BYTES: Final = 300_000_000
MAX_CAPTIONS: Final = 20

PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
FILMS: Final = frozenset({"video/mp4", "video/quicktime", "video/webm", "video/mpeg"})
GIF: Final = "image/gif"  # as a picture it would stand still: it is made a film

_NO_LINK: Final = {"links": False}
FORMATS: Final = (
    Format("text", "Text, with a link card", {"max_media": 0, "max_videos": 0}),
    Format("images", "Pictures", {"min_media": 1, "media_types": PICTURES, "max_videos": 0, **_NO_LINK}),
    # Of a film the file is there only once it was worked on, which takes its time.
    Format(
        "video",
        "Video",
        {
            "min_media": 1,
            "max_media": 1,
            "media_types": FILMS,
            "stage_ahead": timedelta(minutes=25),
            **_NO_LINK,
        },
    ),
    Format(
        "gif",
        "Moving GIF",
        {
            "min_media": 1,
            "max_media": 1,
            "media_types": frozenset({GIF}),
            "max_videos": 0,
            "max_image_bytes": MAX_VIDEO_BYTES,
            **_NO_LINK,
        },
    ),
)
_MAIN: Final = tuple(one.name for one in FORMATS)

# What an account lets reply, by the value of the option; without the option everybody may.
REPLY_RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "nobody": (),
    "mentioned": ("mentionRule",),
    "following": ("followingRule",),
    "followers": ("followerRule",),
    "mentioned_following": ("mentionRule", "followingRule"),
    "followers_following": ("followerRule", "followingRule"),
}
_WHO_REPLIES: Final = (
    ("", "Everyone"),
    ("nobody", "Nobody"),
    ("mentioned", "Mentioned accounts"),
    ("following", "Accounts it follows"),
    ("followers", "Followers"),
    ("mentioned_following", "Mentioned accounts and those it follows"),
    ("followers_following", "Followers and accounts it follows"),
)
_LABELS: Final = (
    ("", "None"),
    ("sexual", "Suggestive"),
    ("nudity", "Nudity"),
    ("porn", "Adult content"),
    ("graphic-media", "Graphic media"),
)

_COMMON: Final[Mapping[str, Any]] = {"formats": _MAIN}
OPTIONS: Final = (
    format_option(FORMATS),
    Option("who_replies", "Who can reply", choices=_WHO_REPLIES, kind=OptionKind.CHOICE, **_COMMON),
    Option("reply_lists", "Lists whose members can reply as well (their addresses)", kind=OptionKind.LINES,
           max_lines=MAX_LISTS, max_length=500, **_COMMON),
    Option("no_quotes", "Nobody can quote it", kind=OptionKind.SWITCH, **_COMMON),
    Option("quote", "Post to quote (its address)", max_length=500, **_COMMON),
    Option("label", "Content warning", choices=_LABELS, kind=OptionKind.CHOICE),
    Option("signed_in_only", "Only for people who are signed in", kind=OptionKind.SWITCH),
    Option("languages", "Further languages (codes)", kind=OptionKind.LINES, max_lines=MAX_LANGUAGES, max_length=20),
    Option(
        "tags", "Further hashtags, not in the text", kind=OptionKind.LINES, max_lines=MAX_TAGS,
        max_length=richtext.MAX_TAG_GRAPHEMES, refused_signs="#", **_COMMON,
    ),
    Option("card_title", "Title of the link card", formats=("text",), max_length=300),
    Option("card_description", "Description of the link card", kind=OptionKind.LONG_TEXT, formats=("text",),
           max_length=1000),
    Option("loops", "Play as a GIF: silent, over and over", kind=OptionKind.SWITCH, formats=("video",)),
)  # fmt: skip

CAPABILITIES: Final = Capabilities(
    max_text=300,
    counting=Counting.GRAPHEMES,
    max_text_bytes=3000,
    max_media=MAX_GALLERY,
    media_types=PICTURES | FILMS | {GIF},
    max_image_bytes=2_000_000,
    max_videos=1,
    max_video_bytes=MAX_VIDEO_BYTES,
    max_video_seconds=600.0,
    max_captions=MAX_CAPTIONS,
    max_caption_bytes=20_000,
    max_alt=2000,
    first_comment=True,
    threads=True,
    options=OPTIONS,
    idempotent_commit=True,
    findable=True,
    connect_by=(ConnectBy.INSTANCE_OAUTH, ConnectBy.APP_PASSWORD),
    formats=FORMATS,
    links=True,
    deletes=True,
    stage_ahead=timedelta(minutes=10),
    staged_for=BLOB_LIFE,
    post_metrics=frozenset({Metric.LIKES, Metric.COMMENTS, Metric.SHARES, Metric.SAVES}),
    account_metrics=frozenset({Metric.FOLLOWERS, Metric.POSTS}),
)
