"""Limits, the version, and what an operator sets up, as data.

https://developers.facebook.com/documentation/threads/overview and .../troubleshooting
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.limits import Limit, Per
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion

_DAY: Final = timedelta(hours=24)

LIMITS: Final = (
    Limit("posts", "posts published through the API; a carousel is one", Per.ACCOUNT, 250, _DAY),
    Limit("replies", "replies published through the API", Per.ACCOUNT, 1000, _DAY),
    Limit("deletions", "posts deleted through the API", Per.ACCOUNT, 100, _DAY),
    # 4,800 for each impression of the profile in that time, of which ten are the least that count.
    Limit("calls", "calls, at the least; profiles that are seen more have more", Per.TOKEN, 48_000, _DAY),
)

VERSION: Final = ApiVersion(
    "v1.0",
    "There is one version; changes come to it by a dated changelog, without a new number.",
    "https://developers.facebook.com/documentation/threads/changelog",
)

SETUP: Final = Setup(
    portal="https://developers.facebook.com/apps",
    steps=(
        'Create an app with the use case "Access the Threads API".',
        "Take the Threads app id and Threads app secret from App settings, Basic: they are not those of the Meta app.",
        "Enter the redirect address of this Postroom, exactly as it is shown here: it must be https, and a slash too "
        "many at its end is another address.",
        "Enter /compliance/threads/deauthorize/ of this Postroom as uninstall callback, and "
        "/compliance/threads/deletion/ as delete callback.",
        "Add the permissions threads_basic, threads_content_publish, threads_manage_replies, threads_read_replies, "
        "threads_manage_insights and threads_delete.",
        'For notices, enter the address /inbound/threads/ and THREADS_VERIFY_TOKEN under "Real-time notifications", '
        "and choose the fields replies, delete and publish (mentions needs threads_manage_mentions).",
        "Until the app has Advanced Access, invite each profile as a Threads tester; it accepts in the Threads app "
        "under Website permissions.",
    ),
    review=(
        "Meta examines each permission (Advanced Access) and the business behind the app; without it only testers of "
        "the app can connect. Webhooks need the app to be live."
    ),
    gaps=(
        "Places, ranges of text hidden as spoilers, links and styling in an attached long text: their names are known, "
        "and not what they look like.",
        "Search by keyword, look-up of profiles, and moderation of replies beyond holding them for approval.",
        "Figures of followers by country, city, age and gender.",
    ),
    notes=(
        "Stories, scheduling at the platform, changing a published post, and private messages do not exist in the API.",
        "Threads fetches files from public addresses of this Postroom: they must be reachable from the internet.",
        "Threads tells which permissions were granted only of tokens of testers; of others it shows at the first "
        "refusal.",
        "Access has no call that gives it back: the person removes the app in the Threads settings, Website "
        "permissions.",
        "Which secret signs webhooks is not documented: the Threads app's is tried, and the webhook secret where one "
        "is entered.",
        "Somebody else's post is reposted by its number: Threads has no call that leads from an address to it, but for "
        "the account's own posts.",
        "Sharing to Instagram is asked for only where the app is registered with threads_share_to_instagram.",
    ),
)
