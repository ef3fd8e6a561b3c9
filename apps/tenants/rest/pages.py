"""Lists by keyset: newest first, or oldest first where asked. A cursor says where a page ended, whatever came since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from apps.tenants.rest.problems import Problem, bad_parameter

USUAL: Final = 25
MOST: Final = 100
_SIGNER: Final = "api.cursor"
NEWEST, OLDEST = "-created_at", "created_at"

LIMIT: Final = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL})
# Further instants that a list may be sorted by, as expressions that are never null.
Orders = Mapping[str, Any]


def parameters(orders: Orders | None = None) -> list[OpenApiParameter]:
    """What every list takes; with the instants that this one can be sorted by as well."""
    further = [one for name in orders or {} for one in (f"-{name}", name)]
    return [
        LIMIT,
        OpenApiParameter("cursor", str, description="`next_cursor` of the page before."),
        OpenApiParameter("sort", str, enum=[NEWEST, OLDEST, *further], default=NEWEST),
    ]


PARAMETERS: Final = parameters()


def page(rows: QuerySet[Any], asked: Mapping[str, str], orders: Orders | None = None) -> tuple[list[Any], str | None]:
    """The rows of a page, and the cursor of the next; None where there is none. Rows are in the order of their birth,
    which their ids have, unless one of `orders` is asked for."""
    sort = asked.get("sort", NEWEST)
    name, orders = sort.removeprefix("-"), orders or {}
    if name != OLDEST and name not in orders:
        raise bad_parameter("sort", f"Sort by {', '.join([OLDEST, *orders])}, with - in front for the latest first.")
    limit, after = limit_of(asked), _after(asked.get("cursor", ""), sort)
    if name in orders:
        rows = rows.annotate(_at=orders[name])
    keys = ("_at", "pk") if name in orders else ("pk",)
    if after is not None:
        rows = rows.filter(_beyond(after, keys, "lt" if sort.startswith("-") else "gt"))
    found = list(rows.order_by(*(f"-{key}" if sort.startswith("-") else key for key in keys))[: limit + 1])
    if len(found) <= limit:
        return found, None
    found.pop()
    last = found[-1]
    at = [last._at.isoformat()] if name in orders else []
    return found, signing.dumps([last.pk.hex, sort, *at], salt=_SIGNER)


def _beyond(after: Sequence[Any], keys: tuple[str, ...], side: str) -> Q:
    """Rows on that side of the place where a page ended."""
    if len(keys) == 1:
        return Q(**{f"pk__{side}": after[0]})
    pk, at = after
    # The first condition says nothing new; it is what an index can begin with.
    return Q(**{f"_at__{side}e": at}) & (Q(**{f"_at__{side}": at}) | Q(**{f"pk__{side}": pk}))


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


def _after(cursor: str, sort: str) -> Sequence[Any] | None:
    if not cursor:
        return None
    try:
        pk, sorted_by, *at = signing.loads(cursor, salt=_SIGNER)
    except (signing.BadSignature, ValueError):
        raise bad_parameter("cursor", "This cursor is not one of ours.") from None
    if sorted_by != sort:
        raise Problem(422, "invalid", "The cursor belongs to a list in another order.")
    return [UUID(pk), *map(datetime.fromisoformat, at)]
