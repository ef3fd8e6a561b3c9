"""Each request that is made to Instagram, and the permissions it needs, for each of its two ways to sign in.

https://developers.facebook.com/docs/instagram-platform/overview. With Instagram Login an account stands for itself;
with Facebook Login it is reached through the Page that it is linked to. The calls are the same at two hosts, and the
permissions have other names: each call lists both sets. The older names (`business_basic` and so on) ended in 2025.
"""

from __future__ import annotations

from typing import Final

from apps.platforms.calls import Call, Feature
from apps.platforms.meta.sign_in import KIND

BASIC: Final = "instagram_business_basic"
PUBLISH: Final = "instagram_business_content_publish"
COMMENTS: Final = "instagram_business_manage_comments"
INSIGHTS: Final = "instagram_business_manage_insights"
SCOPES: Final = (BASIC, PUBLISH, COMMENTS, INSIGHTS)

FB_BASIC: Final = "instagram_basic"
FB_SHOW: Final = "pages_show_list"
FB_READ: Final = "pages_read_engagement"
FB_PUBLISH: Final = "instagram_content_publish"
FB_COMMENTS: Final = "instagram_manage_comments"
FB_INSIGHTS: Final = "instagram_manage_insights"
FB_CONTENTS: Final = "instagram_manage_contents"
FB_BUSINESS: Final = "business_management"
FB_SCOPES: Final = (FB_BASIC, FB_SHOW, FB_READ, FB_PUBLISH, FB_COMMENTS, FB_INSIGHTS, FB_CONTENTS, FB_BUSINESS)
# Without it accounts whose Pages a business holds may be missing; what is connected works all the same.
FB_HELPFUL: Final = frozenset({FB_BUSINESS})

# The kinds of channels: an account that signed in itself, and one that is reached through its Page.
OWN, LINKED = KIND, "linked"

_GRAPH: Final = "graph"
_FACEBOOK: Final = "facebook_graph"
_CALLS: Final = ("app", "account")  # the limits they count against
_READING: Final = ((BASIC,), (FB_BASIC, FB_READ))
_WRITING: Final = ((BASIC, PUBLISH), (FB_BASIC, FB_READ, FB_PUBLISH))
_COMMENTING: Final = ((BASIC, COMMENTS), (FB_BASIC, FB_READ, FB_COMMENTS))
_COUNTING: Final = ((BASIC, INSIGHTS), (FB_BASIC, FB_READ, FB_INSIGHTS))

# signing in with Instagram
CODE_TO_TOKEN: Final = Call("code_to_token", "POST", "/oauth/access_token", Feature.CONNECT)
LONG_TOKEN: Final = Call("long_token", "GET", "/access_token", Feature.CONNECT, endpoint=_GRAPH)
RENEW: Final = Call(
    "renew", "GET", "/refresh_access_token", Feature.CONNECT, ((BASIC,),), _GRAPH,
    trap="A token that is over cannot be renewed any more, and one younger than 24 hours not yet.", kinds=(OWN,),
)  # fmt: skip
ME: Final = Call(
    "me", "GET", "/{version}/me", Feature.CONNECT, ((BASIC,),), _GRAPH, _CALLS,
    trap="`id` is the person as our app knows them; only `user_id` is the account that other calls take.", kinds=(OWN,),
)  # fmt: skip
FORGET: Final = Call("forget", "DELETE", "/{version}/me/permissions", Feature.CONNECT, (), _GRAPH, _CALLS)

# signing in with Facebook
FB_TOKEN: Final = Call("fb_token", "POST", "/{version}/oauth/access_token", Feature.CONNECT, (), _FACEBOOK, ("app",))
FB_EXCHANGE: Final = Call(
    "fb_exchange", "GET", "/{version}/oauth/access_token", Feature.CONNECT, (), _FACEBOOK, ("app",)
)
FB_INSPECT: Final = Call("fb_inspect", "GET", "/{version}/debug_token", Feature.CONNECT, (), _FACEBOOK, ("app",))
FB_PAGES: Final = Call(
    "fb_pages", "GET", "/{version}/me/accounts", Feature.CONNECT, ((FB_BASIC, FB_SHOW),), _FACEBOOK, ("app",),
    trap="The list is empty, and no error, where the person ticked no Page; a Page may have no account linked to it.",
    kinds=(LINKED,),
)  # fmt: skip
ACCOUNT: Final = Call("account", "GET", "/{version}/{account}", Feature.CONNECT, _READING, _GRAPH, _CALLS)

# what is told on its own
_TRAP: Final = "Nothing comes before the app is live and has Advanced Access, nor from accounts that are not public."
SUBSCRIBE: Final = Call(
    "subscribe", "POST", "/{version}/me/subscribed_apps", Feature.NOTICES, ((BASIC, COMMENTS),), _GRAPH, _CALLS,
    trap=_TRAP, kinds=(OWN,),
)  # fmt: skip
FB_SUBSCRIBE: Final = Call(
    "fb_subscribe", "POST", "/{version}/{account}/subscribed_apps", Feature.NOTICES, ((FB_BASIC, FB_COMMENTS),),
    _FACEBOOK, _CALLS, trap=_TRAP, kinds=(LINKED,),
)  # fmt: skip

# publishing
QUOTA: Final = Call(
    "quota", "GET", "/{version}/{account}/content_publishing_limit", Feature.PUBLISH, _WRITING, _GRAPH, _CALLS
)
CREATE: Final = Call(
    "create", "POST", "/{version}/{account}/media", Feature.PUBLISH, _WRITING, _GRAPH, (*_CALLS, "containers")
)
UPLOAD: Final = Call("upload", "POST", "/ig-api-upload/{version}/{id}", Feature.PUBLISH, _WRITING, "upload")
PUBLISH_POST: Final = Call(
    "publish", "POST", "/{version}/{account}/media_publish", Feature.PUBLISH, _WRITING, _GRAPH, (*_CALLS, "posts")
)
COMMENT: Final = Call(
    "comment", "POST", "/{version}/{id}/comments", Feature.COMMENT, _COMMENTING, _GRAPH, _CALLS,
    trap="Asked for `fields`, Instagram writes the comment and answers with an error: only `message` is sent.",
)  # fmt: skip

# reading
OWN_POSTS: Final = Call("own_posts", "GET", "/{version}/{account}/media", Feature.READ, _READING, _GRAPH, _CALLS)
STORIES: Final = Call("stories", "GET", "/{version}/{account}/stories", Feature.READ, _READING, _GRAPH, _CALLS)
COMMENTS_BELOW: Final = Call(
    "comments", "GET", "/{version}/{id}/comments", Feature.COMMENT, _COMMENTING, _GRAPH, _CALLS
)
ACCOUNT_INSIGHTS: Final = Call(
    "account_insights", "GET", "/{version}/{account}/insights", Feature.METRICS, _COUNTING, _GRAPH, _CALLS,
    trap="Without the permission, and for what is not known, the list may be empty: that is no zero.",
)  # fmt: skip
POST_INSIGHTS: Final = Call(
    "post_insights", "GET", "/{version}/{id}/insights", Feature.METRICS, _COUNTING, _GRAPH, _CALLS,
    trap="One name that a post of this kind does not have fails the whole call; stories with few viewers have none.",
)  # fmt: skip
BATCH: Final = Call(
    "batch", "POST", "/{version}/", Feature.METRICS, ((FB_BASIC, FB_READ),), _FACEBOOK, _CALLS,
    trap="Each read in it counts as a call, and is refused by itself: the answer as a whole is a success all the same.",
    kinds=(LINKED,),
)  # fmt: skip
CONTAINER: Final = Call(
    "container", "GET", "/{version}/{id}", Feature.PUBLISH, _READING, _GRAPH, _CALLS,
    trap="A fresh one may be answered as if it were not there: that proves nothing.",
)  # fmt: skip
POST: Final = Call("post", "GET", "/{version}/{id}", Feature.READ, _READING, _GRAPH, _CALLS)
REMOVE: Final = Call(
    "remove", "DELETE", "/{version}/{id}", Feature.DELETE, ((FB_BASIC, FB_CONTENTS),), _FACEBOOK, _CALLS,
    trap="Only for accounts that were connected through Facebook; a carousel goes as a whole.", kinds=(LINKED,),
)  # fmt: skip

CALLS: Final = (
    CODE_TO_TOKEN, LONG_TOKEN, RENEW, ME, FORGET, FB_TOKEN, FB_EXCHANGE, FB_INSPECT, FB_PAGES, ACCOUNT, SUBSCRIBE,
    FB_SUBSCRIBE, QUOTA, CREATE, UPLOAD, PUBLISH_POST, COMMENT, OWN_POSTS, STORIES, COMMENTS_BELOW, ACCOUNT_INSIGHTS,
    POST_INSIGHTS, BATCH, CONTAINER, POST, REMOVE,
)  # fmt: skip
