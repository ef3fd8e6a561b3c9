"""What an operator does at Google, and what Postroom does not do on Google Business Profile."""

from __future__ import annotations

from typing import Final

from apps.platforms.google.setup import IDENTITY_NOTE, SIGNALS_STEP
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion

VERSION: Final = ApiVersion(
    name="v4",
    rhythm=(
        "The version is part of each path and has no date. Single APIs are retired with notice; posts are the last "
        "part of v4 for which no end is announced."
    ),
    source="https://developers.google.com/my-business/content/sunset-dates",
)

SETUP: Final = Setup(
    portal="https://console.cloud.google.com",
    steps=(
        "Create a project of its own for Postroom, and apply for Basic API Access with its number, as an owner or "
        "manager of a Business Profile that has been verified and active for 60 days.",
        "Once it is approved, switch on each of the APIs in the project: Google My Business, My Business Account "
        "Management, My Business Business Information and Business Profile Performance.",
        "Set up the consent screen with the scope listed above and publish it: while it is in testing, every "
        "connection ends after seven days.",
        "Create an OAuth client of the kind web application, and enter Postroom's callback address exactly as Postroom "
        "shows it: https, or localhost for a trial.",
        "Give Postroom the client id and the client secret.",
        SIGNALS_STEP.format(address="/inbound/google_business/"),
    ),
    review=(
        "Google reviews the application for access in about two weeks; until then the project has a quota of no "
        "requests at all."
    ),
    gaps=(
        "Scheduling and recurrence by Google itself: Postroom publishes on time with one request.",
        "Videos and products: posts cannot have them through the API.",
        "Changing title, time, offer and picture of a published post: delete it and publish another one.",
        "Alerts, reviews, the gallery, and search terms.",
        "Notices through Pub/Sub: none of them is about posts.",
        "A rejection that comes after publishing is not told by Google: it is seen in the profile.",
    ),
    notes=(
        "One consent gives all verified locations that the person manages. One that is reached through several "
        "accounts is offered once.",
        "The pictures of posts are fetched by Google, so that Postroom needs a public address.",
        "Begin and end of an event are those of the wall clock at the business: the offset that is entered with them "
        "is left out.",
        "Google tells no figures of single posts any more. Those of a location are two to five days late.",
        "Giving a consent back would end every consent that the same Google user gave to Postroom's project. So it is "
        "given back with the last of their locations, and until then only forgotten here.",
        IDENTITY_NOTE,
        "Telephone numbers in the text are a reason for rejection: use the button Call now.",
    ),
)
