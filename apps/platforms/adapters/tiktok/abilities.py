"""What TikTok takes, as data: https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide.

The longest video differs by creator: the channel's own limit says it, and it is asked for again before each post. Which
sound a video may have is not documented, and how large a picture may be only as "1080p": upright ones surely fit.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.contract import Draft
from apps.platforms.formats import format_of, format_option
from apps.platforms.insights import Metric

VIDEO, PHOTOS, VIDEO_DRAFT, PHOTO_DRAFT = "video", "photos", "video_draft", "photo_draft"
DRAFTS: Final = frozenset({VIDEO_DRAFT, PHOTO_DRAFT})
FILMS: Final = frozenset({VIDEO, VIDEO_DRAFT})

# "The whole upload must finish" within an hour of its beginning, and the last of it is sent by the commit.
UPLOAD_LIFE: Final = timedelta(minutes=55)
# Nothing of a picture is sent ahead; what the creator lets others post is TikTok's to change at any time.
_ASKED_FOR: Final = timedelta(days=1)

MAX_CAPTION: Final = 2200
MAX_DESCRIPTION, MAX_TITLE = 4000, 90
MAX_PICTURES: Final = 35
VIDEO_TYPES: Final = frozenset({"video/mp4", "video/quicktime", "video/webm"})
PICTURE_TYPES: Final = frozenset({"image/jpeg", "image/webp"})
MAX_VIDEO_BYTES: Final = 4_000_000_000  # "4 GB", of which it is not said how many bytes they are
LONGEST_SECONDS: Final = 600.0
SHORTEST_SECONDS: Final = 3.0  # told by others, not by TikTok
LEAST_RATE, MOST_RATE = 23.0, 60.0  # pictures a second
LEAST_SIDE, MOST_SIDE = 360, 4096

_FILM: Final = {"min_media": 1, "max_media": 1, "max_videos": 1, "media_types": VIDEO_TYPES, "pulls_media": False}
_PICTURES: Final = {
    "min_media": 1, "max_media": MAX_PICTURES, "max_videos": 0, "media_types": PICTURE_TYPES,
    "max_text": MAX_DESCRIPTION, "staged_for": _ASKED_FOR,
}  # fmt: skip
FORMATS: Final = (
    Format(VIDEO, "Video", _FILM),
    Format(PHOTOS, "Pictures", _PICTURES),
    Format(VIDEO_DRAFT, "Video as a draft, to be finished in TikTok (without the text)",
           {**_FILM, "max_video_seconds": LONGEST_SECONDS}),
    Format(PHOTO_DRAFT, "Pictures as a draft, to be finished in TikTok", _PICTURES),
)  # fmt: skip

_DIRECT, _PICTURED = (VIDEO, PHOTOS), (PHOTOS, PHOTO_DRAFT)

OPTIONS: Final = (
    format_option(FORMATS),
    Option("privacy", "Who can see it", kind=OptionKind.REMOTE, required=True, formats=_DIRECT),
    Option("title", "Title", formats=_PICTURED, max_length=MAX_TITLE),
    Option("allow_comments", "Allow comments", kind=OptionKind.SWITCH, formats=_DIRECT),
    Option("allow_duet", "Allow duets", kind=OptionKind.SWITCH, formats=(VIDEO,)),
    Option("allow_stitch", "Allow stitches", kind=OptionKind.SWITCH, formats=(VIDEO,)),
    Option("own_brand", "It promotes the account's own brand", kind=OptionKind.SWITCH, formats=_DIRECT),
    Option("paid_partnership", "It is a paid partnership with another brand", kind=OptionKind.SWITCH, formats=_DIRECT),
    Option("ai_generated", "It was made with AI", kind=OptionKind.SWITCH, formats=(VIDEO,)),
    Option("cover_at", "Frame for the cover (milliseconds from the start)", kind=OptionKind.NUMBER, formats=(VIDEO,),
           max_length=7),
    Option("cover_picture", "Picture for the cover (its number)", kind=OptionKind.NUMBER, formats=_PICTURED,
           max_length=2),
    Option("auto_music", "Let TikTok add music", kind=OptionKind.SWITCH, formats=(PHOTOS,)),
)  # fmt: skip

CAPABILITIES: Final = Capabilities(
    max_text=MAX_CAPTION,
    counting=Counting.UTF16_UNITS,
    min_media=1,
    max_media=MAX_PICTURES,
    media_types=VIDEO_TYPES | PICTURE_TYPES,
    max_image_bytes=20_000_000,
    max_width=1080,
    max_height=1920,
    max_videos=1,
    max_video_bytes=MAX_VIDEO_BYTES,
    min_video_seconds=SHORTEST_SECONDS,
    max_video_seconds=LONGEST_SECONDS,
    video_codecs=frozenset({"h264", "hevc", "vp8", "vp9"}),
    min_frame_rate=LEAST_RATE,
    max_frame_rate=MOST_RATE,
    min_video_width=LEAST_SIDE,
    min_video_height=LEAST_SIDE,
    max_video_width=MOST_SIDE,
    max_video_height=MOST_SIDE,
    options=OPTIONS,
    findable=True,
    pulls_media=True,
    formats=FORMATS,
    stage_ahead=timedelta(minutes=20),
    staged_for=UPLOAD_LIFE,
    post_metrics=frozenset({Metric.VIEWS, Metric.LIKES, Metric.COMMENTS, Metric.SHARES}),
    account_metrics=frozenset({Metric.FOLLOWERS, Metric.POSTS}),
)


def kind_of(draft: Draft) -> str:
    """The name of the draft's format; that of videos where an unknown one was chosen."""
    chosen = format_of(draft, CAPABILITIES)
    return chosen.name if chosen else VIDEO
