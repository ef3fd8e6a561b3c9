"""JSON of answers, written by a library that is made for large ones; byte for byte what the usual renderer says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_HOW = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_NON_STR_KEYS
_otherwise = JSONEncoder().default


class QuickJSONRenderer(JSONRenderer):
    """Where a client asks for indents, or something is of no kind that JSON has, the usual one writes."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is not None and not self.get_indent(accepted_media_type, renderer_context or {}):
            try:
                # A line separator ends a line of JavaScript, which JSON has been part of.
                return (
                    orjson.dumps(data, default=_otherwise, option=_HOW)
                    .replace(b"\xe2\x80\xa8", rb"\u2028")
                    .replace(b"\xe2\x80\xa9", rb"\u2029")
                )
            except TypeError:
                pass
        said: bytes = super().render(data, accepted_media_type, renderer_context)
        return said
