"""What the API says of queues, and what it takes."""

from __future__ import annotations

from datetime import time
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.posts.models import Queue, Slot
from apps.posts.queueing import LONGEST_NAME, MOST_JITTER
from apps.posts.serializers import PRIORITIES
from apps.publishing.queues import Availability, Line
from apps.publishing.queues.changing import MOST_SLOTS
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId
from apps.tenants.zones import validate_zone

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Weekday(serializers.ChoiceField):
    """A weekday by its name; 0 is Monday inside."""

    def __init__(self, **options: Any) -> None:
        super().__init__(DAYS, **options)

    def to_internal_value(self, data: Any) -> int:
        return DAYS.index(super().to_internal_value(data))

    def to_representation(self, value: int) -> str:
        return DAYS[value]


class SlotToMake(serializers.Serializer):
    """Every week at this hour, on the clock of the queue."""

    weekday = Weekday()
    time = serializers.RegexField(r"^([01]\d|2[0-3]):[0-5]\d$", help_text="Wall time, such as 09:30.")


class SlotShape(serializers.Serializer):
    id = PublicId(ids.SLOT)
    number = serializers.IntegerField(help_text="Its name within the queue, where you need an integer.")
    weekday = Weekday()
    time = serializers.SerializerMethodField(help_text="Wall time, such as 09:30.")

    def get_time(self, slot: Slot) -> str:
        return f"{slot.at:%H:%M}"


class QueueShape(serializers.Serializer):
    """Slots in the week, which posts take one after the other."""

    id = PublicId(ids.QUEUE)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    timezone = serializers.CharField(allow_blank=True, help_text="Empty: the workspace's.")
    clock = serializers.CharField(source="zone", help_text="The zone that its slots are in.")
    jitter_minutes = serializers.IntegerField()
    paused = serializers.SerializerMethodField()
    slots = serializers.SerializerMethodField()
    waiting = serializers.SerializerMethodField(help_text="How many posts are still to go out.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_paused(self, queue: Queue) -> bool:
        return queue.paused_at is not None

    def get_waiting(self, queue: Any) -> int:
        return queue.waiting or 0

    @extend_schema_field(SlotShape(many=True))
    def get_slots(self, queue: Queue) -> Any:
        return SlotShape(queue.slots.all(), many=True).data


class QueueToChange(serializers.Serializer):
    name = serializers.CharField(max_length=LONGEST_NAME)
    description = serializers.CharField(required=False, allow_blank=True, max_length=300)
    timezone = serializers.CharField(
        required=False, allow_blank=True, max_length=64, validators=[validate_zone], help_text="Empty: the workspace's."
    )
    jitter_minutes = serializers.IntegerField(
        required=False, min_value=0, max_value=MOST_JITTER, help_text="How far from its slot a post may go out."
    )
    paused = serializers.BooleanField(required=False)
    slots = SlotToMake(many=True, required=False, max_length=MOST_SLOTS, help_text="All of them; those named stay.")


class QueueToMake(QueueToChange):
    workspace = Known(ids.WORKSPACE, Workspace, required=False, help_text="A key of one workspace may leave it out.")


class NextSlot(serializers.Serializer):
    """What the next post of this priority gets, unless somebody is faster."""

    slot = SlotShape()
    at = serializers.DateTimeField(help_text="The hour of the slot; jitter may move a post.")
    local_at = serializers.CharField()
    priority = serializers.ChoiceField(PRIORITIES)


class PreviewLine(serializers.Serializer):
    at = serializers.DateTimeField()
    local_at = serializers.SerializerMethodField()
    slot = SlotShape(allow_null=True, help_text="Null: it was removed, and its post stays.")
    state = serializers.ChoiceField([one.value for one in Availability], source="availability")
    reason = serializers.CharField(source="words", allow_blank=True, help_text="Why it is closed.")
    post = PublicId(ids.POST, source="post_id", allow_null=True)
    priority = serializers.SerializerMethodField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="When its post goes out.")

    def get_local_at(self, line: Line) -> str:
        return f"{line.local_at:%Y-%m-%dT%H:%M:%S}"

    @extend_schema_field({"enum": [*PRIORITIES, None]})
    def get_priority(self, line: Line) -> str | None:
        return line.priority.key if line.priority is not None else None


class Preview(serializers.Serializer):
    data = PreviewLine(many=True)


def hours(slots: list[dict[str, Any]]) -> list[tuple[int, time]]:
    return [(slot["weekday"], time.fromisoformat(slot["time"])) for slot in slots]
