"""What goes in is JSON, unless an operation takes a file, and what comes out is JSON, whatever a client says that it
would accept."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser


class AlwaysJSON(BaseContentNegotiation):
    def select_parser(self, request: Any, parsers: Any) -> Any:
        # A body without a type is JSON too; one that says something else is refused by name.
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        plain = ("", "application/json", "text/plain", "application/x-www-form-urlencoded")
        wanted = JSONParser.media_type if kind in plain or kind.endswith("+json") else kind
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class StrictJSON(JSONParser):
    """JSON that a database can hold: no half characters, and not nested without end."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ParseError("The body has half of a character in it.") from None
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        return data
