"""The version, and what an operator sets up, as data.

https://developers.pinterest.com/docs/key-concepts/access-tiers/ and
https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/
"""

from __future__ import annotations

from typing import Final

from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion

VERSION: Final = ApiVersion(
    "v5",
    "Its minor versions only add; the ones before it were switched off, v4 in June 2024.",
    "https://github.com/pinterest/api-description",
)

SETUP: Final = Setup(
    portal="https://developers.pinterest.com/apps/",
    steps=(
        "Convert the Pinterest account that shall own the app to a business account, and register an app with it.",
        "Take the app id and the app secret key from the app's page.",
        "Enter the redirect address of this Postroom in the app's Configure tab, exactly as it is shown here.",
        "Ask for Trial access; with it boards can be read, and the upgrade can be asked for.",
        "Ask for Standard access, with a video that shows an account being connected here and a Pin being created.",
    ),
    review=(
        "Pinterest examines the request for Standard access by its video. Until it is granted, an app can connect "
        "accounts and read boards, but Pinterest refuses each Pin that it creates."
    ),
    gaps=(
        "Making boards and sections, saving other people's Pins, and changing single pictures of a carousel.",
        "Private notes, sponsors, product tags and Pins on behalf of another account (Business Access).",
        "Taking the link away from a published Pin: it can be changed here, and removed at Pinterest.",
        "Figures of Pins from more than 89 days ago, and watch time, whose unit is not documented.",
    ),
    notes=(
        "Comments, threads, posts of words alone, polls and documents do not exist in the API, and nor does a post at "
        "a later hour.",
        "Pinterest fetches pictures from public addresses of this Postroom, and downloads them while it creates the "
        "Pin. Where it cannot reach one, the pictures go along with the Pin itself, up to 10 MB together.",
        "A carousel has one alt text: those of its pictures are put together, a line for each.",
        "The pictures of a carousel should be of one size.",
        "Secret boards are offered where the app is registered with the scopes boards:read_secret, "
        "boards:write_secret, pins:read_secret and pins:write_secret.",
        "Tokens have no call that gives them back: they end by themselves, or the person removes the app in their "
        "settings at Pinterest.",
        "Refresh tokens are continuous: 60 days, and 60 new ones with each renewal. Whether a renewal ends the token "
        "before it is not documented, so that a lost answer counts as one that may have.",
        "PINTEREST_API_URL=https://api-sandbox.pinterest.com leads to Pinterest's API Sandbox, which takes only tokens "
        "from the app's Configure tab.",
        "A description has 500 letters, as Pinterest's help pages say; its schema says 800. "
        "PINTEREST_MAX_DESCRIPTION=800 tells this Postroom to believe the schema.",
    ),
)
