"""What is wrong with a draft, before anything is sent: each problem names its field and says what to do about it.

Pure: a `Draft` and `Capabilities` in, a list of `Problem` out. Numbers of an account's own server come in through
`with_limits`, so that composer, scheduler and adapters measure with the same ruler.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from apps.platforms import text as measure
from apps.platforms.contract import Capabilities, Counting, Draft, MediaFile, Option, Role


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` is "text", "media", "media.0", "media.0.alt", "options.visibility" or "role"; `code` is for machines."""

    field: str
    code: str
    words: str


def with_limits(capabilities: Capabilities, limits: Mapping[str, Any]) -> Capabilities:
    """`capabilities` with the numbers that the account's own server gave (`Channel.limits`); what is unknown is
    ignored."""
    known = {field.name for field in fields(Capabilities)} - {"options", "connect_by"}
    changes = {name: _typed(name, value) for name, value in limits.items() if name in known}
    return replace(capabilities, **changes)


def _typed(name: str, value: Any) -> Any:
    if name == "counting":
        return Counting(value)
    if name == "media_types":
        return frozenset(value)
    return value


def post_problems(parts: Sequence[Draft], capabilities: Capabilities, *, label: str) -> list[tuple[int, Problem]]:
    """The problems of a whole post, each with the position of its part."""
    return [(i, problem) for i, part in enumerate(parts) for problem in problems(part, capabilities, label=label)]


def problems(draft: Draft, capabilities: Capabilities, *, label: str) -> list[Problem]:
    """All that `label` (the platform's name, as people say it) would refuse in `draft`; empty means ready."""
    if unsupported := list(_role_problems(draft, capabilities, label)):
        return unsupported
    return [
        *_text_problems(draft, capabilities, label),
        *_media_problems(draft, capabilities, label),
        *_option_problems(draft, capabilities, label),
    ]


def text_length(draft: Draft, capabilities: Capabilities) -> int:
    """The length of a draft as its platform counts it, with the options that count (a content warning)."""
    counted = [draft.options.get(option.name, "") for option in capabilities.options if option.counts_in_text]
    return sum(measure.length(text, capabilities.counting) for text in (draft.text, *counted))


def max_text(draft: Draft, capabilities: Capabilities) -> int:
    """How long the text of this part may be."""
    if draft.role is Role.FIRST_COMMENT and capabilities.max_comment is not None:
        return capabilities.max_comment
    return capabilities.max_text


def max_media(draft: Draft, capabilities: Capabilities) -> int:
    """How many files this part may carry."""
    if draft.role is Role.FIRST_COMMENT and capabilities.max_comment_media is not None:
        return capabilities.max_comment_media
    return capabilities.max_media


def _role_problems(draft: Draft, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    if draft.role is Role.FIRST_COMMENT and not capabilities.first_comment:
        yield Problem("role", "no_first_comment", f"{label} takes no first comment from us.")
    if draft.role is Role.REPLY and not capabilities.threads:
        yield Problem("role", "no_threads", f"{label} has no threads: only the first part can be published there.")


# --- text -------------------------------------------------------------------------------------------------------------


def _text_problems(draft: Draft, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    if not draft.text.strip():
        yield from _no_text_problems(draft, capabilities, label)
    limit = max_text(draft, capabilities)
    if (found := text_length(draft, capabilities)) > limit:
        words = f"{label} takes at most {limit:,} characters; this text has {found:,}, {found - limit:,} too many."
        yield Problem("text", "too_long", words)
    elif capabilities.max_text_bytes and (size := measure.byte_length(draft.text)) > capabilities.max_text_bytes:
        words = f"{label} takes at most {capabilities.max_text_bytes:,} bytes of text; this one has {size:,}."
        yield Problem("text", "too_many_bytes", words)
    yield from _sign_problems(draft.text, capabilities, label)


def _no_text_problems(draft: Draft, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    if draft.media:
        if capabilities.text_required:
            yield Problem("text", "text_required", f"{label} needs a text with the picture.")
    elif draft.role is not Role.MAIN or not capabilities.min_media:
        picture = " or add a picture" if max_media(draft, capabilities) else ""
        yield Problem("text", "empty", f"There is nothing to publish here yet: write a text{picture}.")


def _sign_problems(text: str, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    limit = capabilities.max_hashtags
    if limit is not None and (found := len(measure.hashtags(text))) > limit:
        yield Problem("text", "too_many_hashtags", f"{label} takes at most {limit} hashtags; this text has {found}.")
    limit = capabilities.max_mentions
    if limit is not None and (found := len(measure.mentions(text))) > limit:
        yield Problem("text", "too_many_mentions", f"{label} takes at most {limit} mentions; this text has {found}.")


# --- media ------------------------------------------------------------------------------------------------------------


def _media_problems(draft: Draft, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    count, limit = len(draft.media), max_media(draft, capabilities)
    if count > limit:
        words = f"{label} takes at most {limit} pictures here; there are {count}."
        yield Problem("media", "too_many_media", words if limit else f"{label} takes no pictures here.")
    if draft.role is Role.MAIN and count < capabilities.min_media:
        needed = "a picture" if capabilities.min_media == 1 else f"at least {capabilities.min_media} pictures"
        yield Problem("media", "too_few_media", f"{label} needs {needed} with each post.")
    for position, media in enumerate(draft.media[:limit]):
        yield from _file_problems(media, f"media.{position}", capabilities, label)


def _file_problems(media: MediaFile, field: str, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    if capabilities.media_types and media.mime_type not in capabilities.media_types:
        taken = ", ".join(sorted(_type_label(type_) for type_ in capabilities.media_types))
        words = f"{label} does not take {_type_label(media.mime_type)} files; it takes {taken}."
        yield Problem(field, "media_type", words)
    if capabilities.max_image_bytes and media.size > capabilities.max_image_bytes:
        words = f"{label} takes pictures up to {_megabytes(capabilities.max_image_bytes)}; this one has "
        yield Problem(field, "media_too_large", f"{words}{_megabytes(media.size)}.")
    pixels = media.width * media.height
    if capabilities.max_image_pixels and pixels > capabilities.max_image_pixels:
        words = f"{label} takes pictures up to {capabilities.max_image_pixels / 1e6:.1f} megapixels; this one has "
        yield Problem(field, "too_many_pixels", f"{words}{pixels / 1e6:.1f}.")
    yield from _aspect_problems(media, field, capabilities, label)
    if capabilities.max_alt and (found := len(media.alt)) > capabilities.max_alt:
        words = f"{label} takes at most {capabilities.max_alt:,} characters of alt text; this one has {found:,}."
        yield Problem(f"{field}.alt", "alt_too_long", words)


def _aspect_problems(media: MediaFile, field: str, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    if not media.width or not media.height:
        return
    aspect = media.width / media.height
    if capabilities.min_aspect is not None and aspect < capabilities.min_aspect:
        words = f"This picture is too tall for {label}: its width must be at least {capabilities.min_aspect:g} times"
        yield Problem(field, "too_tall", f"{words} its height; crop it.")
    if capabilities.max_aspect is not None and aspect > capabilities.max_aspect:
        words = f"This picture is too wide for {label}: its width may be at most {capabilities.max_aspect:g} times"
        yield Problem(field, "too_wide", f"{words} its height; crop it.")


def _type_label(mime_type: str) -> str:
    return mime_type.rpartition("/")[2].upper()


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


# --- options ----------------------------------------------------------------------------------------------------------


def _option_problems(draft: Draft, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    for option in capabilities.options:
        value = draft.options.get(option.name, "") or option.default
        if not value:
            if option.required:
                yield Problem(f"options.{option.name}", "required", f"{label} needs a choice for {option.label}.")
        elif option.choices and value not in {choice for choice, _ in option.choices}:
            yield Problem(f"options.{option.name}", "unknown_choice", _choice_words(option, label))


def _choice_words(option: Option, label: str) -> str:
    offered = ", ".join(choice_label for _, choice_label in option.choices)
    return f"{option.label} on {label} is one of: {offered}."
