"""What Threads takes, as data.

https://developers.facebook.com/documentation/threads/posts and .../threads/overview. The first address in a text
becomes its card by itself; `Draft.link` names another one. Without a topic the first #tag of the text becomes it.
Pictures that are wider than 1440 pixels, or narrower than 320, are scaled and not refused.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.formats import format_option
from apps.platforms.insights import Metric

REPOST: Final = "repost"
CONTAINER_LIFE: Final = timedelta(hours=23)  # documented: 24, after which a container is EXPIRED
MAX_COUNTRIES: Final = 200  # no number is documented; it bounds what is sent

_WITHOUT_MEDIA: Final = {"max_media": 0, "max_videos": 0, "links": False}
FORMATS: Final = (
    Format("text", "Text", {"max_media": 0, "max_videos": 0}),
    Format("media", "Pictures and videos", {"min_media": 1, "links": False}),
    Format("poll", "Poll", _WITHOUT_MEDIA),
    Format("long_text", "Text with a long text attached", _WITHOUT_MEDIA),
    Format("gif", "Text with a GIF", _WITHOUT_MEDIA),
    Format("ghost", "Ghost post, gone after 24 hours", _WITHOUT_MEDIA),
    Format(REPOST, "Repost", {**_WITHOUT_MEDIA, "max_text": 0, "bare": True, "first_comment": False, "threads": False}),
)
_MAIN: Final = tuple(one.name for one in FORMATS if one.name != REPOST)

_WHO_REPLIES: Final = (
    ("", "As Threads has it"),
    ("everyone", "Everyone"),
    ("accounts_you_follow", "Profiles the account follows"),
    ("followers_only", "Followers"),
    ("mentioned_only", "Mentioned profiles"),
    ("parent_post_author_only", "The author of the post it replies to"),
)

OPTIONS: Final = (
    format_option(FORMATS),
    Option("reply_control", "Who can reply", choices=_WHO_REPLIES, kind=OptionKind.CHOICE, formats=_MAIN),
    Option("topic_tag", "Topic", formats=_MAIN, max_length=50),
    Option("quote", "Post to quote", kind=OptionKind.REMOTE, formats=_MAIN),
    Option("approve_replies", "Replies wait for approval", kind=OptionKind.SWITCH, formats=_MAIN),
    Option("countries", "Only in these countries (codes)", formats=_MAIN, max_length=3 * MAX_COUNTRIES),
    Option("share_to_instagram", "Share to Instagram as well", kind=OptionKind.SWITCH, formats=_MAIN),
    Option("spoiler", "Hide the media as a spoiler", kind=OptionKind.SWITCH, formats=("media",)),
    Option(
        "poll", "Choices", kind=OptionKind.LINES, formats=("poll",), required=True, max_length=25, min_lines=2,
        max_lines=4,
    ),
    Option("long_text", "Long text", kind=OptionKind.LONG_TEXT, formats=("long_text",), required=True,
           max_length=10_000),
    Option(
        "repost", "Number of the post to repost, or the address of one of the account's own", formats=(REPOST,),
        required=True, max_length=500,
    ),
    Option("gif", "GIF at GIPHY (its id)", formats=("gif",), required=True, max_length=100),
)  # fmt: skip

CAPABILITIES: Final = Capabilities(
    max_text=500,
    counting=Counting.THREADS,
    max_media=20,
    media_types=frozenset({"image/jpeg", "image/png", "video/mp4", "video/quicktime"}),
    max_image_bytes=8_000_000,
    max_aspect=10.0,
    max_videos=20,
    mixes_media=True,
    max_video_bytes=1_000_000_000,
    max_video_seconds=300.0,
    min_video_aspect=0.01,
    max_video_aspect=10.0,
    video_codecs=frozenset({"h264", "hevc"}),
    audio_codecs=frozenset({"aac"}),
    min_frame_rate=23.0,  # pictures a second
    max_frame_rate=60.0,
    max_video_bit_rate=100_000_000,  # documented of the pictures alone
    max_video_width=1920,
    max_alt=1000,
    max_links=5,
    first_comment=True,
    threads=True,
    options=OPTIONS,
    findable=True,
    pulls_media=True,
    formats=FORMATS,
    links=True,
    deletes=True,
    staged_for=CONTAINER_LIFE,
    post_metrics=frozenset({Metric.VIEWS, Metric.LIKES, Metric.COMMENTS, Metric.SHARES}),
    account_metrics=frozenset(
        {Metric.PROFILE_VIEWS, Metric.LIKES, Metric.COMMENTS, Metric.SHARES, Metric.CLICKS, Metric.FOLLOWERS}
    ),
)
