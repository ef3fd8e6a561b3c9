"""The atoms of every page: icons, network marks, states, avatars and times. Molecules are in `templates/components/`.

Atoms are written here, not as templates, because a calendar month shows some thousand of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from functools import lru_cache
from zlib import crc32
from zoneinfo import ZoneInfo

from django import forms, template
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core import clock
from apps.dashboard.looks import HEALTH, NETWORKS, STATES

register = template.Library()

FORMATS = {
    "short": "D j M, H:i",
    "full": "D j M Y, H:i",
    "day": "D j M",
    "full_day": "D j M Y",
    "long_day": "l j F",
    "time": "H:i",
    "seconds": "H:i:s",
    "exact": "D j M, H:i:s",
}
OTHER_YEARS = {"short": "full", "day": "full_day"}
CONTROL_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Textarea, "textarea"),
    (forms.CheckboxInput, ""),
    (forms.RadioSelect, ""),
    (forms.CheckboxSelectMultiple, ""),
    (forms.Select, "select"),
    (forms.FileInput, "input file"),
)


# --- icons, networks, states -----------------------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; it says nothing to a screen reader, so a word has to stand beside it."""
    return format_html(
        '<svg class="i{}" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-{}"/></svg>',
        f" {size}" if size else "",
        name,
    )


@lru_cache(maxsize=128)
def glyph(platform: str, size: str = "") -> SafeString:
    return format_html(
        '<svg class="n{}" viewBox="0 0 24 24" aria-hidden="true"><use href="#n-{}"/></svg>',
        f" {size}" if size else "",
        platform,
    )


@register.simple_tag
@lru_cache(maxsize=256)
def mark(platform: str, size: str = "", words: str = "hidden") -> SafeString:
    """A network's mark with its name: "hidden" (for screen readers), "shown" beside it, "none" where a word follows."""
    name = NETWORKS.get(platform, platform)
    spoken = {
        "hidden": format_html('<span class="sr">{}</span>', name),
        "shown": format_html("<span>{}</span>", name),
        "none": "",
    }[words]
    return format_html('<span class="net" data-net="{}">{}{}</span>', platform, glyph(platform, size), spoken)


@register.simple_tag
def marks(platforms: Sequence[str], most: int = 4) -> SafeString:
    """A row of marks, named once for screen readers; more than `most` end in a count."""
    shown = [mark(platform, "sm", "none") for platform in platforms[:most]]
    more = format_html('<span class="more">+{}</span>', len(platforms) - most) if len(platforms) > most else ""
    names = ", ".join(network_name(platform) for platform in platforms)
    return format_html(
        '<span class="nets">{}{}<span class="sr">{}</span></span>', SafeString("".join(shown)), more, names
    )


@register.filter
def network_name(platform: str) -> str:
    return NETWORKS.get(platform, platform)


@register.filter
def shape(state: str) -> str:
    """The value of `data-state` for a state: which colour and which icon."""
    return STATES[state].shape


@register.filter
def word(state: str) -> str:
    return STATES[state].word


@register.simple_tag
@lru_cache(maxsize=128)
def state_icon(state: str) -> SafeString:
    """The shape of a state with its word for screen readers."""
    look = STATES[state]
    return format_html(
        '<span class="state-i" data-state="{}">{}<span class="sr">{}</span></span>',
        look.shape,
        icon(look.shape),
        look.word,
    )


@register.filter
def health_tone(health: str) -> str:
    return HEALTH[health][0]


@register.filter
def health_shape(health: str) -> str:
    return HEALTH[health][1]


# --- people and accounts ---------------------------------------------------------------------------------------------


@register.filter
def initials(name: str) -> str:
    """Up to two letters that stand for a name: "Alder & Rye" is "AR". A handle is known by what its server is not."""
    if " " not in name:
        name = name.removeprefix("@").partition("@")[0].partition(".")[0]
    words = [part for part in name.replace("@", " ").replace(".", " ").split() if part[:1].isalnum()]
    letters = [part[0] for part in words[:1] + words[-1:]] if len(words) > 1 else [part[0] for part in words]
    return "".join(letters).upper() or "?"


@register.filter
def tint(name: str) -> int:
    """One of six avatar colours, the same for the same name everywhere."""
    return crc32(name.encode()) % 6 + 1


@register.simple_tag
def avatar(name: str, platform: str = "", size: str = "", square: bool = False) -> SafeString:
    """Initials on a colour, with a network's mark in the corner if one is given. Decoration: the name is text."""
    badge = (
        format_html('<span class="net-badge" data-net="{}">{}</span>', platform, glyph(platform))
        if platform
        else SafeString("")
    )
    classes = " ".join(filter(None, ["avatar", size, "square" if square else ""]))
    return format_html(
        '<span class="{}" data-c="{}" aria-hidden="true">{}{}</span>', classes, tint(name), initials(name), badge
    )


# --- time ------------------------------------------------------------------------------------------------------------


@register.simple_tag
def when(instant: datetime, zone: str | tzinfo, style: str = "short") -> SafeString:
    """An instant as wall clock in `zone`. The page names the zone once; see FORMATS for the styles.

    A day of another year is named with its year.
    """
    local = instant.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    if style in OTHER_YEARS and local.year != clock.now().astimezone(local.tzinfo).year:
        style = OTHER_YEARS[style]
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), format_date(local, FORMATS[style])
    )


@register.filter
def day(value: date, style: str = "day") -> str:
    """A calendar day in one of the styles of `when`."""
    return format_date(value, FORMATS.get(style, style))


@register.filter
def place(zone: str | tzinfo) -> str:
    """What people call a time zone: "America/New_York" is "New York"."""
    return str(zone).rsplit("/", 1)[-1].replace("_", " ")


@register.simple_tag
def utc_offset(zone: str | tzinfo, instant: datetime) -> str:
    """The zone's distance from UTC at an instant: "UTC+2", "UTC+5:30", "UTC"."""
    delta = instant.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).utcoffset()
    minutes = int(delta.total_seconds() // 60) if delta else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


# --- forms -----------------------------------------------------------------------------------------------------------


@register.simple_tag
def control(field: forms.BoundField) -> SafeString:
    """A form field's widget in the house's look. Django adds aria-invalid and aria-describedby by itself."""
    widget = field.field.widget
    own = next((name for kind, name in CONTROL_CLASSES if isinstance(widget, kind)), "input")
    classes = " ".join(filter(None, [own, widget.attrs.get("class", "")]))
    return field.as_widget(attrs={"class": classes} if classes else None)


@register.filter
def is_checkbox(field: forms.BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: forms.BoundField) -> bool:
    """True when a field is several controls under one legend."""
    return isinstance(field.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
