"""What has happened, to be read in order. (To be told of it, a webhook endpoint.)"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import clock
from apps.events.catalogue import CATALOGUE
from apps.events.selectors import feed
from apps.tenants.rest import ids, pages
from apps.tenants.rest.problems import bad_parameter
from apps.tenants.rest.views import Operations
from apps.webhooks import serializers


class EventFeed(Operations):
    needs: ClassVar = {"GET": "event.view"}

    @extend_schema(
        operation_id="events_list",
        parameters=[
            OpenApiParameter("after", str, description="The id of the last event that you have; left out: the first."),
            OpenApiParameter("types", str, description="Names of events with commas between; left out: all."),
            OpenApiParameter("workspace", str),
            pages.LIMIT,
        ],
        responses=serializers.Feed,
    )
    def get(self, request: Any) -> Response:
        """Events in one order, the oldest first. Whoever goes on from the last one misses nothing and has nothing
        twice; an event is shown some seconds after it happened."""
        asked = request.query_params
        after, limit = _id(ids.EVENT, "after", asked.get("after", "")), pages.limit_of(asked)
        rows = feed(now=clock.now(), after=after, names=_names(asked.get("types", "")))
        if workspace_id := _id(ids.WORKSPACE, "workspace", asked.get("workspace", "")):
            rows = rows.filter(workspace_id=workspace_id)
        found = list(rows.select_related("workspace")[: limit + 1])
        data = serializers.EventShape(found[:limit], many=True).data
        last = data[-1]["id"] if data else ids.public(ids.EVENT, after) if after else None
        return Response({"data": data, "next_cursor": last, "has_more": len(found) > limit})


def _id(kind: str, name: str, text: str) -> UUID | None:
    found = ids.read(kind, text)
    if text and found is None:
        raise bad_parameter(name, "This is no id of that kind.")
    return found


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in CATALOGUE]:
        raise bad_parameter("types", f"There is no event called {unknown[0]}.")
    return names
