"""What each network can do: the same lines that the composer, the checks and the publisher read."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, ClassVar, Final

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.platforms import formats, registry
from apps.platforms.capabilities import Capabilities, Option, OptionKind
from apps.platforms.contract import Draft, Role
from apps.social_accounts import selectors, serializers
from apps.tenants.rest.pages import page_of
from apps.tenants.rest.views import Operations

APART: Final = frozenset({"options", "formats", "connect_by", "post_metrics", "account_metrics"})
# What of JSON Schema says the same as a kind of option.
KINDS: Final[dict[OptionKind, dict[str, Any]]] = {
    OptionKind.SWITCH: {"enum": ["", "yes"]},
    OptionKind.NUMBER: {"pattern": r"^-?\d+(\.\d+)?$"},
    OptionKind.URL: {"format": "uri"},
    OptionKind.MOMENT: {"format": "date-time"},
}


class PlatformList(Operations):
    needs: ClassVar = {"GET": "organization.enter"}

    @extend_schema(operation_id="platforms_list", responses=page_of(serializers.PlatformShape, "Platform"))
    def get(self, request: Any) -> Response:
        """Every network: its limits, its formats, and the options that a post has there, as JSON Schema."""
        ready = selectors.ready_platforms(is_test=self.caller.is_test)
        data = [_shown(name, ready) for name in serializers.PLATFORMS]
        return Response({"data": data, "next_cursor": None, "has_more": False})


class PlatformOperations(Operations):
    needs: ClassVar = {"GET": "organization.enter"}

    @extend_schema(operation_id="platforms_read", responses=serializers.PlatformShape)
    def get(self, request: Any, platform: str) -> Response:
        """One network."""
        if platform not in serializers.PLATFORMS:
            raise Http404
        return self.one(_shown(platform, selectors.ready_platforms(is_test=self.caller.is_test)))


def _shown(platform: str, ready: frozenset[str]) -> dict[str, Any]:
    return {**_facts(platform), "is_ready": platform in ready}


@cache
def _facts(platform: str) -> dict[str, Any]:
    can = registry.capabilities(platform)
    return {
        "platform": platform,
        "name": registry.label(platform),
        "connect_by": [str(way) for way in can.connect_by],
        "limits": limits_of(can),
        "formats": [{"name": one.name, "label": one.label, "limits": _plain(dict(one.limits))} for one in can.formats],
        "options": schema_of(can),
        "edits": sorted(can.changeable),
        "comments": comments_of(can),
        "metrics": {
            "posts": sorted(str(metric) for metric in can.post_metrics),
            "accounts": sorted(str(metric) for metric in can.account_metrics),
        },
    }


def comments_of(can: Capabilities) -> dict[str, Any]:
    """What can be said there below a post that is out."""
    longest = can.max_text if can.max_comment is None else can.max_comment
    below = formats.limits_of(Draft("", role=Role.FIRST_COMMENT), can)
    most = below.max_media if can.first_comment else 0
    return {
        "write": can.first_comment,
        "answer": can.first_comment and can.threads,
        "unpublish": can.first_comment and can.deletes and can.deletes_comments,
        "max_text": longest if can.first_comment else None,
        "max_media": most,
        "media_types": sorted(below.media_types) if most else [],
        "needs_text": below.text_required or not most,
    }


def limits_of(can: Capabilities) -> dict[str, Any]:
    """The numbers of a network by their names."""
    return {one.name: _plain(getattr(can, one.name)) for one in fields(can) if one.name not in APART}


def schema_of(can: Capabilities) -> dict[str, Any]:
    """The options of a post as JSON Schema: all values are text. `x-formats` says to which formats one belongs."""
    return {
        "type": "object",
        "properties": {option.name: _property(option) for option in can.options},
        "required": [option.name for option in can.options if option.required and not option.formats],
        "additionalProperties": False,
    }


def _property(option: Option) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "string", "title": option.label, "x-kind": str(option.kind)}
    said |= KINDS.get(option.kind, {})
    if option.choices:
        said["oneOf"] = [{"const": value, "title": label} for value, label in option.choices]
    if option.max_length is not None and option.kind is not OptionKind.LINES:
        said["maxLength"] = option.max_length
    if option.default:
        said["default"] = option.default
    if option.formats:
        said["x-formats"] = list(option.formats)
    if option.required:
        said["x-required"] = True
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set | tuple):
        return sorted(str(one) for one in value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value if isinstance(value, int | float | bool | None) else str(value)
