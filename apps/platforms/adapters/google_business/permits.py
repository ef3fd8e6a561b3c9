"""Every request to Google Business Profile, and how many of them there may be.

https://developers.google.com/my-business/content/limits. Posts live in the v4 API, which wants the account in each
path; the v1 APIs name a location without it. Whether posts count as edits of the profile is not documented: it is
assumed here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.calls import Call, Feature
from apps.platforms.google.keys import CONFIGURATION, KEYS
from apps.platforms.google.oauth import REVOKE, TOKEN
from apps.platforms.limits import Limit, Per

MANAGE: Final = "https://www.googleapis.com/auth/business.manage"
SCOPES: Final = (MANAGE,)

_MANAGE = ((MANAGE,),)
_READS, _EDITS = ("requests",), ("requests", "edits")
_POSTS, _POST = (
    "/v4/accounts/{account}/locations/{location}/localPosts",
    "/v4/accounts/{account}/locations/{location}/localPosts/{post}",
)
_ALSO_REJECTED = "A post is created with status 200 and may be rejected later: its `state` tells."
_ZERO = "A figure of nothing has no `value`."

ACCOUNTS = Call("accounts", "GET", "/v1/accounts", Feature.CONNECT, _MANAGE, endpoint="accounts")
LOCATIONS = Call(
    "locations", "GET", "/v1/accounts/{account}/locations", Feature.CONNECT, _MANAGE, endpoint="information",
    trap="Without readMask it is refused; accounts/- lists more, and does not tell whose they are.",
)  # fmt: skip
LOCATION = Call("location", "GET", "/v1/locations/{location}", Feature.CONNECT, _MANAGE, endpoint="information")
CREATE = Call("create", "POST", _POSTS, Feature.PUBLISH, _MANAGE, counts_against=_EDITS, trap=_ALSO_REJECTED)
LISTED = Call("listed", "GET", _POSTS, Feature.READ, _MANAGE, counts_against=_READS)
LOOK = Call("look", "GET", _POST, Feature.READ, _MANAGE, counts_against=_READS)
EDIT = Call("edit", "PATCH", _POST, Feature.EDIT, _MANAGE, counts_against=_EDITS)
DELETE = Call("delete", "DELETE", _POST, Feature.DELETE, _MANAGE, counts_against=_EDITS)
FIGURES = Call(
    "figures", "GET", "/v1/locations/{location}:fetchMultiDailyMetricsTimeSeries", Feature.METRICS, _MANAGE,
    endpoint="performance", trap=_ZERO,
)  # fmt: skip

CALLS: Final = (
    TOKEN, REVOKE, CONFIGURATION, KEYS, ACCOUNTS, LOCATIONS, LOCATION, CREATE, LISTED, LOOK, EDIT, DELETE, FIGURES,
)  # fmt: skip

_MINUTE = timedelta(minutes=1)

LIMITS: Final = (
    Limit("edits", "changes of one profile", Per.ACCOUNT, 10, _MINUTE),
    Limit("requests", "requests of the whole app to the API of posts", Per.APP, 300, _MINUTE),
)
