"""What a platform would refuse in the choices of a draft."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from apps.platforms.capabilities import Capabilities, Option, OptionKind
from apps.platforms.contract import Draft, Role
from apps.platforms.formats import FORMAT, format_of
from apps.platforms.problem import Problem
from apps.platforms.text_youtube import tags_length

MOST_DIGITS: Final = 18


def option_problems(draft: Draft, can: Capabilities, label: str) -> Iterator[Problem]:
    """The options that belong to the draft's format; what is entered for others is ignored."""
    if draft.options.get(FORMAT) and can.formats and draft.role is Role.MAIN and format_of(draft, can) is None:
        offered = ", ".join(one.label for one in can.formats)
        yield Problem(f"options.{FORMAT}", "unknown_choice", f"Format on {label} is one of: {offered}.")
    for option in options_of(draft, can):
        value = draft.options.get(option.name, "") or option.default
        if value:
            yield from _value_problems(option, value, label)
        elif option.required and draft.role is Role.MAIN:
            yield Problem(f"options.{option.name}", "required", f"{label} needs a choice for {option.label}.")


def options_of(draft: Draft, can: Capabilities) -> tuple[Option, ...]:
    """The options that a draft of this format has."""
    chosen = format_of(draft, can)
    own = chosen.name if chosen else ""
    return tuple(one for one in can.options if one.name != FORMAT and (not one.formats or own in one.formats))


def _value_problems(option: Option, value: str, label: str) -> Iterator[Problem]:
    field = f"options.{option.name}"
    if option.choices and value not in {choice for choice, _ in option.choices}:
        offered = ", ".join(choice_label for _, choice_label in option.choices)
        yield Problem(field, "unknown_choice", f"{option.label} on {label} is one of: {offered}.")
    if option.kind is OptionKind.LINES:
        yield from _lines_problems(option, value, label)
    elif option.max_length and len(value) > option.max_length:
        yield Problem(field, "too_long", f"{option.label} on {label} has at most {option.max_length:,} characters.")
    if signs := sorted(set(option.refused_signs) & set(value)):
        yield Problem(field, "refused_signs", f"{option.label} on {label} has no {' and no '.join(signs)}.")
    if option.kind is OptionKind.URL and not value.startswith(("https://", "http://")):
        yield Problem(field, "no_address", f"{option.label} begins with https:// or http://.")
    if option.kind is OptionKind.NUMBER and not (value.isdecimal() and len(value) <= MOST_DIGITS):
        yield Problem(field, "no_number", f"{option.label} is a whole number.")
    if option.kind is OptionKind.MOMENT and moment(value) is None:
        yield Problem(field, "no_moment", f"{option.label} is a date and time with its offset: 2026-03-01T10:00+01:00.")


def _lines_problems(option: Option, value: str, label: str) -> Iterator[Problem]:
    field, found = f"options.{option.name}", lines(value)
    if len(found) < option.min_lines or (option.max_lines is not None and len(found) > option.max_lines):
        words = f"{option.label} on {label} has {option.min_lines} to {option.max_lines} lines; there are {len(found)}."
        yield Problem(field, "line_count", words)
    if option.max_length and (long := next((one for one in found if len(one) > option.max_length), None)):
        words = f'Each line of {option.label} on {label} has at most {option.max_length:,} characters: "{long[:40]}".'
        yield Problem(field, "line_too_long", words)
    if option.max_tags_length and (length := tags_length(found)) > option.max_tags_length:
        words = f"{option.label} on {label} have at most {option.max_tags_length} characters together; these have"
        yield Problem(field, "too_long", f"{words} {length}.")


def lines(value: str) -> list[str]:
    """The values of an option of kind LINES."""
    return [one.strip() for one in value.splitlines() if one.strip()]


def moment(value: str) -> datetime | None:
    """The value of an option of kind MOMENT; None when it is none, or has no offset."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None
