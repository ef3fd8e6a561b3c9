"""Which of a platform's formats a draft is, and the limits that hold for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from apps.platforms.capabilities import Capabilities, Counting, Format, Option, OptionKind
from apps.platforms.contract import Draft, Role

FORMAT = "format"
_NOT_OVERRIDDEN = {"options", "connect_by", "formats", "edits", "post_metrics", "account_metrics"}
_OVERRIDDEN = frozenset(field.name for field in fields(Capabilities)) - _NOT_OVERRIDDEN
_SETS = {"media_types", "comment_media_types", "video_codecs", "audio_codecs"}
_OF_OPTIONS = {"max_length", "min_lines", "max_lines"}


def with_limits(capabilities: Capabilities, limits: Mapping[str, Any]) -> Capabilities:
    """`capabilities` with other numbers by field name (of a channel, of a format); what is unknown is ignored.

    `limits["options"]` has numbers of options, by name: {"poll": {"max_lines": 6}}."""
    if not limits:
        return capabilities
    changes = {name: _typed(name, value) for name, value in limits.items() if name in _OVERRIDDEN}
    if of_options := limits.get("options"):
        changes["options"] = tuple(_option(one, of_options.get(one.name, {})) for one in capabilities.options)
    return replace(capabilities, **changes)


class _Same:
    """A value by its identity, for it is written down once and never changes."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.it is self.it


def _in_format(capabilities: Capabilities, one: Format) -> Capabilities:
    """What holds in one of the formats."""
    return _remembered(_Same(capabilities), _Same(one.limits))


@lru_cache(maxsize=512)
def _remembered(capabilities: _Same, limits: _Same) -> Capabilities:
    return with_limits(capabilities.it, limits.it)


@lru_cache(maxsize=512)
def _settled(capabilities: _Same, limits: _Same) -> Capabilities:
    return replace(_remembered(capabilities, limits), formats=())


@lru_cache(maxsize=512)
def _of_comments(capabilities: _Same) -> Capabilities:
    can: Capabilities = capabilities.it
    taken = can.media_types if can.comment_media_types is None else can.comment_media_types
    return replace(
        can,
        max_media=can.max_media if can.max_comment_media is None else can.max_comment_media,
        media_types=taken,
        max_videos=can.max_videos if any(one.startswith("video/") for one in taken) else 0,
        text_required=can.comment_text_required,
    )


def _option(option: Option, numbers: Mapping[str, Any]) -> Option:
    return replace(option, **{name: value for name, value in numbers.items() if name in _OF_OPTIONS})


def _typed(name: str, value: Any) -> Any:
    if name == "counting":
        return Counting(value)
    if name in _SETS:
        return frozenset(value)
    return value


def format_option(formats: tuple[Format, ...]) -> Option:
    """The option by which a person chooses a format; by default it follows from the media."""
    choices = (("", "By its content"), *((one.name, one.label) for one in formats))
    return Option(FORMAT, "Format", choices=choices, kind=OptionKind.CHOICE)


def format_of(draft: Draft, capabilities: Capabilities) -> Format | None:
    """The format that was chosen, else the first that takes these media, else the one that takes the most of them, so
    that problems name what is at fault; None where there is but one way, or the name is unknown."""
    if not capabilities.formats or draft.role is not Role.MAIN:
        return None
    if chosen := draft.options.get(FORMAT, ""):
        return next((one for one in capabilities.formats if one.name == chosen), None)
    fitting = (one for one in capabilities.formats if _takes(_in_format(capabilities, one), draft))
    return next(fitting, None) or max(
        capabilities.formats, key=lambda one: _taken(_in_format(capabilities, one), draft)
    )


def limits_of(draft: Draft, capabilities: Capabilities) -> Capabilities:
    """`capabilities` with the numbers of the draft's format, which is settled by that: the result has no formats. Of a
    comment, with what comments may carry."""
    if draft.role is Role.FIRST_COMMENT:
        return _of_comments(_Same(capabilities))
    chosen = format_of(draft, capabilities)
    return _settled(_Same(capabilities), _Same(chosen.limits)) if chosen else capabilities


def _taken(can: Capabilities, draft: Draft) -> tuple[int, bool]:
    """How many of the media this format takes, and whether it takes any; of equal ones `max` finds the first."""
    types = [media.mime_type in can.media_types for media in draft.media]
    return min(sum(types), can.max_media), bool(draft.media and can.max_media)


def _takes(can: Capabilities, draft: Draft) -> bool:
    videos = sum(media.is_video for media in draft.media)
    return (
        can.min_media <= len(draft.media) <= can.max_media
        and all(media.mime_type in can.media_types for media in draft.media)
        and videos <= can.max_videos
        and (can.mixes_media or videos in (0, len(draft.media)))
    )
