"""What an operator does at Google, and what Postroom does not do on YouTube."""

from __future__ import annotations

from typing import Final

from apps.platforms.google.setup import IDENTITY_NOTE, SIGNALS_STEP
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion

VERSION: Final = ApiVersion(
    name="v3",
    rhythm=(
        "The version is part of each path and has no date. YouTube means to keep old behaviour for about six months "
        "after it announces an incompatible change."
    ),
    source="https://developers.google.com/youtube/v3/revision_history",
)

SETUP: Final = Setup(
    portal="https://console.cloud.google.com",
    steps=(
        "Create a project of its own for Postroom: Google allows one project for each application.",
        "Switch on the YouTube Data API v3 and the YouTube Analytics API in it.",
        "Set up the consent screen with the scopes listed above, a privacy policy that names YouTube API Services, and "
        "publish it: while it is in testing, every connection ends after seven days.",
        "Create an OAuth client of the kind web application, and enter Postroom's callback address exactly as Postroom "
        "shows it: https, or localhost for a trial.",
        "Give Postroom the client id and the client secret.",
        "For notices of new videos, set YOUTUBE_VERIFY_TOKEN and YOUTUBE_WEBHOOK_SECRETS to words of your own: "
        "Postroom subscribes its address /inbound/youtube/ at YouTube's hub with them, and renews that in time.",
        SIGNALS_STEP.format(address="/inbound/youtube/"),
    ),
    review=(
        "The scopes count as sensitive. Until Google has verified the app, people see a warning and at most 100 of "
        "them can connect. A larger quota needs YouTube's compliance audit."
    ),
    gaps=(
        "Community posts, pinned comments and pictures: YouTube has no API for them.",
        "Live streams, premieres, translations, paid promotion and the date of recording.",
        "Scheduling by YouTube itself (publishAt): Postroom publishes on time with one request.",
        "Changing and deleting comments; changing who may see a video after it is published.",
        "Impressions of thumbnails, which only the reports in bulk have.",
    ),
    notes=(
        "A video goes up as private ahead of its hour, and is shown by one request at its hour. Until then nobody who "
        "visits the channel sees anything of it, on its pages, in searches or in feeds; a playlist has it already, and "
        "others do not see it there either. Whoever works in YouTube Studio of that channel does see it.",
        "A post that is cancelled, or gets another video, has its private video deleted (about 51 units, and 50 more "
        "out of a playlist); one that the channel's owner has shown to others by hand is left where it is. How "
        "long films take is measured, and the next ones begin that much sooner; YOUTUBE_STAGE_AHEAD_SECONDS says a "
        "fixed span instead.",
        "Until 2 November 2026 YouTube kept all uploads of a project private that it had not audited. It has lifted "
        "that; where a video stays private all the same, the post is shown as not published.",
        "Uploads of all channels together: 100 a day. Everything else shares 10,000 units: a post with thumbnail, "
        "playlist and first comment takes about 210 of them, and captions 400 more for each language.",
        "Captions are put on the video before its hour, and never keep a post back: what YouTube did not take is told "
        "with the published post.",
        "Giving a consent back would end every consent that the same Google user gave to Postroom's project. So it is "
        "given back with the last of their channels, and until then only forgotten here.",
        IDENTITY_NOTE,
        "Whether a video becomes a Short is YouTube's decision: square or upright, and three minutes at most.",
        "Authorized data has to be checked against the consent every 30 days, and deleted within 7 days of its end.",
    ),
)
