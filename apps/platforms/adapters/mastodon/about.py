"""What an operator need not do, and what Postroom does not do at Mastodon servers."""

from __future__ import annotations

from typing import Final

from apps.platforms.setup import Setup

SETUP: Final = Setup(
    portal="",
    steps=(
        "Nothing: Postroom registers itself at each server when the first account of that server is connected.",
        "Members type the address of their server, or their handle, and allow access on its page.",
        "This Postroom must be allowed to reach servers on the internet by https; a server that is reached by plain "
        'http is named in the endpoint "trusted".',
    ),
    review="Nobody examines anything.",
    gaps=(
        "Boosting posts, custom emoji, and quoting posts of other accounts.",
        "Editing the choices of a poll.",
        "Changing the files of a published post, or their alt texts.",
        "Notifications: servers have no webhooks for applications, so nothing tells Postroom of replies and mentions.",
        "Who favourited and boosted a post, and the votes of a poll beyond the raw answer.",
    ),
    notes=(
        "Every server has its own limits of length, files and sizes; they are read when an account is connected and "
        "at each check.",
        "Servers of other software (GoToSocial, Pleroma, Akkoma, Hollo, Takahe, Pixelfed) work with what they have: "
        "text is measured the careful way there, quotes are refused in words, and Pixelfed wants a picture.",
        "Pixelfed's tokens end after a while and are renewed; those of Mastodon last until somebody takes them back.",
        "A server that has forgotten Postroom's registration is registered at again when an account is connected.",
        "Figures are what the account's own server knows: favourites on other servers may be missing. There are no "
        "views, clicks or reach, and no history.",
        "Stories, documents and cards of one's own do not exist; a server makes a card of the first link in the text.",
        "The API has no versions: what a server can do is read from its answers.",
    ),
)
