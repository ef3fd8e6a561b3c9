"""Numbers, days and reasons in the language that is switched on. What is not known is a dash."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from apps.reports.plan import Kind

UNKNOWN: Final = "–"
FIGURES: Final = {
    "followers": _("Followers"),
    "views": _("Views of accounts"),
    "published": _("Posts published"),
    "post_views": _("Views of these posts"),
    "interactions": _("Interactions"),
    "rate": _("Interactions for each view"),
    "own_clicks": _("Clicks on our links"),
}
OWN_CLICKS: Final = _("counted by ourselves, apart from the networks")
TRENDS: Final = {"views": _("Views"), "interactions": _("Interactions"), "followers": _("Followers")}
HEADINGS: Final = {
    Kind.GOALS: _("Goals"),
    Kind.NETWORKS: _("By network"),
    Kind.AUDIENCE: _("Who follows"),
    Kind.TOP: _("Top posts"),
    Kind.FLOP: _("Posts with the least response"),
    Kind.CALENDAR: _("What was published"),
    Kind.APPROVALS: _("Approvals"),
    Kind.MEANINGS: _("What the figures mean"),
}
AIMS: Final = {
    "followers": _("Followers"),
    "views": _("Views of accounts"),
    "published": _("Posts published"),
    "post_views": _("Views of posts"),
    "interactions": _("Interactions"),
}
PACES: Final = {
    "reached": _("Reached"),
    "on_pace": _("On pace"),
    "behind": _("Behind"),
    "missed": _("Missed"),
    "unknown": _("Not known"),
}
DIVISIONS: Final = {"age": _("Age"), "gender": _("Gender"), "country": _("Country"), "city": _("City")}
GENDERS: Final = {"F": _("Women"), "M": _("Men"), "U": _("Not told")}  # as Meta spells them
METRICS: Final = {
    "views": _("Views"),
    "reach": _("People reached"),
    "likes": _("Likes"),
    "comments": _("Comments"),
    "shares": _("Shares"),
    "saves": _("Saves"),
    "clicks": _("Clicks"),
    "video_views": _("Video views"),
    "watch_seconds": _("Seconds watched"),
    "profile_views": _("Profile views"),
    "followers": _("Followers"),
    "new_followers": _("New followers"),
    "posts": _("Posts"),
}
REASONS: Final = {
    "told_nothing": _("The network had no figures yet"),
    "not_offered": _("The network does not tell these figures"),
    "gone": _("The post is not on the network any more"),
    "signed_out": _("The account was signed out"),
    "no_permission": _("The connection does not include the right to read figures"),
    "refused": _("The network refused the question"),
    "unreachable": _("The network could not be reached in time"),
    "throttled": _("The network's limits left no room in time"),
    "too_late": _("It was not read in its time"),
    "not_read": _("It was not read"),
}


def number(value: float | None) -> str:
    return UNKNOWN if value is None else _grouped(value, 0)


def short(value: float | None) -> str:
    """950, 18.4 k, 2.1 M."""
    if value is None:
        return UNKNOWN
    if abs(value) >= 1_000_000:
        return f"{_trimmed(value / 1_000_000)} M"
    return f"{_trimmed(value / 1_000)} k" if abs(value) >= 10_000 else number(value)


def percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{_grouped(share * 100, 1)} %"


def _trimmed(value: float) -> str:
    return _grouped(value, 0 if float(f"{value:.1f}").is_integer() else 1)


def _grouped(value: float, places: int) -> str:
    return number_format(round(value, places), decimal_pos=places, use_l10n=True, force_grouping=True)


def change(now: float | None, before: float | None) -> str:
    """ "24 % more"; "" where there is nothing to compare."""
    if now is None or before is None:
        return ""
    if now == before:
        return gettext("the same")
    apart = abs(now - before)
    share = apart / before * 100 if before > 0 else 0
    size = f"{_grouped(share, 0)} %" if share >= 1 else number(apart)
    return (gettext("%(size)s more") if now > before else gettext("%(size)s fewer")) % {"size": size}


def points(now: float | None, before: float | None) -> str:
    """The same of shares, in points of a percent."""
    if now is None or before is None:
        return ""
    apart = round((now - before) * 100, 1)
    if not apart:
        return gettext("the same")
    size = {"size": _grouped(abs(apart), 1)}
    return (gettext("%(size)s points more") if apart > 0 else gettext("%(size)s points fewer")) % size


def known(count: int, of: int, about: str) -> str:
    """How much of what a figure is about is known."""
    said = {"known": number(count), "of": number(of)}
    if about == "account":
        return gettext("%(known)s of %(of)s accounts known") % said
    if about == "day":
        return gettext("%(known)s of %(of)s days known") % said
    return gettext("%(known)s of %(of)s posts known") % said


def how_long(seconds: float) -> str:
    hours = round(seconds / 3600)
    return f"{number(hours)} h" if hours else f"{max(round(seconds / 60), 1)} min"


# --- days -------------------------------------------------------------------------------------------------------------


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")


def day(value: date) -> str:
    return date_format(value, "j F" if _is_english() else "MONTH_DAY_FORMAT")


def short_day(value: date) -> str:
    """For the foot of a drawing, where there is little room."""
    return date_format(value, "j M") if _is_english() else day(value)


def full_day(value: date) -> str:
    return date_format(value, "j F Y" if _is_english() else "DATE_FORMAT")


def span(first: date, last: date) -> str:
    """Days of one year, without it: "1–6" within a month that is known, else with their months."""
    if first == last:
        return day(first)
    return f"{first.day}–{day(last)}" if _is_english() and first.month == last.month else f"{day(first)} – {day(last)}"


def short_span(first: date, last: date) -> str:
    """The same for the foot of a drawing: "1–6 Sep", and in other languages the numbers of the days alone."""
    if first == last:
        return short_day(first)
    if first.month != last.month:
        return (
            f"{first.day}.{first.month}. – {last.day}.{last.month}."
            if not _is_english()
            else (f"{short_day(first)} – {short_day(last)}")
        )
    return f"{first.day}–{short_day(last)}" if _is_english() else f"{first.day}–{last.day}"


def period(first: date, last: date) -> str:
    """ "September 2026" for a whole month, else both ends."""
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and (first.year, first.month) == (last.year, last.month):
        return date_format(first, "F Y" if _is_english() else "YEAR_MONTH_FORMAT")
    if first == last:
        return full_day(first)
    same = _is_english() and (first.year, first.month) == (last.year, last.month)
    return f"{first.day}–{full_day(last)}" if same else f"{full_day(first)} – {full_day(last)}"


def moment(instant: datetime, zone: str) -> str:
    there = instant.astimezone(ZoneInfo(zone))
    return f"{full_day(there.date())}, {there:%H:%M}"
