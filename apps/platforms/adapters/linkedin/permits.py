"""The permission registry of LinkedIn: each request, and the scopes that are enough for it.

Scopes with "organization" in their name are for pages, the others for the member. Which of them an app may ask for is
decided by its products. https://learn.microsoft.com/en-us/linkedin/marketing/increasing-access
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from apps.platforms.calls import Call, Feature

PAGE: Final = "urn:li:organization:"
MEMBER: Final = "urn:li:person:"
PAGE_KIND: Final = "page"  # of channels
MEMBER_KIND: Final = "profile"

# What a comment needs is told differently by older and newer pages of the documentation: both are taken for pages,
# while an app that only shares for members is refused without the newer one.
_POST: Final = (("w_organization_social",), ("w_member_social",))
_COMMENT: Final = (("w_organization_social_feed",), ("w_organization_social",), ("w_member_social_feed",))
_READ: Final = (("r_organization_social",), ("r_member_social",))
_READ_COMMENTS: Final = (
    ("r_organization_social_feed",),
    ("r_organization_social",),
    ("r_member_social_feed",),
    ("r_member_social",),
)
_ADMIN: Final = (("rw_organization_admin",), ("r_organization_admin",))
_OWNED: Final = ("member_day", "app_day")
_READS: Final = ("reads_day",)
_WRITE_ONLY: Final = "with w_member_social alone it is refused: the app may write, and not look at what it wrote"

TOKEN = Call("token", "POST", "/oauth/v2/accessToken", Feature.CONNECT, endpoint="www")
REVOKE = Call("revoke", "POST", "/oauth/v2/revoke", Feature.CONNECT, endpoint="www")
_IDENTITY: Final = (("openid",), ("r_basicprofile",))  # the first for one address, the second for the other
USERINFO = Call("userinfo", "GET", "/v2/userinfo", Feature.CONNECT, _IDENTITY, counts_against=_READS)
ME = Call("me", "GET", "/v2/me", Feature.CONNECT, _IDENTITY, counts_against=_READS)
# Without these a consent still connects the member's own profile.
ROLES = Call("roles", "GET", "/rest/organizationAcls", Feature.CONNECT, counts_against=_READS)
PAGE_PROFILE = Call("page", "GET", "/rest/organizations/{id}", Feature.CONNECT, counts_against=_READS)

BEGIN_IMAGE = Call("begin_image", "POST", "/rest/images", Feature.PUBLISH, _POST, counts_against=_OWNED)
BEGIN_DOCUMENT = Call("begin_document", "POST", "/rest/documents", Feature.PUBLISH, _POST, counts_against=_OWNED)
VIDEOS = Call(
    "videos", "POST", "/rest/videos", Feature.PUBLISH, _POST, counts_against=_OWNED,
    trap="an upload that is begun and an upload that is finished are the same address, told apart by `action`",
)  # fmt: skip
UPLOAD = Call("upload", "PUT", "/dms-uploads/{path...}", Feature.PUBLISH, endpoint="www")
IMAGE = Call("image", "GET", "/rest/images/{urn}", Feature.PUBLISH, _POST, counts_against=_OWNED, trap=_WRITE_ONLY)
DOCUMENT = Call(
    "document", "GET", "/rest/documents/{urn}", Feature.PUBLISH, _POST, counts_against=_OWNED, trap=_WRITE_ONLY
)
VIDEO = Call("video", "GET", "/rest/videos/{urn}", Feature.PUBLISH, _POST, counts_against=_OWNED)
POST = Call(
    "post", "POST", "/rest/posts", Feature.PUBLISH, _POST, counts_against=_OWNED,
    trap="201 says accepted, not visible: media may still fail, and the post vanishes",
)  # fmt: skip
COMMENT = Call(
    "comment", "POST", "/rest/socialActions/{urn}/comments", Feature.COMMENT, _COMMENT, counts_against=_OWNED
)

EDIT = Call("edit", "POST", "/rest/posts/{urn}", Feature.EDIT, _POST, counts_against=_OWNED)
DELETE = Call("delete", "DELETE", "/rest/posts/{urn}", Feature.DELETE, _POST, counts_against=_OWNED)

POSTS = Call("posts", "GET", "/rest/posts", Feature.READ, _READ, counts_against=_READS)
ONE_POST = Call("one_post", "GET", "/rest/posts/{urn}", Feature.READ, _READ, counts_against=_READS)
COMMENTS = Call(
    "comments", "GET", "/rest/socialActions/{urn}/comments", Feature.READ, _READ_COMMENTS, counts_against=_READS
)

SHARE_STATISTICS = Call(
    "share_statistics", "GET", "/rest/organizationalEntityShareStatistics", Feature.METRICS, _ADMIN,
    counts_against=_READS,
    trap="a post without figures yet is left out of the answer; the member has to be ADMINISTRATOR of the page",
)  # fmt: skip
FOLLOWER_STATISTICS = Call(
    "follower_statistics", "GET", "/rest/organizationalEntityFollowerStatistics", Feature.METRICS, _ADMIN,
    counts_against=_READS,
)  # fmt: skip
PAGE_STATISTICS = Call(
    "page_statistics", "GET", "/rest/organizationPageStatistics", Feature.METRICS, _ADMIN, counts_against=_READS
)
NETWORK_SIZE = Call("network_size", "GET", "/rest/networkSizes/{urn}", Feature.METRICS, _ADMIN, counts_against=_READS)
SOCIAL_METADATA = Call(
    "social_metadata", "GET", "/rest/socialMetadata/{urn}", Feature.METRICS, _READ_COMMENTS[:2], counts_against=_READS
)
MEMBER_POSTS = Call(
    "member_posts", "GET", "/rest/memberCreatorPostAnalytics", Feature.METRICS, (("r_member_postAnalytics",),),
    counts_against=_READS, trap="tells one figure in each answer",
)  # fmt: skip
MEMBER_FOLLOWERS = Call(
    "member_followers", "GET", "/rest/memberFollowersCount", Feature.METRICS, (("r_member_profileAnalytics",),),
    counts_against=_READS,
)  # fmt: skip
LISTEN = Call(
    "listen", "PUT", "/rest/eventSubscriptions/{key}", Feature.NOTICES, _ADMIN, counts_against=_READS,
    trap="it ends without a word when the consent or the role of ADMINISTRATOR ends",
)  # fmt: skip
FORGET = Call("forget", "DELETE", "/rest/eventSubscriptions/{key}", Feature.NOTICES, _ADMIN, counts_against=_READS)

_MADE: Final = (
    TOKEN, REVOKE, USERINFO, ME, ROLES, PAGE_PROFILE, BEGIN_IMAGE, BEGIN_DOCUMENT, VIDEOS, UPLOAD, IMAGE, DOCUMENT,
    VIDEO, POST, COMMENT, EDIT, DELETE, POSTS, ONE_POST, COMMENTS, SHARE_STATISTICS, FOLLOWER_STATISTICS,
    PAGE_STATISTICS, NETWORK_SIZE, SOCIAL_METADATA, MEMBER_POSTS, MEMBER_FOLLOWERS, LISTEN, FORGET,
)  # fmt: skip


def for_author(call: Call, author: str) -> Call:
    """`call` with the scopes that are enough for this author: one for members does not let anybody act for a page."""
    return _for_kind(call, PAGE_KIND if author.startswith(PAGE) else MEMBER_KIND) or call


def _for_kind(call: Call, kind: str) -> Call | None:
    """`call` as a kind of channel makes it; None where it has no scopes of that kind."""
    word = "organization" if kind == PAGE_KIND else "member"
    own = tuple(wanted for wanted in call.scopes if any(word in scope for scope in wanted))
    return replace(call, scopes=own, kinds=(kind,)) if own else None


def _by_kind(calls: Iterable[Call]) -> Iterator[Call]:
    for call in calls:
        kinds = [made for kind in (PAGE_KIND, MEMBER_KIND) if (made := _for_kind(call, kind)) is not None]
        yield from kinds or [call]


CALLS: Final = tuple(_by_kind(_MADE))
