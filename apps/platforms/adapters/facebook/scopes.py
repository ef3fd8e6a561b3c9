"""What connecting asks for, and every request that the adapter makes with what a consent must cover for it.

https://developers.facebook.com/docs/permissions/reference. `pages_read_user_engagement` stands in several guides and is
no permission: asking for it breaks the dialog."""

from __future__ import annotations

from typing import Final

from apps.platforms.calls import Call, Feature

SHOW: Final = "pages_show_list"
POSTS: Final = "pages_manage_posts"
READ: Final = "pages_read_engagement"
COMMENTS: Final = "pages_manage_engagement"
VISITORS: Final = "pages_read_user_content"
INSIGHTS: Final = "read_insights"
METADATA: Final = "pages_manage_metadata"
BUSINESS: Final = "business_management"

SCOPES: Final = (SHOW, POSTS, READ, COMMENTS, VISITORS, INSIGHTS, METADATA, BUSINESS)
# Without it Pages that a business holds may be missing from the list; what is connected works all the same.
HELPFUL: Final = frozenset({BUSINESS})

_PUBLISHING: Final = ((POSTS, READ, SHOW),)
_READING: Final = ((READ,),)
_OF_PAGE: Final = ("page",)
_EMPTY: Final = (
    "A Page token without pages_read_user_content is not refused: what visitors wrote, and the sums, are missing."
)

TOKEN: Final = Call("token", "POST", "/{version}/oauth/access_token", Feature.CONNECT, counts_against=("app",))
EXCHANGE: Final = Call("exchange", "GET", "/{version}/oauth/access_token", Feature.CONNECT, counts_against=("app",))
INSPECT: Final = Call("inspect", "GET", "/{version}/debug_token", Feature.CONNECT, counts_against=("app",))
LIST: Final = Call(
    "list",
    "GET",
    "/{version}/me/accounts",
    Feature.CONNECT,
    ((SHOW,),),
    counts_against=("user",),
    trap="A list is empty, and no error, where the person ticked no Page or a business holds them.",
)
BUSINESSES: Final = Call(
    "businesses", "GET", "/{version}/me/businesses", Feature.CONNECT, counts_against=("user",)
)  # asked only where business_management was granted: the feature does not depend on it
OWNED: Final = Call("owned", "GET", "/{version}/{business}/owned_pages", Feature.CONNECT, counts_against=("user",))
CLIENTS: Final = Call("clients", "GET", "/{version}/{business}/client_pages", Feature.CONNECT, counts_against=("user",))
ME: Final = Call("me", "GET", "/{version}/me", Feature.CONNECT, counts_against=("user",))
PAGE: Final = Call("page", "GET", "/{version}/{page}", Feature.CONNECT, ((SHOW,),), counts_against=_OF_PAGE)
FORGET: Final = Call("forget", "DELETE", "/{version}/me/permissions", Feature.CONNECT, counts_against=("user",))
SUBSCRIBE: Final = Call(
    "subscribe", "POST", "/{version}/{page}/subscribed_apps", Feature.NOTICES, ((METADATA,),), counts_against=_OF_PAGE
)
UNSUBSCRIBE: Final = Call(
    "unsubscribe",
    "DELETE",
    "/{version}/{page}/subscribed_apps",
    Feature.NOTICES,
    ((METADATA,),),
    counts_against=_OF_PAGE,
)

PHOTO: Final = Call("photo", "POST", "/{version}/{page}/photos", Feature.PUBLISH, _PUBLISHING, counts_against=_OF_PAGE)
FEED: Final = Call("feed", "POST", "/{version}/{page}/feed", Feature.PUBLISH, _PUBLISHING, counts_against=_OF_PAGE)
VIDEO: Final = Call(
    "video", "POST", "/{version}/{page}/videos", Feature.PUBLISH, _PUBLISHING, "video", counts_against=_OF_PAGE
)
REEL: Final = Call(
    "reel", "POST", "/{version}/{page}/video_reels", Feature.PUBLISH, _PUBLISHING, counts_against=("page", "reels")
)
PHOTO_STORY: Final = Call(
    "photo_story", "POST", "/{version}/{page}/photo_stories", Feature.PUBLISH, _PUBLISHING, counts_against=_OF_PAGE
)
VIDEO_STORY: Final = Call(
    "video_story", "POST", "/{version}/{page}/video_stories", Feature.PUBLISH, _PUBLISHING, counts_against=_OF_PAGE
)
UPLOAD: Final = Call("upload", "POST", "/video-upload/{version}/{video}", Feature.PUBLISH, _PUBLISHING, "upload")
STATUS: Final = Call("status", "GET", "/{version}/{video}", Feature.PUBLISH, _READING, counts_against=_OF_PAGE)
COMMENT: Final = Call(
    "comment", "POST", "/{version}/{object}/comments", Feature.COMMENT, ((COMMENTS, READ),), counts_against=_OF_PAGE
)

POSTED: Final = Call(
    "posted", "GET", "/{version}/{page}/published_posts", Feature.READ, _READING, counts_against=_OF_PAGE
)
POST: Final = Call("post", "GET", "/{version}/{post}", Feature.READ, _READING, counts_against=_OF_PAGE)
STORIES: Final = Call("stories", "GET", "/{version}/{page}/stories", Feature.READ, _READING, counts_against=_OF_PAGE)
BELOW: Final = Call(
    "comments",
    "GET",
    "/{version}/{object}/comments",
    Feature.READ,
    ((READ, VISITORS),),
    counts_against=_OF_PAGE,
    trap=_EMPTY,
)

EDIT: Final = Call("edit", "POST", "/{version}/{post}", Feature.EDIT, ((POSTS, READ),), counts_against=_OF_PAGE)
DELETE: Final = Call("delete", "DELETE", "/{version}/{post}", Feature.DELETE, ((POSTS, READ),), counts_against=_OF_PAGE)

FIGURES: Final = Call(
    "insights",
    "GET",
    "/{version}/{object}/insights",
    Feature.METRICS,
    ((INSIGHTS, READ),),
    counts_against=_OF_PAGE,
    trap="Without read_insights, and for Pages under 100 likes, the list may be empty: that is no zero.",
)
COUNTERS: Final = Call(
    "counters", "GET", "/{version}/{post}", Feature.METRICS, ((READ, VISITORS),), counts_against=_OF_PAGE, trap=_EMPTY
)
BATCH: Final = Call(
    "batch",
    "POST",
    "/{version}/",
    Feature.METRICS,
    _READING,
    counts_against=_OF_PAGE,
    trap="Each read in it counts as a call, and is refused by itself: the answer as a whole is a success all the same.",
)
FOLLOWERS: Final = Call("followers", "GET", "/{version}/{page}", Feature.METRICS, _READING, counts_against=_OF_PAGE)

CALLS: Final = (
    TOKEN,
    EXCHANGE,
    INSPECT,
    LIST,
    BUSINESSES,
    OWNED,
    CLIENTS,
    ME,
    PAGE,
    FORGET,
    SUBSCRIBE,
    UNSUBSCRIBE,
    PHOTO,
    FEED,
    VIDEO,
    REEL,
    PHOTO_STORY,
    VIDEO_STORY,
    UPLOAD,
    STATUS,
    COMMENT,
    POSTED,
    POST,
    STORIES,
    BELOW,
    EDIT,
    DELETE,
    FIGURES,
    COUNTERS,
    BATCH,
    FOLLOWERS,
)
