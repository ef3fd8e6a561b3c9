"""Limits, version and what an operator registers, as data.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from apps.platforms.limits import Limit, Per, Window
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion

_DAY: Final = timedelta(days=1)

# The numbers are those of the product Share on LinkedIn. Others are not published: an operator reads them in the
# portal, and LinkedIn's own refusal says when a day is used up. No header tells what is left.
LIMITS: Final = (
    Limit("member_day", "requests for one member to publish", Per.TOKEN, 150, _DAY, Window.MIDNIGHT_UTC),
    Limit("app_day", "requests of the whole app to publish", Per.APP, 100_000, _DAY, Window.MIDNIGHT_UTC),
    Limit("reads_day", "requests to each address that is read", Per.APP, None, _DAY, Window.MIDNIGHT_UTC),
)

VERSION: Final = ApiVersion(
    name="202609",
    rhythm="A version appears each month and lives for at least twelve; after that every call fails with status 426.",
    source="https://learn.microsoft.com/en-us/linkedin/marketing/versioning",
    released=date(2026, 9, 1),
    ends=date(2027, 9, 1),
)

SETUP: Final = Setup(
    portal="https://www.linkedin.com/developers/apps",
    steps=(
        "Create an app and let an administrator of your own LinkedIn page verify it.",
        "To publish for pages, request the product Community Management API; it has to be the only product of its app.",
        "To publish for members alone, an app with Share on LinkedIn and Sign In with LinkedIn using OpenID Connect is "
        "enough, and needs no review: enter its scopes as LINKEDIN_SCOPES=openid profile w_member_social.",
        "Enter Postroom's callback address, which begins with https, under Authorized redirect URLs.",
        "Copy client id and client secret into Postroom's settings.",
        "To hear of comments on pages, ask LinkedIn for webhooks, enter Postroom's address /inbound/linkedin/ in the "
        "tab Webhooks, and set LINKEDIN_APPLICATION_ID.",
    ),
    review="Community Management API is reviewed, first for a development tier with few calls a day, then for the "
    "standard tier. How long that takes is not told.",
    gaps=(
        "Posts for chosen audiences (targetEntities) are not made.",
        "Captions of a video are not sent along: how their upload looks is not documented for certain.",
        "Replies below comments are not written.",
        "Sponsored formats, among them the carousel, are advertising and are left out.",
    ),
    notes=(
        "Tokens last 60 days. A refresh token, for a year from the first consent, is given to approved partners only; "
        "without one, members connect again every 60 days.",
        "LinkedIn does not let apps read members' posts: a person looks up whether one whose answer was lost is out.",
        "Only administrators of a page may read its figures.",
    ),
)
