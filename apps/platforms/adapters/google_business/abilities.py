"""What Google Business Profile takes: https://developers.google.com/my-business/content/posts-data.

The lengths of a text and of a title are not documented; they are what the API answers to longer ones. How small a photo
of a post may be is not documented either: that of a profile has 250 x 250 pixels, others tell of 400 x 300 for posts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.contract import Draft
from apps.platforms.formats import format_of, format_option
from apps.platforms.insights import Metric

UPDATE, EVENT, OFFER = "update", "event", "offer"
TOPICS: Final = {UPDATE: "STANDARD", EVENT: "EVENT", OFFER: "OFFER"}
CALL: Final = "CALL"
MAX_TEXT: Final = 1500
MAX_TITLE: Final = 58
MAX_TERMS: Final = 5000
MAX_IMAGE_BYTES: Final = 5 * 1024 * 1024  # of a photo of the profile; that of a post is not documented
MIN_WIDTH, MIN_HEIGHT = 400, 300

FORMATS: Final = (Format(UPDATE, "Update"), Format(EVENT, "Event"), Format(OFFER, "Offer"))

_ACTIONS = (
    ("", "No button"),
    ("BOOK", "Book"),
    ("ORDER", "Order online"),
    ("SHOP", "Buy"),
    ("LEARN_MORE", "Learn more"),
    ("SIGN_UP", "Sign up"),
    (CALL, "Call now"),
)
_WITH_BUTTON, _WITH_TIME, _OFFER = (UPDATE, EVENT), (EVENT, OFFER), (OFFER,)

OPTIONS: Final = (
    format_option(FORMATS),
    Option("action", "Button", choices=_ACTIONS, kind=OptionKind.CHOICE, formats=_WITH_BUTTON),
    Option("action_url", "Where the button leads", kind=OptionKind.URL, formats=_WITH_BUTTON),
    Option("event_title", "Title", required=True, max_length=MAX_TITLE, formats=_WITH_TIME),
    Option("event_start", "Begins", required=True, kind=OptionKind.MOMENT, formats=_WITH_TIME),
    Option("event_end", "Ends", required=True, kind=OptionKind.MOMENT, formats=_WITH_TIME),
    Option("coupon", "Coupon code", formats=_OFFER),
    Option("redeem_url", "Where the offer is redeemed", kind=OptionKind.URL, formats=_OFFER),
    Option("terms", "Terms and conditions", kind=OptionKind.LONG_TEXT, max_length=MAX_TERMS, formats=_OFFER),
)

CAPABILITIES: Final = Capabilities(
    max_text=MAX_TEXT,
    counting=Counting.CODE_POINTS,
    max_media=1,
    media_types=frozenset({"image/jpeg", "image/png"}),
    max_image_bytes=MAX_IMAGE_BYTES,
    min_width=MIN_WIDTH,
    min_height=MIN_HEIGHT,
    options=OPTIONS,
    findable=True,
    pulls_media=True,
    formats=FORMATS,
    edits=frozenset({"text", "options.action", "options.action_url"}),
    deletes=True,
    staged_for=timedelta(days=1),  # nothing is there that could end; the location is looked at again
    account_metrics=frozenset({Metric.VIEWS, Metric.CLICKS}),
)


def kind_of(draft: Draft) -> str:
    """The name of the draft's format."""
    chosen = format_of(draft, CAPABILITIES)
    return chosen.name if chosen else UPDATE
