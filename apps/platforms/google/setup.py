"""What whoever registers an app does in its project at Google, whichever of Google's platforms it is for."""

from __future__ import annotations

from typing import Final

SIGNALS_STEP: Final = (
    "To hear at once of people who take their consent back or lose their account (Cross-Account Protection): switch on "
    "the RISC API in the project and accept its terms, make a service account with the role RISC Configuration Admin, "
    "add Postroom's domain to the authorized domains, and as that service account register Postroom's address for "
    "Cross-Account Protection ({address} for the operator's app) with a POST to "
    "https://risc.googleapis.com/v1beta/stream:update, as https://developers.google.com/identity/protocols/risc says. "
    "A project has one address, which serves YouTube and Google Business alike."
)
IDENTITY_NOTE: Final = (
    "Connecting asks for `openid` as well, to know which connections are the same person's, and for `email`, without "
    "which Google tells nothing of a lost consent; the e-mail address is not kept."
)
