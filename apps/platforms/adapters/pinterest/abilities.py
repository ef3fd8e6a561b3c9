"""What Pinterest takes, as data.

https://developers.pinterest.com/docs/api/v5/pins-create and
https://help.pinterest.com/en/business/article/pinterest-product-specs. A description has 800 letters by the API's
schema and 500 by the help pages: the smaller one holds, unless the endpoint "max_description" says otherwise. Formats
beyond JPEG and PNG, and how small a picture may be, are not documented for the API: the first are not offered, and of
the sizes that are told (100 to 200 pixels) the larger one surely passes. The sound of a video is not documented either.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.contract import Draft
from apps.platforms.insights import Metric

MAX_TITLE: Final = 100
MAX_LINK: Final = 2048
MAX_ALT: Final = 500
MAX_DESCRIPTION: Final = 500
MAX_PICTURES: Final = 5  # of a carousel

_PICTURES: Final = frozenset({"image/jpeg", "image/png"})
_VIDEOS: Final = frozenset({"video/mp4", "video/quicktime", "video/x-m4v"})

# How long Pinterest keeps a video that no Pin shows is not documented. For pictures only the board is looked up ahead.
UPLOAD_LIFE: Final = timedelta(days=1)

IMAGE, CAROUSEL, VIDEO = "image", "carousel", "video"
FORMATS: Final = (
    Format(IMAGE, "Picture", {"max_media": 1, "media_types": _PICTURES, "max_videos": 0, "covers": False}),
    Format(
        CAROUSEL,
        "Carousel",
        {"min_media": 2, "max_media": MAX_PICTURES, "media_types": _PICTURES, "max_videos": 0, "covers": False},
    ),
    Format(VIDEO, "Video", {"max_media": 1, "media_types": _VIDEOS}),
)

# What Pinterest calls them where it lists Pins.
CREATIVE_TYPES: Final = {IMAGE: "REGULAR", CAROUSEL: "CAROUSEL", VIDEO: "VIDEO"}

OPTIONS: Final = (
    Option("board", "Board", kind=OptionKind.REMOTE, required=True),
    Option("section", "Section of the board", kind=OptionKind.REMOTE),
    Option("title", "Title", max_length=MAX_TITLE),
    Option("dominant_color", "Colour while it loads (#6E7874)", max_length=7, formats=(IMAGE, CAROUSEL)),
    Option("picture_titles", "Titles of the pictures (a line for each)", kind=OptionKind.LINES, formats=(CAROUSEL,),
           max_length=MAX_TITLE, max_lines=MAX_PICTURES),
    Option("picture_descriptions", "Descriptions of the pictures (a line for each)", kind=OptionKind.LINES,
           formats=(CAROUSEL,), max_length=MAX_DESCRIPTION, max_lines=MAX_PICTURES),
    Option("picture_links", "Where the pictures lead (a line for each)", kind=OptionKind.LINES, formats=(CAROUSEL,),
           max_length=MAX_LINK, max_lines=MAX_PICTURES),
    Option("cover_seconds", "Second of the video that is its cover", kind=OptionKind.NUMBER, formats=(VIDEO,)),
)  # fmt: skip

CAPABILITIES: Final = Capabilities(
    max_text=MAX_DESCRIPTION,
    counting=Counting.CODE_POINTS,
    min_media=1,
    max_media=MAX_PICTURES,
    media_types=_PICTURES | _VIDEOS,
    max_image_bytes=20_000_000,
    min_width=200,
    min_height=200,
    max_videos=1,
    max_video_bytes=2_000_000_000,
    min_video_seconds=4.0,
    max_video_seconds=900.0,
    min_video_aspect=0.5,
    max_video_aspect=1.91,
    video_codecs=frozenset({"h264", "hevc"}),
    max_alt=MAX_ALT,
    options=OPTIONS,
    findable=True,
    formats=FORMATS,
    links=True,
    covers=True,
    edits=frozenset({"text", "options.title", "options.board", "options.section", "link", "media.0.alt"}),
    deletes=True,
    staged_for=UPLOAD_LIFE,
    post_metrics=frozenset(
        {
            Metric.VIEWS,
            Metric.SAVES,
            Metric.CLICKS,
            Metric.LIKES,
            Metric.COMMENTS,
            Metric.VIDEO_VIEWS,
            Metric.NEW_FOLLOWERS,
            Metric.PROFILE_VIEWS,
        }
    ),
    account_metrics=frozenset({Metric.VIEWS, Metric.SAVES, Metric.CLICKS, Metric.FOLLOWERS, Metric.POSTS}),
)


def kind_of(draft: Draft) -> str:
    """The format of a draft, which follows from its files alone."""
    if any(media.is_video for media in draft.media):
        return VIDEO
    return CAROUSEL if len(draft.media) > 1 else IMAGE
