"""What is wrong with a draft, before anything is sent: each problem names its field and says what to do about it.

Pure: a `Draft` and `Capabilities` in, a list of `Problem` out. Numbers of an account's own server come in through
`formats.with_limits`, so that composer, scheduler and adapters measure with the same ruler.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apps.platforms import text as measure
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import Draft, Role
from apps.platforms.formats import limits_of
from apps.platforms.media_rules import media_problems
from apps.platforms.option_rules import option_problems
from apps.platforms.problem import Problem
from apps.platforms.text_x import cashtags

__all__ = ["Problem", "capabilities_below", "max_media", "max_text", "post_problems", "problems", "text_length"]


def post_problems(parts: Sequence[Draft], capabilities: Capabilities, *, label: str) -> list[tuple[int, Problem]]:
    """The problems of a whole post, each with the position of its part."""
    below = capabilities_below(parts[0], capabilities) if parts else capabilities
    return [
        (position, problem)
        for position, part in enumerate(parts)
        for problem in problems(part, below if position else capabilities, label=label)
    ]


def capabilities_below(main: Draft, capabilities: Capabilities) -> Capabilities:
    """What holds for the parts below `main`: some formats take no comments and begin no thread."""
    can = limits_of(main, capabilities)
    return replace(capabilities, first_comment=can.first_comment, threads=can.threads)


def problems(draft: Draft, capabilities: Capabilities, *, label: str) -> list[Problem]:
    """All that `label` (the platform's name, as people say it) would refuse in `draft`; empty means ready."""
    if unsupported := list(_role_problems(draft, capabilities, label)):
        return unsupported
    can = limits_of(draft, capabilities)
    return [
        *_text_problems(draft, can, label),
        *media_problems(draft, can, label, limit=max_media(draft, can)),
        *_link_problems(draft, can, label),
        *option_problems(draft, capabilities, label),
    ]


def text_length(draft: Draft, capabilities: Capabilities) -> int:
    """The length of a draft as its platform counts it, with the options that count (a content warning)."""
    counted = [draft.options.get(option.name, "") for option in capabilities.options if option.counts_in_text]
    return sum(measure.length(text, capabilities.counting) for text in (draft.text, *counted))


def max_text(draft: Draft, capabilities: Capabilities) -> int:
    """How long the text of this part may be."""
    capabilities = limits_of(draft, capabilities)
    if draft.role is Role.FIRST_COMMENT and capabilities.max_comment is not None:
        return capabilities.max_comment
    return capabilities.max_text


def max_media(draft: Draft, capabilities: Capabilities) -> int:
    """How many files this part may carry."""
    return limits_of(draft, capabilities).max_media


def _role_problems(draft: Draft, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    if draft.role is Role.FIRST_COMMENT and not capabilities.first_comment:
        yield Problem("role", "no_first_comment", f"{label} takes no first comment here.")
    if draft.role is Role.REPLY and not capabilities.threads:
        yield Problem("role", "no_threads", f"{label} takes no further parts here: only the first can be published.")


# --- text -------------------------------------------------------------------------------------------------------------


def _text_problems(draft: Draft, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    if not draft.text.strip():
        yield from _no_text_problems(draft, capabilities, label)
    limit = max_text(draft, capabilities)
    if (found := text_length(draft, capabilities)) > limit:
        words = f"{label} takes at most {limit:,} characters; this text has {found:,}, {found - limit:,} too many."
        yield Problem("text", "too_long", words)
    elif (most := _max_bytes(draft, capabilities)) and (size := measure.byte_length(draft.text)) > most:
        words = f"{label} takes at most {most:,} bytes of text; this one has {size:,}."
        yield Problem("text", "too_many_bytes", words)
    if draft.role is not Role.FIRST_COMMENT and (signs := sorted(set(capabilities.refused_signs) & set(draft.text))):
        yield Problem("text", "refused_signs", f"{label} takes no {' and no '.join(signs)} in the text.")
    yield from _sign_problems(draft.text, capabilities, label)


def _max_bytes(draft: Draft, capabilities: Capabilities) -> int | None:
    """A comment with a length of its own is not measured with the ruler of posts."""
    is_other = draft.role is Role.FIRST_COMMENT and capabilities.max_comment is not None
    return None if is_other else capabilities.max_text_bytes


def _no_text_problems(draft: Draft, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    if draft.media:
        if capabilities.text_required:
            yield Problem("text", "text_required", f"{label} needs a text with the picture.")
    elif draft.role is not Role.MAIN or not (capabilities.min_media or capabilities.bare):
        picture = " or add a picture" if max_media(draft, capabilities) else ""
        yield Problem("text", "empty", f"There is nothing to publish here yet: write a text{picture}.")


def _sign_problems(text: str, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    limit = capabilities.max_hashtags
    if limit is not None and (found := len(measure.hashtags(text))) > limit:
        yield Problem("text", "too_many_hashtags", f"{label} takes at most {limit} hashtags; this text has {found}.")
    limit = capabilities.max_mentions
    if limit is not None and (found := len(measure.mentions(text))) > limit:
        yield Problem("text", "too_many_mentions", f"{label} takes at most {limit} mentions; this text has {found}.")
    limit = capabilities.max_cashtags
    if limit is not None and (found := len(cashtags(text))) > limit:
        words = f"{label} takes at most {limit} stock symbol ($ABC) in a post; this text has {found}."
        yield Problem("text", "too_many_cashtags", words)


def _link_problems(draft: Draft, capabilities: Capabilities, label: str) -> Iterator[Problem]:
    limit, addresses = capabilities.max_links, {*measure.links(draft.text), *([draft.link] if draft.link else [])}
    if limit is not None and (found := len(addresses)) > limit:
        yield Problem("text", "too_many_links", f"{label} takes at most {limit} different links; there are {found}.")
    if not draft.link:
        return
    if not capabilities.links:
        yield Problem("link", "no_link", f"{label} takes no link beside the text here: write it into the text.")
    elif not draft.link.startswith(("https://", "http://")):
        yield Problem("link", "no_address", "A link begins with https:// or http://.")
