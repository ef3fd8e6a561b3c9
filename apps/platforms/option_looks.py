"""How an option is entered by a person, whichever page asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apps.platforms.capabilities import Capabilities, Option, OptionKind

_ENTRIES = {
    OptionKind.LONG_TEXT: "lines",
    OptionKind.LINES: "lines",
    OptionKind.NUMBER: "number",
    OptionKind.URL: "url",
}
_NOTES = {
    OptionKind.LINES: "one on each line",
    OptionKind.MOMENT: "such as 2026-03-01T10:00+01:00",
}
MOST_NAMED = 3  # formats; a longer list is read by nobody, and what does not belong is ignored
_SWITCH = (("", "No"), ("yes", "Yes"))


def option_choices(
    option: Option, told: Mapping[str, Sequence[Sequence[str]]] | None = None
) -> tuple[tuple[str, str], ...]:
    """(value, label) of what can be chosen; () where it is written. `told` is what the platform named, by option."""
    if option.kind is OptionKind.SWITCH:
        return _SWITCH
    if option.kind is not OptionKind.REMOTE:
        return option.choices
    named = tuple((str(value), str(label)) for value, label in (told or {}).get(option.name, ()))
    return (("", f"Choose {option.label.lower()}"), *named)


def option_entry(option: Option) -> str:
    """The type of its input, or "lines" for several lines of text."""
    return _ENTRIES.get(option.kind, "text")


def option_note(option: Option, can: Capabilities) -> str:
    """What to know before entering it: the formats it is for, and the shape of its value."""
    labels = ", ".join(one.label for one in can.formats if one.name in option.formats)
    parts = (f"for {labels}" if labels and len(option.formats) <= MOST_NAMED else "", _NOTES.get(option.kind, ""))
    return "; ".join(part for part in parts if part)
