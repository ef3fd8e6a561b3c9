"""What an operator does at TikTok, and what Postroom does not do there."""

from __future__ import annotations

from typing import Final

from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion

VERSION: Final = ApiVersion(
    name="v2",
    rhythm=(
        "There is one version, without a date, and no announced rhythm. Earlier interfaces were given some months: the "
        "Share Video API had its notice in April 2023 and ended in September."
    ),
    source="https://developers.tiktok.com/doc/content-posting-api-get-started/",
)

SETUP: Final = Setup(
    portal="https://developers.tiktok.com/apps",
    steps=(
        "Register an app and add the products Login Kit and Content Posting API, the latter with Direct Post.",
        "Add the scopes user.info.basic, user.info.profile, user.info.stats, video.list, video.upload and "
        "video.publish.",
        "Enter the redirect address exactly as Postroom shows it: https, without anything behind a question mark. For "
        "a trial on your own machine register a desktop app, which takes localhost and 127.0.0.1 with a port.",
        "Verify the domain (or the beginning of the address) at which Postroom's media is public: TikTok fetches "
        "pictures from nowhere else.",
        "Enter Postroom's address /inbound/tiktok/ as the callback URL of the app.",
        "Give Postroom the client key as client id, and the client secret.",
    ),
    review=(
        "Until the app has passed TikTok's audit, five people a day can post, their accounts have to be private, and "
        "all posts are for themselves only. TikTok says that it does not accept a tool that only serves the accounts "
        "of its own team. Scopes are reviewed one by one, with a video of each in use."
    ),
    gaps=(
        "Text posts, comments, messages, subtitles, and changing or deleting a post: the API has none of them.",
        "A cover picture of one's own: a frame of the video can be chosen.",
        "Reach, watch time and audience, which only TikTok's API for Business tells.",
        "Videos that TikTok fetches: they are uploaded instead, for fetching is known to hang.",
        "Breaking off a post while TikTok fetches its pictures.",
    ),
    notes=(
        "A video goes up ahead in chunks, but for its last one: with that TikTok publishes it, after it has looked at "
        "it. TikTok may refuse a video after it took it (frame rate, spam); it says so by webhook.",
        "Who can see a post has to be chosen for each post; TikTok wants no default. Comments, duets and stitches are "
        "off until they are switched on, as its audit wants it.",
        'Whoever posts agrees to TikTok\'s "Music Usage Confirmation", which TikTok wants to be said where a post is '
        "written.",
        "Pictures whose answer was lost cannot be proven absent: a person is asked before they are sent again.",
        "A refresh token works once. TikTok's pages of November 2026 give an access token two hours and a refresh "
        "token 180 days; Postroom goes by what each answer says.",
        "Addresses of avatars and covers end within hours, and are not kept.",
    ),
)
