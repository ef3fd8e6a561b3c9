"""A draft as Google writes posts: https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts.

The schedule of an event has no time zone: it is the wall clock at the business, so that the hour that a person entered
is taken as it stands, and its offset left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.platforms.adapters.google_business import abilities
from apps.platforms.adapters.google_business.line import LABEL
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.errors import Rejected
from apps.platforms.option_rules import moment
from apps.platforms.validation import problems


def check(draft: Draft) -> None:
    """What no request could mend."""
    for problem in problems(draft, abilities.CAPABILITIES, label=LABEL):
        raise Rejected(problem.words, field=problem.field)
    if abilities.kind_of(draft) != abilities.OFFER:
        _check_button(draft)
    if abilities.kind_of(draft) != abilities.UPDATE and _time(draft, "event_end") <= _time(draft, "event_start"):
        raise Rejected("It ends before it begins.", field="options.event_end")
    for media in draft.media:
        _address(media)


def _check_button(draft: Draft) -> None:
    action, url = draft.options.get("action", ""), draft.options.get("action_url", "")
    if action == abilities.CALL and url:
        words = "The button Call now dials the number of the profile, and leads to no address."
        raise Rejected(words, field="options.action_url")
    if action and action != abilities.CALL and not url:
        raise Rejected("This button needs an address.", field="options.action_url")
    if url and not action:
        raise Rejected("Choose the button that leads to this address.", field="options.action")


def body(draft: Draft) -> dict[str, Any]:
    """The post, without anything that is empty."""
    kind = abilities.kind_of(draft)
    parts = {
        "languageCode": draft.language,
        "summary": draft.text,
        "topicType": abilities.TOPICS[kind],
        "callToAction": button(draft),
        "event": _event(draft) if kind != abilities.UPDATE else None,
        "offer": _offer(draft) if kind == abilities.OFFER else None,
        "media": [{"mediaFormat": "PHOTO", "sourceUrl": _address(media)} for media in draft.media],
    }
    return {name: value for name, value in parts.items() if value}


def button(draft: Draft) -> dict[str, str]:
    """An offer has a button of its own."""
    action = draft.options.get("action", "")
    if not action or abilities.kind_of(draft) == abilities.OFFER:
        return {}
    if action == abilities.CALL:
        return {"actionType": action}
    return {"actionType": action, "url": draft.options.get("action_url", "")}


def title_of(draft: Draft) -> str:
    return "" if abilities.kind_of(draft) == abilities.UPDATE else draft.options.get("event_title", "").strip()


def _event(draft: Draft) -> dict[str, Any]:
    start, end = _time(draft, "event_start"), _time(draft, "event_end")
    schedule = {
        "startDate": _date(start), "startTime": _clock(start), "endDate": _date(end), "endTime": _clock(end)
    }  # fmt: skip
    return {"title": title_of(draft), "schedule": schedule}


def _offer(draft: Draft) -> dict[str, str]:
    named = {"couponCode": "coupon", "redeemOnlineUrl": "redeem_url", "termsConditions": "terms"}
    told = {theirs: draft.options.get(ours, "").strip() for theirs, ours in named.items()}
    return {name: value for name, value in told.items() if value}


def _time(draft: Draft, option: str) -> datetime:
    """The wall clock that a person entered."""
    found = moment(draft.options.get(option, ""))
    if found is None:
        raise Rejected("This needs a date and a time.", field=f"options.{option}")
    return found.replace(tzinfo=None)


def _date(at: datetime) -> dict[str, int]:
    return {"year": at.year, "month": at.month, "day": at.day}


def _clock(at: datetime) -> dict[str, int]:
    return {"hours": at.hour, "minutes": at.minute, "seconds": at.second, "nanos": 0}


def _address(media: MediaFile) -> str:
    if not media.public_url:
        raise Rejected("Google fetches pictures itself, and this one has no public address.", field="media.0")
    return media.public_url
