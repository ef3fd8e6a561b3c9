"""Lists by keyset: newest first, or oldest first where asked. A cursor says where a page ended, whatever came since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from apps.tenants.rest.problems import Problem, bad_parameter

USUAL: Final = 25
MOST: Final = 100
_SIGNER: Final = "api.cursor"
NEWEST, OLDEST = "-created_at", "created_at"

LIMIT: Final = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL})
PARAMETERS: Final = [
    LIMIT,
    OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
    OpenApiParameter("sort", str, enum=[NEWEST, OLDEST], default=NEWEST),
]


def page(rows: QuerySet[Any], asked: Mapping[str, str]) -> tuple[list[Any], str | None]:
    """The rows of a page, and the cursor of the next; None where there is none. Rows are in the order of their birth,
    which their ids have."""
    sort = asked.get("sort", NEWEST)
    if sort not in (NEWEST, OLDEST):
        raise bad_parameter("sort", f"Sort by {NEWEST} or {OLDEST}.")
    limit, after = limit_of(asked), _after(asked.get("cursor", ""), sort)
    if after is not None:
        rows = rows.filter(pk__lt=after) if sort == NEWEST else rows.filter(pk__gt=after)
    found = list(rows.order_by("-pk" if sort == NEWEST else "pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    found.pop()
    return found, signing.dumps([found[-1].pk.hex, sort], salt=_SIGNER)


def page_of(serializer: type[serializers.Serializer], name: str = "") -> type[serializers.Serializer]:
    """The shape of a list of these, for the schema."""
    fields = {
        "data": serializer(many=True),
        "next_cursor": serializers.CharField(allow_null=True),
        "has_more": serializers.BooleanField(),
    }
    made: type[serializers.Serializer] = type(f"{name or serializer.__name__}Page", (serializers.Serializer,), fields)
    return made


def limit_of(asked: Mapping[str, str]) -> int:
    """How many entries a page shall have."""
    if not (text := asked.get("limit", "")):
        return USUAL
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST):
        raise bad_parameter("limit", f"A page has from 1 to {MOST} entries.")
    return int(text)


def _after(cursor: str, sort: str) -> UUID | None:
    if not cursor:
        return None
    try:
        pk, sorted_by = signing.loads(cursor, salt=_SIGNER)
    except (signing.BadSignature, ValueError):
        raise bad_parameter("cursor", "This cursor is not one of ours.") from None
    if sorted_by != sort:
        raise Problem(422, "invalid", "The cursor belongs to a list in another order.")
    return UUID(pk)
