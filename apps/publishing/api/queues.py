from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.posts.models import Queue, Slot
from apps.posts.queueing import Priority
from apps.posts.serializers import PRIORITIES
from apps.publishing import queue_serializers as serializers
from apps.publishing import queues
from apps.tenants.rest import ids, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of


class QueueFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    name = django_filters.CharFilter(max_length=80)


class QueueList(Operations):
    needs: ClassVar = {"GET": "queue.view", "POST": "queue.edit"}

    @extend_schema(
        operation_id="queues_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("name", str, description="Its name, exactly."),
        ],
        responses=page_of(serializers.QueueShape, "Queue"),
    )
    def get(self, request: Any) -> Response:
        """Queues of the workspaces that the key may see, each with its slots."""
        return self.page(filtered(QueueFilter, _queues(), request), serializers.QueueShape)

    @extend_schema(
        operation_id="queues_create", request=serializers.QueueToMake, responses={201: serializers.QueueShape}
    )
    def post(self, request: Any) -> Response:
        """A queue with its slots. Its name is there once in a workspace."""
        said = self.body(serializers.QueueToMake)
        workspace = place_of(self, said)
        self.caller.require("queue.edit", workspace.pk)
        said.pop("workspace", None)
        slots = serializers.hours(said.pop("slots", []))
        made = queues.create(workspace=workspace, actor=self.caller.actor, slots=slots, **said)
        return self.one(_shown(made.pk), status=201, location=reverse("api:queue", args=[made.pk]))


class QueueOperations(Operations):
    needs: ClassVar = {"GET": "queue.view", "PATCH": "queue.edit", "DELETE": "queue.edit"}

    @extend_schema(operation_id="queues_read", responses=serializers.QueueShape)
    def get(self, request: Any, queue_id: UUID) -> Response:
        """One queue with its slots."""
        return self.one(serializers.QueueShape(self.found(_queues(), queue_id)).data)

    @extend_schema(operation_id="queues_change", request=serializers.QueueToChange, responses=serializers.QueueShape)
    def patch(self, request: Any, queue_id: UUID) -> Response:
        """Change what is named. With other slots, another clock or other jitter, what waits is laid anew in its order;
        slots that stay keep their ids."""
        queue = mine(self, queue_id)
        said = self.body(serializers.QueueToChange, partial=True)
        self.require_match(serializers.QueueShape(queue).data)
        if "slots" in said:
            said["slots"] = serializers.hours(said["slots"])
        queues.change(queue=queue, actor=self.caller.actor, **said)
        return self.one(_shown(queue.pk))

    @extend_schema(operation_id="queues_delete", responses={204: None})
    def delete(self, request: Any, queue_id: UUID) -> Response:
        """Forget a queue. Posts that wait in it keep their times; refused while it is paused and posts wait."""
        queue = mine(self, queue_id)
        self.require_match(serializers.QueueShape(queue).data)
        queues.delete(queue=queue, actor=self.caller.actor)
        return Response(status=204)


class QueuePause(Operations):
    needs: ClassVar = {"POST": "queue.edit"}

    @extend_schema(operation_id="queues_pause", request=None, responses=serializers.QueueShape)
    def post(self, request: Any, queue_id: UUID) -> Response:
        """Nothing of it goes out from now on; posts may still be added."""
        queues.pause(queue=mine(self, queue_id), actor=self.caller.actor)
        return self.one(_shown(queue_id))


class QueueResume(Operations):
    needs: ClassVar = {"POST": "queue.edit"}

    @extend_schema(operation_id="queues_resume", request=None, responses=serializers.QueueShape)
    def post(self, request: Any, queue_id: UUID) -> Response:
        """Go on. What was missed takes the next slots, and the rest moves back as far as it has to."""
        queues.resume(queue=mine(self, queue_id), actor=self.caller.actor)
        return self.one(_shown(queue_id))


class QueueNextSlot(Operations):
    needs: ClassVar = {"GET": "queue.view"}

    @extend_schema(
        operation_id="queues_next_slot",
        parameters=[OpenApiParameter("priority", str, enum=PRIORITIES, default=Priority.MEDIUM.key)],
        responses=serializers.NextSlot,
    )
    def get(self, request: Any, queue_id: UUID) -> Response:
        """The slot that the next post of this priority gets. Nothing is kept free by asking."""
        queue, key = self.found(_queues(), queue_id), request.query_params.get("priority", Priority.MEDIUM.key)
        if key not in PRIORITIES:
            raise problems.bad_parameter("priority", f"It is one of {', '.join(PRIORITIES)}.")
        seat = queues.offer(queue, Priority.of(key))
        if seat is None:
            raise Problem(409, "queue_full", queues.no_room(queue).words)
        facts = {"slot": seat.opening.slot, "at": seat.opening.at, "priority": key}
        local = f"{seat.opening.appointment.local:%Y-%m-%dT%H:%M:%S}"
        return self.one(serializers.NextSlot({**facts, "local_at": local}).data)


class QueuePreview(Operations):
    needs: ClassVar = {"GET": "queue.view"}

    @extend_schema(operation_id="queues_preview", responses=serializers.Preview)
    def get(self, request: Any, queue_id: UUID) -> Response:
        """The next 20 slots: free, taken by a post, or closed by the workspace's publishing windows."""
        lines = queues.preview(self.found(_queues(), queue_id))
        return self.one(serializers.Preview({"data": lines}).data)


class SlotList(Operations):
    needs: ClassVar = {"GET": "queue.view", "POST": "queue.edit"}

    @extend_schema(
        operation_id="queue_slots_list", parameters=PARAMETERS, responses=page_of(serializers.SlotShape, "Slot")
    )
    def get(self, request: Any, queue_id: UUID) -> Response:
        """The slots of a queue."""
        return self.page(Slot.objects.filter(queue=self.found(_queues(), queue_id)), serializers.SlotShape)

    @extend_schema(
        operation_id="queue_slots_create", request=serializers.SlotToMake, responses={201: serializers.SlotShape}
    )
    def post(self, request: Any, queue_id: UUID) -> Response:
        """One more slot; what waits is laid anew in its order."""
        queue, said = mine(self, queue_id), self.body(serializers.SlotToMake)
        ((weekday, at),) = serializers.hours([said])
        made = queues.add_slot(queue=queue, weekday=weekday, at=at, actor=self.caller.actor)
        return self.one(serializers.SlotShape(made).data, status=201)


class SlotOperations(Operations):
    needs: ClassVar = {"DELETE": "queue.edit"}

    @extend_schema(operation_id="queue_slots_delete", responses={204: None})
    def delete(self, request: Any, queue_id: UUID, slot_id: UUID) -> Response:
        """One slot less; what waits is laid anew in its order."""
        queue = mine(self, queue_id)
        slot = self.found(Slot.objects.filter(queue=queue).select_related("queue"), slot_id)
        queues.remove_slot(slot=slot, actor=self.caller.actor)
        return Response(status=204)


def mine(view: Operations, queue_id: UUID) -> Queue:
    queue: Queue = view.held(_queues(), queue_id)
    view.caller.require("queue.edit", queue.workspace_id)
    return queue


def _shown(queue_id: UUID) -> Any:
    return serializers.QueueShape(_queues().get(pk=queue_id)).data


def _queues() -> QuerySet[Queue]:
    return queues.with_counts(Queue.objects.select_related("workspace").prefetch_related("slots"))
