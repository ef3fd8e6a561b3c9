"""`expand`: what an id in an answer stands for, in place of the id, for all rows of the answer at once.

    class PostList(Operations):
        expands = {"campaign": Expansion(ids.CAMPAIGN, "campaign", "post.view", campaigns_by_id)}

`GET /posts?expand=campaign` then shows campaigns in their own shape. Each name costs the same few queries however many
rows there are, and asks for what reading the thing itself asks for. The ETag of an answer is that of the ids, so that a
change can be held against it either way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from apps.tenants.rest import ids
from apps.tenants.rest.ids import PublicId
from apps.tenants.rest.problems import bad_parameter

Shown = Callable[[Collection[UUID]], Mapping[UUID, Any]]


def _nothing(wanted: Collection[UUID]) -> Mapping[UUID, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Expansion:
    """`place` is where ids of `kind` stand: names, with * for each entry of a list ("parts.*.media.*.media"). `shown`
    gives things by id; an id that it leaves out stays one. Without a place it is about what is shown anyway."""

    kind: str = ""
    place: str = ""
    needs: str = ""
    shown: Shown = _nothing


Expansions = Mapping[str, Expansion]
ALWAYS = Expansion()


class ExpandableId(PublicId):
    """An id that `expand` puts the thing itself in the place of; `shape` is asked for late, for shapes name each other
    in circles. The schema must not: readers of it unfold it without end. There `in_words` says what the thing is."""

    def __init__(
        self, kind: str, shape: Callable[[], type[serializers.Serializer]], *, in_words: str = "", **options: Any
    ) -> None:
        self.shape = shape
        self.in_words = in_words
        super().__init__(kind, **options)


def shows(shape: type[serializers.Serializer], rows: Callable[[], Any]) -> Shown:
    """How things are shown of which `shape` is the shape, among the `rows` that the caller may see."""

    def shown(wanted: Collection[UUID]) -> dict[UUID, Any]:
        return {row.pk: shape(row).data for row in rows().filter(pk__in=wanted)}

    return shown


def parameter(expansions: Expansions) -> OpenApiParameter:
    names = sorted(expansions)
    shape = {"type": "array", "items": {"type": "string", "enum": names}, "maxItems": len(names)}
    words = "Names, with commas between them, of what is shown itself and not by its id."
    return OpenApiParameter("expand", shape, description=words, explode=False, style="form")


def asked(text: str, expansions: Expansions) -> list[Expansion]:
    """Those that a request names; raises Problem for a name that is none."""
    names = dict.fromkeys(name.strip() for name in text.split(",") if name.strip())
    if unknown := [name for name in names if name not in expansions]:
        raise bad_parameter("expand", f"{unknown[0][:40]} is none of {', '.join(sorted(expansions))}.")
    return [expansions[name] for name in names]


def expand(rows: Sequence[Any], wanted: Sequence[Expansion]) -> None:
    """Put things in the place of their ids. What one has brought in is not looked into by the next."""
    places = [(one, list(_spots(rows, ["*", *one.place.split(".")]))) for one in wanted if one.place]
    for one, spots in places:
        named = [ids.read(one.kind, holder[key]) for holder, key in spots]
        things = one.shown({pk for pk in named if pk}) if named else {}
        for (holder, key), pk in zip(spots, named, strict=True):
            if pk and pk in things:
                holder[key] = things[pk]


def _spots(holder: Any, steps: Sequence[str]) -> Iterator[tuple[Any, Any]]:
    """Each place below `holder` that the steps lead to and that has an id."""
    step, *rest = steps
    for key in range(len(holder)) if step == "*" else [step]:
        if holder[key] is None:
            continue
        if rest:
            yield from _spots(holder[key], rest)
        else:
            yield holder, key
