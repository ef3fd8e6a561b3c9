"""What has happened, to be read in order. (To be told of it, a webhook endpoint.)"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import clock
from apps.core.ids import first_id
from apps.events.catalogue import CATALOGUE
from apps.events.selectors import feed
from apps.tenants.rest import ids, pages
from apps.tenants.rest.problems import bad_parameter
from apps.tenants.rest.views import Operations
from apps.webhooks import serializers

CLOCKS_DIFFER: Final = timedelta(minutes=1)


class EventFeed(Operations):
    needs: ClassVar = {"GET": "event.view"}

    @extend_schema(
        operation_id="events_list",
        parameters=[
            OpenApiParameter("after", str, description="The id of the last event that you have; left out: the first."),
            OpenApiParameter(
                "since", OpenApiTypes.DATETIME, description="Without `after`: begin with what happened then."
            ),
            OpenApiParameter("types", str, description="Names of events with commas between; left out: all."),
            OpenApiParameter("workspace", str),
            pages.LIMIT,
        ],
        responses=serializers.Feed,
    )
    def get(self, request: Any) -> Response:
        """Events in one order, the oldest first. Whoever goes on from the last one misses nothing and has nothing
        twice; an event is shown some seconds after it happened. Ask with an earlier `after`, or with `since`, to have
        them once more."""
        asked = request.query_params
        after, limit = _id(ids.EVENT, "after", asked.get("after", "")), pages.limit_of(asked)
        rows = feed(now=clock.now(), after=after, names=_names(asked.get("types", "")))
        if since := _instant("since", asked.get("since", "")):
            # Ids rise with the clocks of the machines that write, which differ a little; they lead to the place.
            rows = rows.filter(pk__gte=first_id(since - CLOCKS_DIFFER), created_at__gte=since)
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


def _instant(name: str, text: str) -> datetime | None:
    try:
        found = parse_datetime(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or found.tzinfo is None or not 1970 <= found.year < 9000):
        raise bad_parameter(name, "Write an instant with its offset, such as 2026-11-29T08:00:00Z.")
    return found


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in CATALOGUE]:
        raise bad_parameter("types", f"There is no event called {unknown[0]}.")
    return names
