"""The calls that LinkedIn answers: path, method, handler, operation."""

from __future__ import annotations

from starlette.responses import Response

from apps.sandbox.core.calls import Call, Handler, Operation
from apps.sandbox.linkedin import (
    login,
    member_statistics,
    parts,
    people,
    pictures,
    posts,
    reading,
    social,
    statistics,
    subscriptions,
    videos,
)
from apps.sandbox.linkedin.access import rest

Row = tuple[str, str, Handler, Operation]
PAGING = ("start", "count")

OAUTH: tuple[Row, ...] = (
    ("/oauth/v2/authorization", "GET", login.authorize, "consent"),
    ("/oauth/v2/authorization", "POST", login.authorized, "consent"),
    ("/oauth/v2/accessToken", "POST", login.access_token, login.operation_of_token_call),
    ("/oauth/v2/introspectToken", "POST", login.introspect, "read"),
    ("/oauth/v2/revoke", "POST", login.revoke, "revoke"),
    ("/v2/userinfo", "GET", people.userinfo, "read"),
    ("/v2/me", "GET", people.me, "read"),
)

acls = rest(people.organization_acls, "organizationAcls", "FINDER", {"q", "role", "state", *PAGING})
by_name = rest(people.organizations_by_name, "organizations", "FINDER", {"q", "vanityName", *PAGING})
lookup = rest(people.organizations_lookup, "organizationsLookup", "BATCH_GET", {"ids"})
PEOPLE: tuple[Row, ...] = (
    ("/rest/organizationAcls", "GET", acls, "read"),
    ("/rest/organizations/{id}", "GET", rest(people.organization, "organizations", "GET"), "read"),
    ("/rest/organizations", "GET", by_name, "read"),
    ("/rest/organizationsLookup", "GET", lookup, "read"),
)

POSTS = "partnerApiPostsExternal"
by_author = rest(reading.by_author, POSTS, "FINDER", {"q", "author", "sortBy", "viewContext", *PAGING})
batch_get = rest(reading.batch_get, POSTS, "BATCH_GET", {"ids", "viewContext"})


async def list_posts(call: Call) -> Response:
    """Two calls with one address."""
    return await (batch_get if call.fields.has("ids") else by_author)(call)


PUBLISHING: tuple[Row, ...] = (
    ("/rest/posts", "POST", rest(posts.create, POSTS, "CREATE"), "commit"),
    ("/rest/posts", "GET", list_posts, "find"),
    ("/rest/posts/{urn}", "GET", rest(reading.get, POSTS, "GET", {"viewContext"}), "find"),
    ("/rest/posts/{urn}", "POST", rest(posts.edit, POSTS, "PARTIAL_UPDATE"), "edit"),
    ("/rest/posts/{urn}", "DELETE", rest(posts.delete, POSTS, "DELETE"), "delete"),
    ("/feed/update/{urn}/", "GET", reading.web_page, "read"),
)

new_image = rest(pictures.initialize("image", "uploaded-image/0"), "images", "ACTION", {"action"})
new_document = rest(pictures.initialize("document", "0"), "documents", "ACTION", {"action"})
PICTURES: tuple[Row, ...] = (
    ("/rest/images", "POST", new_image, "stage"),
    ("/rest/images/{urn}", "GET", rest(pictures.look("image"), "images", "GET"), "stage"),
    ("/rest/documents", "POST", new_document, "stage"),
    ("/rest/documents/{urn}", "GET", rest(pictures.look("document"), "documents", "GET"), "stage"),
    ("/dms-uploads/{id}/uploaded-image/0", "PUT", pictures.put_image, "stage"),
)

VIDEOS: tuple[Row, ...] = (
    ("/rest/videos", "POST", rest(videos.act, "videos", "ACTION", {"action"}), "stage"),
    ("/rest/videos/{urn}", "GET", rest(videos.look, "videos", "GET"), "stage"),
    ("/dms-uploads/{id}/thumbnail", "PUT", parts.put_thumbnail, "stage"),
    ("/dms-uploads/{id}/captions", "PUT", parts.put_captions, "stage"),
    ("/dms-uploads/{id}/captions", "POST", parts.put_captions, "stage"),
)

_INTERVALS = {"q", "timeIntervals", *PAGING}
_SHARES = {"organizationalEntity", "shares", "ugcPosts", *_INTERVALS}
share_figures = rest(statistics.share_statistics, "organizationalEntityShareStatistics", "FINDER", _SHARES)
followers = rest(
    statistics.follower_statistics, "organizationalEntityFollowerStatistics", "FINDER",
    {"organizationalEntity", *_INTERVALS},
)  # fmt: skip
views = rest(statistics.page_statistics, "organizationPageStatistics", "FINDER", {"organization", *_INTERVALS})
size = rest(statistics.network_size, "networkSizes", "GET", {"edgeType"})
own_figures = rest(
    member_statistics.post_analytics, "memberCreatorPostAnalytics", "FINDER",
    {"q", "entity", "queryType", "aggregation", "dateRange", *PAGING},
)  # fmt: skip
own_followers = rest(member_statistics.followers, "memberFollowersCount", "FINDER", {"q", "dateRange", *PAGING})
FIGURES: tuple[Row, ...] = (
    ("/rest/organizationalEntityShareStatistics", "GET", share_figures, "metrics"),
    ("/rest/organizationalEntityFollowerStatistics", "GET", followers, "metrics"),
    ("/rest/organizationPageStatistics", "GET", views, "metrics"),
    ("/rest/networkSizes/{urn}", "GET", size, "metrics"),
    ("/rest/socialMetadata/{urn}", "GET", rest(social.metadata, "socialMetadata", "GET"), "metrics"),
    ("/rest/memberCreatorPostAnalytics", "GET", own_figures, "metrics"),
    ("/rest/memberFollowersCount", "GET", own_followers, "metrics"),
)

SOCIAL: tuple[Row, ...] = (
    ("/rest/socialActions/{urn}/comments", "POST", rest(social.comment, "socialActions.comments", "CREATE"), "comment"),
    (
        "/rest/socialActions/{urn}/comments", "GET",
        rest(social.comments, "socialActions.comments", "GET_ALL", PAGING), "find",
    ),
)  # fmt: skip

NOTICES = "organizationalEntityNotifications"
notices = rest(subscriptions.notices, NOTICES, "FINDER", {"q", "organizationalEntity", "actions", *PAGING})
SUBSCRIPTIONS: tuple[Row, ...] = (
    ("/rest/eventSubscriptions/{key}", "PUT", rest(subscriptions.subscribe, "eventSubscriptions", "UPDATE"), "read"),
    ("/rest/eventSubscriptions/{key}", "GET", rest(subscriptions.get, "eventSubscriptions", "GET"), "read"),
    (
        "/rest/eventSubscriptions/{key}",
        "DELETE",
        rest(subscriptions.unsubscribe, "eventSubscriptions", "DELETE"),
        "read",
    ),
    ("/rest/organizationalEntityNotifications", "GET", notices, "read"),
)

ROWS: tuple[Row, ...] = (*OAUTH, *PEOPLE, *PUBLISHING, *PICTURES, *VIDEOS, *SOCIAL, *FIGURES, *SUBSCRIPTIONS)

# The body is left for the handler to read.
STREAMS: tuple[Row, ...] = (
    ("/dms-uploads/{id}/0", "PUT", pictures.put_document, "stage"),
    ("/dms-uploads/{id}/uploadedVideo", "PUT", parts.put, "stage"),
)
