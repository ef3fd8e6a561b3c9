"""A draft as a video resource: https://developers.google.com/youtube/v3/docs/videos#resource-representation.

What is sent of a part replaces the whole part, so that both parts are always complete.
"""

from __future__ import annotations

from typing import Any

import regex

from apps.platforms.adapters.youtube import abilities
from apps.platforms.contract import Draft
from apps.platforms.errors import Rejected
from apps.platforms.option_rules import lines

_LANGUAGE = regex.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def title_of(draft: Draft) -> str:
    """Raises Rejected where there is none, or it has what YouTube refuses."""
    title = draft.options.get("title", "").strip()
    if not title or len(title) > abilities.MAX_TITLE or {"<", ">"} & set(title):
        words = f"A video on YouTube has a title of 1 to {abilities.MAX_TITLE} characters, without < and >."
        raise Rejected(words, field="options.title")
    return title


def tags_of(draft: Draft) -> list[str]:
    return lines(draft.options.get("tags", ""))


def snippet(draft: Draft) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": title_of(draft),
        "description": draft.text,
        "categoryId": draft.options.get("category") or abilities.USUAL_CATEGORY,
    }
    if tags := tags_of(draft):
        fields["tags"] = tags
    if _LANGUAGE.fullmatch(draft.language):
        fields["defaultLanguage"] = draft.language
    return fields


def privacy_of(draft: Draft) -> str:
    """Who is to see it once it is published."""
    return draft.options.get("privacy") or abilities.PUBLIC


def status(draft: Draft, privacy: str) -> dict[str, Any]:
    """Without a privacy YouTube would take public, and some accounts private: so it is always sent."""
    options = draft.options
    return {
        "privacyStatus": privacy,
        "selfDeclaredMadeForKids": options.get("made_for_kids") == "yes",
        "containsSyntheticMedia": options.get("synthetic") == "yes",
        "license": options.get("license") or "youtube",
        "embeddable": options.get("embeddable", "yes") != "no",
    }


def is_quiet(draft: Draft) -> bool:
    """Whether subscribers are not to be told."""
    return draft.options.get("notify") == "no"
