"""Each request that is made to TikTok, the scopes it needs and the limits it counts against.

https://developers.tiktok.com/docs/en/tiktok-api-v2-rate-limit and the reference pages of the Content Posting API. Each
path ends in a slash.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.calls import Call, Feature
from apps.platforms.limits import Limit, Per

BASIC: Final = "user.info.basic"
PROFILE: Final = "user.info.profile"
STATS: Final = "user.info.stats"
LIST: Final = "video.list"
UPLOAD: Final = "video.upload"
PUBLISH: Final = "video.publish"
SCOPES: Final = (BASIC, PROFILE, STATS, LIST, UPLOAD, PUBLISH)

_EITHER: Final = ((PUBLISH,), (UPLOAD,))

TOKEN: Final = Call("token", "POST", "/v2/oauth/token/", Feature.CONNECT)
REVOKE: Final = Call("revoke", "POST", "/v2/oauth/revoke/", Feature.CONNECT)
WHO: Final = Call(
    "user_info", "GET", "/v2/user/info/", Feature.CONNECT, ((BASIC,),), counts_against=("user_info",),
    trap="Without user.info.profile the name of the account is left out silently.",
)  # fmt: skip
CREATOR: Final = Call(
    "creator_info", "POST", "/v2/post/publish/creator_info/query/", Feature.PUBLISH, ((PUBLISH,),),
    counts_against=("creator_info",), trap="Refuses with HTTP 200: only error.code tells.",
)  # fmt: skip
START_VIDEO: Final = Call(
    "start_video", "POST", "/v2/post/publish/video/init/", Feature.PUBLISH, ((PUBLISH,),),
    counts_against=("videos", "posts"),
)  # fmt: skip
START_DRAFT: Final = Call(
    "start_video_draft", "POST", "/v2/post/publish/inbox/video/init/", Feature.PUBLISH, ((UPLOAD,),),
    counts_against=("video_drafts", "drafts"), trap="Text and settings are ignored here.",
)  # fmt: skip
SEND: Final = Call(
    "send_chunk", "PUT", "/{address...}", Feature.PUBLISH, endpoint="upload",
    trap="Asks for no token: an upload goes on after the person has removed Postroom, and fails afterwards.",
)  # fmt: skip
PICTURES: Final = Call(
    "publish_pictures", "POST", "/v2/post/publish/content/init/", Feature.PUBLISH, ((PUBLISH,),),
    counts_against=("pictures", "posts"),
)  # fmt: skip
PICTURE_DRAFT: Final = Call(
    "picture_draft", "POST", "/v2/post/publish/content/init/", Feature.PUBLISH, ((UPLOAD,),),
    counts_against=("pictures", "drafts"),
)  # fmt: skip
STATUS: Final = Call(
    "status", "POST", "/v2/post/publish/status/fetch/", Feature.PUBLISH, _EITHER, counts_against=("status",)
)
LIST_VIDEOS: Final = Call(
    "list_videos", "POST", "/v2/video/list/", Feature.READ, ((LIST,),), counts_against=("lists",),
    trap="Public posts only: what is for friends, or waits for moderation, is left out.",
)  # fmt: skip
VIDEO: Final = Call(
    "read_video", "POST", "/v2/video/query/", Feature.METRICS, ((LIST,),), counts_against=("queries",),
    trap="A post that is not public, or not the account's own, is left out of the answer.",
)  # fmt: skip
FIGURES: Final = Call(
    "user_figures", "GET", "/v2/user/info/", Feature.METRICS, ((STATS,),), counts_against=("user_info",),
    trap="Without the scope the figures are left out silently.",
)  # fmt: skip

CALLS: Final = (
    TOKEN, REVOKE, WHO, CREATOR, START_VIDEO, START_DRAFT, SEND, PICTURES, PICTURE_DRAFT, STATUS, LIST_VIDEOS, VIDEO,
    FIGURES,
)  # fmt: skip

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(hours=24)

# Whether reads count by app or by person is not documented; the narrower one is kept. How many posts a creator may
# publish in a day varies, and other applications share it: fifteen is what TikTok calls typical.
LIMITS: Final = (
    Limit("videos", "videos begun", Per.TOKEN, 6, _MINUTE),
    Limit("video_drafts", "videos begun as drafts", Per.TOKEN, 6, _MINUTE),
    Limit("pictures", "posts of pictures sent", Per.TOKEN, 6, _MINUTE),
    Limit("creator_info", "questions what the account may post", Per.TOKEN, 20, _MINUTE),
    Limit("status", "questions how a post is getting on", Per.TOKEN, 30, _MINUTE),
    Limit("user_info", "reads of the account", Per.APP, 600, _MINUTE),
    Limit("lists", "lists of posts", Per.APP, 600, _MINUTE),
    Limit("queries", "reads of single posts", Per.APP, 600, _MINUTE),
    Limit("posts", "posts of a creator, by all applications together", Per.ACCOUNT, 15, _DAY),
    Limit("drafts", "drafts that wait in the inbox", Per.ACCOUNT, 5, _DAY),
)
