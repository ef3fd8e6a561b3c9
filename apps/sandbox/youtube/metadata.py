"""What is written about a video: which fields there are, and what YouTube refuses in them.

Only the parts named in `part` are written, each as a whole. What is read only is passed over; other names are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.youtube import categories
from apps.sandbox.youtube.errors import refused

MAX_TITLE, MAX_DESCRIPTION_BYTES, MAX_TAGS = 100, 5000, 500
PRIVACIES = ("public", "unlisted", "private")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")

WRITABLE: Mapping[str, Mapping[str, type]] = {
    "snippet": {
        "title": str, "description": str, "tags": list, "categoryId": str, "defaultLanguage": str,
        "defaultAudioLanguage": str,
    },
    "status": {
        "privacyStatus": str, "publishAt": str, "selfDeclaredMadeForKids": bool, "containsSyntheticMedia": bool,
        "embeddable": bool, "license": str, "publicStatsViewable": bool,
    },
    "recordingDetails": {"recordingDate": str},
    "paidProductPlacementDetails": {"hasPaidProductPlacement": bool},
}  # fmt: skip
READ_ONLY = {
    "snippet": {"publishedAt", "channelId", "channelTitle", "thumbnails", "liveBroadcastContent", "localized"},
    "status": {"uploadStatus", "failureReason", "rejectionReason", "madeForKids"},
}
TYPE_NAMES = {str: "TYPE_STRING", bool: "TYPE_BOOL", list: "TYPE_LIST"}


def read(call: Call, body: Mapping[str, Any], parts: list[str]) -> dict[str, dict[str, Any]]:
    """The writable parts that were named, with their known fields; nothing of their meaning is checked yet."""
    found = {part: _fields(call, part, body.get(part, {})) for part in parts if part in WRITABLE}
    if "localizations" in parts:
        found["localizations"] = _localizations(body.get("localizations", {}))
    return found


def _fields(call: Call, part: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise refused("badRequest", f"Invalid value at 'resource.{part}'")
    fields = {}
    for name, value in given.items():
        kind = WRITABLE[part].get(name)
        if kind is None:
            if name not in READ_ONLY.get(part, ()) and call.world.setting("youtube", "refuses_unknown_names"):
                message = (
                    f"Invalid JSON payload received. Unknown name \"{name}\" at 'resource.{part}': Cannot find field."
                )
                raise refused("badRequest", message)
        elif not isinstance(value, kind):
            raise refused("badRequest", f"Invalid value at 'resource.{part}.{name}' ({TYPE_NAMES[kind]}), {value!r}")
        else:
            fields[name] = value
    return fields


def _localizations(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or not all(isinstance(words, dict) for words in given.values()):
        raise refused("badRequest", "Invalid value at 'resource.localizations'")
    for language, words in given.items():
        if not LANGUAGE.fullmatch(language):
            raise refused("invalidVideoMetadata", location="body.localizations")
        _check_words(str(words.get("title", "")), str(words.get("description", "")), empty_title=True)
    return given


def check(call: Call, found: Mapping[str, dict[str, Any]], *, language: str = "", was_public: bool = False) -> None:
    """Refuses as YouTube does; `language` is the default language so far."""
    if "snippet" in found:
        _check_snippet(found["snippet"])
        language = found["snippet"].get("defaultLanguage", "")
    if found.get("localizations") and not language:
        raise refused("defaultLanguageNotSet", location="body.snippet.defaultLanguage", location_type="other")
    if "status" in found:
        _check_status(call, found["status"], was_public=was_public)
    if (date := found.get("recordingDetails", {}).get("recordingDate")) is not None and instant(date) is None:
        raise refused("invalidRecordingDetails", location="body.recordingDetails", location_type="other")


def _check_snippet(snippet: Mapping[str, Any]) -> None:
    _check_words(snippet.get("title", ""), snippet.get("description", ""))
    tags = snippet.get("tags", [])
    if not all(isinstance(tag, str) for tag in tags) or tags_length(tags) > MAX_TAGS:
        raise refused("invalidTags", location="body.snippet.tags", location_type="other")
    if snippet.get("categoryId", "") not in categories.ASSIGNABLE:
        raise refused("invalidCategoryId", location="body.snippet.categoryId", location_type="other")
    for name in ("defaultLanguage", "defaultAudioLanguage"):
        if snippet.get(name) and not LANGUAGE.fullmatch(snippet[name]):
            raise refused("invalidVideoMetadata", location=f"body.snippet.{name}", location_type="other")


def _check_words(title: str, description: str, *, empty_title: bool = False) -> None:
    is_empty = not title.strip() and not empty_title
    if is_empty or len(title) > MAX_TITLE or re.search("[<>]", title):
        raise refused("invalidTitle", location="body.snippet.title", location_type="other")
    if len(description.encode()) > MAX_DESCRIPTION_BYTES or re.search("[<>]", description):
        raise refused("invalidDescription", location="body.snippet.description", location_type="other")


def tags_length(tags: list[str]) -> int:
    """Commas count, and the quotes that a tag with a space is put in."""
    return sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(0, len(tags) - 1)


def _check_status(call: Call, status: Mapping[str, Any], *, was_public: bool) -> None:
    privacy = status.get("privacyStatus")
    if privacy is not None and privacy not in PRIVACIES:
        raise refused("badRequest", f"Invalid value at 'resource.status.privacy_status' (TYPE_ENUM), {privacy!r}")
    if privacy in str(call.world.setting("youtube", "forbidden_privacies")).split():
        raise refused("forbiddenPrivacySetting", location="body.status.privacyStatus", location_type="other")
    if status.get("license", "youtube") not in {"youtube", "creativeCommon"}:
        raise refused("badRequest", "Invalid value at 'resource.status.license' (TYPE_ENUM)")
    if status.get("license") == "creativeCommon" and call.world.setting("youtube", "forbids_creative_commons"):
        raise refused("forbiddenLicenseSetting", location="body.status.license", location_type="other")
    if "publishAt" in status and (privacy != "private" or was_public or instant(status["publishAt"]) is None):
        raise refused("invalidPublishAt", location="body.status.publishAt", location_type="other")


def instant(value: str) -> datetime | None:
    """RFC 3339, or None."""
    if not INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return None
