"""Limits, the version, and what an operator sets up, as data.

https://developers.facebook.com/docs/instagram-platform/overview and .../instagram-api-with-instagram-login
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.adapters.instagram.requests import FB_SCOPES
from apps.platforms.limits import Limit, Per
from apps.platforms.meta import versions
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion

_DAY: Final = timedelta(hours=24)

LIMITS: Final = (
    Limit("app", "calls of our app: 200 for each of its daily users", Per.APP, None, timedelta(hours=1)),
    Limit("account", "calls for one account: 4,800 for each time it was seen that day", Per.ACCOUNT, None, _DAY),
    # Pages of the documentation say 25, 50 and 100.
    Limit("posts", "posts published through the API; the account's own answer tells how many", Per.ACCOUNT, None, _DAY),
    Limit("containers", "preparations; a carousel of ten makes eleven", Per.ACCOUNT, 400, _DAY),
)

VERSION: Final[ApiVersion] = versions.GRAPH[versions.CURRENT]

SETUP: Final = Setup(
    portal="https://developers.facebook.com/apps/",
    steps=(
        "Create an app of type Business and add the product Instagram, with API setup with Instagram login.",
        "Take the Instagram app id and the Instagram app secret from that page: they are not those of the Meta app, "
        "with which Instagram says no more than that the platform app is invalid.",
        "Under Business login settings enter the redirect address of this Postroom, exactly as it is shown here: it "
        "must be https, and a slash that the page adds at its end makes it another address.",
        "There too, enter /compliance/instagram/deauthorize/ of this Postroom as deauthorize callback, and "
        "/compliance/instagram/deletion/ as data deletion request URL.",
        "Add the permissions that are named above.",
        "For notices, enter the address /inbound/instagram/ and INSTAGRAM_VERIFY_TOKEN under Webhooks, and choose the "
        "fields comments, live_comments, mentions and messages.",
        "To connect accounts by the Facebook Pages that they are linked to instead, add Facebook Login to the app, "
        "enter the same addresses there, and in Postroom the id and secret of the Meta app and "
        "INSTAGRAM_LOGIN_WITH=facebook: "
        f"the permissions are then {', '.join(FB_SCOPES)}.",
        "Until the app has Advanced Access, invite each account as an Instagram tester; it accepts on instagram.com "
        "under Apps and websites.",
    ),
    review=(
        "Meta examines each permission (Advanced Access) and the business behind the app; without it only testers can "
        "connect. Webhooks need the app to be live. A permission that is not used for 90 days must be granted again."
    ),
    gaps=(
        "Product tags, paid partnerships and their sponsors, sound from Instagram's library: their names are known, "
        "and not what they look like.",
        "Replies to comments, their hiding and deletion, and private messages.",
        "Accounts by Facebook Login whose Page only a business holds are found where Facebook lists that Page among "
        "the person's own; the lists of businesses are not searched.",
        "Several stories in one post: each is a post of its own.",
        "Figures of followers by country, city, age and gender.",
    ),
    notes=(
        "Only professional accounts (business or creator) can be connected; personal ones have no API.",
        "Only accounts that were connected through Facebook name places, and have their posts deleted from here.",
        "Posts of text or of a link alone, stickers and links in stories, scheduling at the platform and changing a "
        "published post do not exist in the API.",
        "Instagram fetches files from public addresses of this Postroom: they must be reachable from the internet, for "
        "the visitor facebookexternalhit too, without redirects. A video without such an address is uploaded.",
        "All pictures of a carousel are cropped to the shape of the first.",
        "Figures come up to 48 hours late and are kept for 90 days, those of a story for 24 hours.",
        "Which secret signs what comes on its own is not documented: the Instagram app's is tried, and the webhook "
        "secret where one is entered.",
    ),
)
