"""Facebook as data: what it takes, how much of it, and what an operator sets up there.

Where Meta documents no number, the one that others have met is used, and said so."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.formats import format_option
from apps.platforms.insights import Metric
from apps.platforms.limits import Limit, Per
from apps.platforms.setup import Setup

FEED, REEL, STORY = "feed", "reel", "story"
PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff"})
VIDEOS: Final = frozenset({"video/mp4", "video/quicktime"})
# Pictures that no post uses are dropped after about a day; Meta names no number, and none for videos.
UNPUBLISHED_LIFE: Final = timedelta(hours=23)
UPRIGHT, WIDE = 9 / 16, 16 / 9
# Of reels and stories; what a video of the feed may be inside is not documented.
_FILM: Final = {
    "min_video_seconds": 3.0,
    "min_video_aspect": UPRIGHT,
    "max_video_aspect": WIDE,
    "video_codecs": frozenset({"h264", "hevc", "vp9", "av1"}),
    "audio_codecs": frozenset({"aac"}),
    "min_frame_rate": 24.0,  # pictures a second
    "max_frame_rate": 60.0,
    # "540 x 960", of which it is not said that it may be turned: a wide video is held to it as well.
    "min_video_width": 540,
    "min_video_height": 960,
}

FORMATS: Final = (
    Format(FEED, "Post"),
    Format(
        REEL,
        "Reel",
        {
            "min_media": 1,
            "max_media": 1,
            "media_types": VIDEOS,
            "max_video_seconds": 90.0,
            "links": False,
            **_FILM,
        },
    ),
    Format(
        STORY,
        "Story",
        {
            "max_text": 0,
            "min_media": 1,
            "max_media": 1,
            "max_video_seconds": 60.0,
            "links": False,
            "first_comment": False,
            **_FILM,
        },
    ),
)

CAPABILITIES: Final = Capabilities(
    max_text=63_206,  # counted by others; Meta names no number
    counting=Counting.CODE_POINTS,
    max_media=10,  # of pictures in one post; not documented
    media_types=PICTURES | VIDEOS,
    max_image_bytes=10_000_000,
    max_videos=1,
    max_video_bytes=10_000_000_000,  # told by others, as are the four hours
    max_video_seconds=4 * 3600.0,
    max_alt=1000,  # not documented
    first_comment=True,
    max_comment=8000,  # about
    max_comment_media=1,
    comment_media_types=PICTURES,
    options=(
        format_option(FORMATS),
        Option("title", "Title of the video", formats=(FEED, REEL), max_length=255),
        Option("place", "Number of the place's Page", kind=OptionKind.NUMBER, formats=(FEED, REEL)),
    ),
    findable=True,
    formats=FORMATS,
    links=True,
    edits=frozenset({"text"}),
    deletes=True,
    staged_for=UNPUBLISHED_LIFE,
    post_metrics=frozenset(
        {
            Metric.VIEWS,
            Metric.REACH,
            Metric.LIKES,
            Metric.COMMENTS,
            Metric.SHARES,
            Metric.CLICKS,
            Metric.VIDEO_VIEWS,
        }
    ),
    account_metrics=frozenset(
        {Metric.VIEWS, Metric.REACH, Metric.PROFILE_VIEWS, Metric.FOLLOWERS, Metric.NEW_FOLLOWERS}
    ),
)

LIMITS: Final = (
    Limit("app", "calls of our app: 200 for each of its daily users", Per.APP, None, timedelta(hours=1)),
    Limit("user", "calls for one person, over all their apps", Per.TOKEN, None, timedelta(hours=1)),
    Limit(
        "page",
        "calls for one Page: 4,800 for each person who was engaged with it that day",
        Per.ACCOUNT,
        None,
        timedelta(hours=24),
    ),
    Limit("reels", "reels published through the API", Per.ACCOUNT, 30, timedelta(hours=24)),
)

SETUP: Final = Setup(
    portal="https://developers.facebook.com/apps/",
    steps=(
        "Create an app of type Business and add the product Facebook Login, or Facebook Login for Business.",
        "Enter Postroom's callback address among the valid OAuth redirect URIs, exactly as Postroom shows it.",
        "Enter the app's id and its secret in Postroom. With Facebook Login for Business, set FACEBOOK_CONFIG_ID to "
        "the id of its configuration: it then says which permissions are asked for, and a person grants all or none.",
        "Under Webhooks subscribe the object Page with the fields feed and mention, with Postroom's address "
        "/inbound/facebook/ and the token that you chose for it, FACEBOOK_VERIFY_TOKEN.",
        "Enter /compliance/facebook/deauthorize/ of this Postroom as deauthorize callback, and "
        "/compliance/facebook/deletion/ as data deletion request URL.",
        "Ask for advanced access to the permissions that are named above, and switch the app to live mode.",
    ),
    review=(
        "Each permission beyond the app's own team is examined with a screen recording, after the business was "
        "verified; how long that takes Meta does not promise."
    ),
    gaps=(
        "A picture for a video (its thumbnail) is not set: no field for it is documented where videos are published.",
        "Targeting, tags, coloured backgrounds and Facebook's own scheduling are not offered.",
        "Imports list posts of the feed: Facebook leaves reels and stories out of that list.",
        "Replies to comments, likes and the hiding of comments are not offered.",
        "A video is uploaded before its hour and processed after it: Facebook begins with the request that publishes "
        "it, and documents no way to publish a draft.",
        "A video that Facebook fails to process after it was published stays published here: nothing tells of it.",
    ),
    notes=(
        "Only Pages can be published to; profiles, groups and events cannot.",
        "A Page's token has no end of its own, but dies when its owner removes the app, changes the password or loses "
        "their role.",
        "A link beside pictures or a video is written at the end of the text: Facebook shows a card only without them.",
    ),
)
