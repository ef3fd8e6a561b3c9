"""Each request that is made to Threads, and the permissions it needs.

https://developers.facebook.com/documentation/threads/get-started/get-access-tokens-and-permissions. Writes go to "me":
a numeric id that has become stale is answered as if nothing were there.
"""

from __future__ import annotations

from typing import Final

from apps.platforms.calls import Call, Feature

BASIC: Final = "threads_basic"
PUBLISH: Final = "threads_content_publish"
MANAGE_REPLIES: Final = "threads_manage_replies"
READ_REPLIES: Final = "threads_read_replies"
INSIGHTS: Final = "threads_manage_insights"
DELETE: Final = "threads_delete"
SHARE: Final = "threads_share_to_instagram"  # asked for only where the app is registered with it

SCOPES: Final = (BASIC, PUBLISH, MANAGE_REPLIES, READ_REPLIES, INSIGHTS, DELETE)

_CALLS, _POSTS, _REPLIES, _DELETIONS = "calls", "posts", "replies", "deletions"  # the limits they count against
_GRAPH: Final = "graph"
_WRITING: Final = ((BASIC, PUBLISH),)
_REPLYING: Final = ((BASIC, PUBLISH, MANAGE_REPLIES),)

CODE_TO_TOKEN: Final = Call("code_to_token", "POST", "/oauth/access_token", Feature.CONNECT, endpoint=_GRAPH)
APP_TOKEN: Final = Call("app_token", "GET", "/oauth/access_token", Feature.CONNECT, endpoint=_GRAPH)
LONG_TOKEN: Final = Call("long_token", "GET", "/access_token", Feature.CONNECT, endpoint=_GRAPH)
RENEW: Final = Call(
    "renew", "GET", "/refresh_access_token", Feature.CONNECT, ((BASIC,),), _GRAPH,
    trap="A token that is over cannot be renewed any more, and one younger than 24 hours not yet.",
)  # fmt: skip
INSPECT: Final = Call(
    "inspect", "GET", "/{version}/debug_token", Feature.CONNECT, (), _GRAPH, (_CALLS,),
    trap="Answers tokens of people who are testers of the app only; without it the granted scopes are not known.",
)  # fmt: skip
ME: Final = Call("me", "GET", "/{version}/me", Feature.CONNECT, ((BASIC,),), _GRAPH, (_CALLS,))

QUOTA: Final = Call(
    "quota", "GET", "/{version}/me/threads_publishing_limit", Feature.PUBLISH, _WRITING, _GRAPH, (_CALLS,)
)
REPLY_QUOTA: Final = Call(
    "reply_quota", "GET", "/{version}/me/threads_publishing_limit", Feature.COMMENT, _REPLYING, _GRAPH, (_CALLS,)
)
CREATE: Final = Call("create", "POST", "/{version}/me/threads", Feature.PUBLISH, _WRITING, _GRAPH, (_CALLS,))
CREATE_REPLY: Final = Call(
    "create_reply", "POST", "/{version}/me/threads", Feature.COMMENT, _REPLYING, _GRAPH, (_CALLS,),
    trap="Replies are taken only below posts of the account itself.",
)  # fmt: skip
PUBLISH_POST: Final = Call(
    "publish", "POST", "/{version}/me/threads_publish", Feature.PUBLISH, _WRITING, _GRAPH, (_CALLS, _POSTS)
)
PUBLISH_REPLY: Final = Call(
    "publish_reply", "POST", "/{version}/me/threads_publish", Feature.COMMENT, _REPLYING, _GRAPH, (_CALLS, _REPLIES)
)
REPOST: Final = Call(
    "repost", "POST", "/{version}/{id}/repost", Feature.PUBLISH, _WRITING, _GRAPH, (_CALLS, _POSTS),
    trap="It is public at once: nothing is prepared that could tell of a lost answer.",
)  # fmt: skip

OWN_POSTS: Final = Call("own_posts", "GET", "/{version}/me/threads", Feature.READ, ((BASIC,),), _GRAPH, (_CALLS,))
OWN_REPLIES: Final = Call(
    "own_replies", "GET", "/{version}/me/replies", Feature.READ, ((BASIC, READ_REPLIES),), _GRAPH, (_CALLS,),
    trap="The account's own replies, too, cannot be read without the permission to read replies.",
)  # fmt: skip
ACCOUNT_INSIGHTS: Final = Call(
    "account_insights", "GET", "/{version}/me/threads_insights", Feature.METRICS, ((BASIC, INSIGHTS),), _GRAPH,
    (_CALLS,), trap="Without the permission the answer may be an empty list.",
)  # fmt: skip
POST_INSIGHTS: Final = Call(
    "post_insights", "GET", "/{version}/{id}/insights", Feature.METRICS, ((BASIC, INSIGHTS),), _GRAPH, (_CALLS,),
    trap="Without the permission the answer may be an empty list.",
)  # fmt: skip
CONTAINER: Final = Call(
    "container", "GET", "/{version}/{id}", Feature.PUBLISH, ((BASIC,),), _GRAPH, (_CALLS,),
    trap="`status` exists on containers only: asked of a published post, the whole call fails.",
)  # fmt: skip
POST: Final = Call("post", "GET", "/{version}/{id}", Feature.READ, ((BASIC,),), _GRAPH, (_CALLS,))
REMOVE: Final = Call(
    "remove", "DELETE", "/{version}/{id}", Feature.DELETE, ((BASIC, DELETE),), _GRAPH, (_CALLS, _DELETIONS)
)

CALLS: Final = (
    CODE_TO_TOKEN, APP_TOKEN, LONG_TOKEN, RENEW, INSPECT, ME, QUOTA, REPLY_QUOTA, CREATE, CREATE_REPLY, PUBLISH_POST,
    PUBLISH_REPLY, REPOST, OWN_POSTS, OWN_REPLIES, ACCOUNT_INSIGHTS, POST_INSIGHTS, CONTAINER, POST, REMOVE,
)  # fmt: skip
