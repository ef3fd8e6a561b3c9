"""What an operator does for Bluesky, and what Postroom does not do there."""

from __future__ import annotations

from typing import Final

from apps.platforms.setup import Setup

SETUP: Final = Setup(
    portal="",
    steps=(
        "Nothing is registered anywhere. With app passwords Bluesky works at once: members make one in Bluesky under "
        "Settings, Privacy and security, App passwords.",
        "For sign-in in the browser Postroom needs a public https address without a port; it serves its own client "
        "metadata there.",
        "Make a key with `manage.py bluesky_key` and set it: sessions of a client with a key last for months, those of "
        "one without for two weeks. Keep old keys in the set: sessions end with the key that opened them.",
        "Keep the machine's time right: signatures that are minutes off are refused.",
    ),
    review="Nothing is examined.",
    gaps=(
        "Notifications, likes, reposts, follows, direct messages, and what others write.",
        "A video that lapsed before it was published is sent anew. Should Bluesky's video service say that it knows "
        "the film, without storing it again, the post cannot go out; which of the two it does is not documented.",
        "Granular permissions are understood; connecting asks for transition:generic, which every server knows.",
    ),
    notes=(
        "Files go up shortly before the hour: servers drop what no post names, some of them perhaps after minutes. A "
        "post carries the moment at which it went out, by which feeds are sorted, not that of its preparation.",
        "Published posts cannot be changed: a record may be written over, but the apps go on showing the first "
        "version. Scheduling at the platform, stories and polls do not exist.",
        "There are no webhooks. What happens on the network is read from streams (Jetstream, the firehose) or by "
        "asking for notifications; streams show what an account does and not who answers it, and have no guarantee of "
        "delivery.",
        "Views, reach, clicks and a history of figures are not told by anybody.",
        "With an app password an account may do all but manage itself; direct messages need the privileged kind.",
        "More than four pictures go out as a gallery, which apps older than June 2026 do not show.",
        "Servers that were not updated since take pictures up to 1 MB only, and their owners set limits of their own.",
        "Videos are worked on by Bluesky's video service, also for accounts on other servers; the account's e-mail "
        "address has to be confirmed.",
    ),
)
