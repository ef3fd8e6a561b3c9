"""What the API says of posts, and what it takes: the same parts, files and accounts that services know as `Content`."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.media.recipes import CROP, PAD
from apps.platforms import registry
from apps.posts.models import Queue
from apps.posts.queueing import Priority
from apps.posts.sorting import Colour
from apps.posts.states import PartRole
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.expand import ExpandableId
from apps.tenants.rest.ids import Known, PublicId
from apps.tenants.zones import validate_zone

LONGEST_TEXT = 100_000
KEPT: Final = object()
LONGEST_FILM = 24 * 3600
PLATFORMS = sorted(registry.names())
PRIORITIES = [priority.key for priority in Priority]
ACTIONS = ["draft", "schedule", "publish_now"]
MOST_AT_ONCE = 200
MOST_LABELS = 30


class CutShape(serializers.Serializer):
    """What of a file is shown. Shares are from 0 to 1."""

    box = serializers.ListField(
        child=serializers.FloatField(min_value=0, max_value=1), min_length=4, max_length=4, required=False,
        help_text="Left, top, width and height as shares of the picture.",
    )  # fmt: skip
    focus = serializers.ListField(
        child=serializers.FloatField(min_value=0, max_value=1), min_length=2, max_length=2, required=False,
        help_text="The point that stays in view when more must go.",
    )  # fmt: skip
    fit = serializers.ChoiceField([CROP, PAD], required=False)
    start = serializers.FloatField(min_value=0, max_value=LONGEST_FILM, required=False, help_text="Seconds of a video.")
    end = serializers.FloatField(min_value=0, max_value=LONGEST_FILM, required=False)


class Medium(serializers.Serializer):
    """A file of the library, as one part shows it."""

    media = PublicId(ids.MEDIA)
    alt = serializers.CharField(
        required=False, allow_blank=True, max_length=2000, help_text="Empty: the file's own words."
    )
    cover = PublicId(ids.MEDIA, required=False, allow_null=True, help_text="A picture that stands for a video.")
    cut = CutShape(required=False)


class Part(serializers.Serializer):
    """The main words, the first comment, or a reply of a thread."""

    role = serializers.ChoiceField(PartRole.values, default=PartRole.MAIN.value)
    text = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False, default=""
    )
    link = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
    media = Medium(many=True, required=False, default=list, max_length=50)


class Wording(serializers.Serializer):
    """Words and options of one account. What is not named stays."""

    text = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False,
        help_text="Null: as the main part.",
    )  # fmt: skip
    options = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=5000), required=False,
        help_text="By name, as GET /platforms lists them.",
    )  # fmt: skip


class Override(Wording):
    """How a post differs on one account."""

    account = PublicId(ids.ACCOUNT)


class When(serializers.Serializer):
    """An instant with its offset, or wall time and a zone."""

    scheduled_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Such as 2026-12-01T09:00:00+01:00."
    )
    local_at = serializers.RegexField(
        r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$", required=False, help_text="Wall time, such as 2026-12-01T09:00."
    )
    timezone = serializers.CharField(
        required=False, max_length=64, validators=[validate_zone], help_text="Left out: the workspace's."
    )


class Appointed(When):
    """A time, or a queue whose next free slot gives one."""

    queue = Known(ids.QUEUE, Queue, required=False, help_text="Instead of a time: its next free slot.")
    queue_priority = serializers.ChoiceField(
        PRIORITIES,
        required=False,
        help_text="With a queue. A higher priority takes slots of lower ones; left out: medium.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "queue" in attrs and (attrs.get("scheduled_at") or attrs.get("local_at")):
            raise serializers.ValidationError({"queue": ["Name a time or a queue, and not both."]})
        if "queue_priority" in attrs and "queue" not in attrs:
            raise serializers.ValidationError({"queue_priority": ["Name the queue that it is about."]})
        return attrs


class PostToChange(serializers.Serializer):
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    language = serializers.CharField(required=False, allow_blank=True, max_length=12)
    text = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False,
        help_text="The words of the main part; or send parts.",
    )  # fmt: skip
    media = Medium(many=True, required=False, max_length=50, help_text="The files of the main part; or send parts.")
    parts = Part(many=True, required=False, min_length=1, max_length=100)
    accounts = serializers.ListField(child=PublicId(ids.ACCOUNT), required=False, max_length=200)
    platforms = serializers.ListField(
        child=serializers.ChoiceField(PLATFORMS), required=False, max_length=len(PLATFORMS),
        help_text="Every account of the workspace at these networks.",
    )  # fmt: skip
    overrides = Override(many=True, required=False, max_length=200)
    external_ref = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Your own name for it; once in a workspace."
    )
    labels = serializers.ListField(child=PublicId(ids.LABEL), required=False, max_length=MOST_LABELS)
    campaign = PublicId(ids.CAMPAIGN, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "parts" in attrs and ("text" in attrs or "media" in attrs):
            raise serializers.ValidationError({"parts": ["Send parts, or text and media, and not both."]})
        return attrs


class PostToPatch(PostToChange, When):
    """What is not named stays. Another time moves what is on the plan; null takes a draft's away."""

    queue = Known(
        ids.QUEUE, Queue, required=False, allow_null=True,
        help_text="The post takes the next free slot of this queue. Null: it leaves its queue, and keeps its hour "
        "unless a time is named.",
    )  # fmt: skip
    queue_priority = serializers.ChoiceField(
        PRIORITIES, required=False, help_text="Without a queue: in the one that it stands in, where it comes anew."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs.get("queue") and (attrs.get("scheduled_at") or attrs.get("local_at")):
            raise serializers.ValidationError({"queue": ["Name a time or a queue, and not both."]})
        if "queue_priority" in attrs and attrs.get("queue", KEPT) is None:
            raise serializers.ValidationError({"queue_priority": ["It leaves its queue: there it has no priority."]})
        return attrs


class Placed(serializers.Serializer):
    workspace = Known(ids.WORKSPACE, Workspace, required=False, help_text="A key of one workspace may leave it out.")


class PostToMake(Placed, PostToChange, Appointed):
    template = PublicId(
        ids.TEMPLATE, required=False, help_text="What is not said is taken from it: words, labels, options."
    )
    action = serializers.ChoiceField(
        ACTIONS, required=False, help_text="Left out: schedule where a queue is named, and draft otherwise."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        attrs.setdefault("action", "schedule" if "queue" in attrs else "draft")
        if "queue" in attrs and attrs["action"] != "schedule":
            raise serializers.ValidationError({"action": ["Only a post on the plan takes a slot of a queue."]})
        return attrs


class ToDuplicate(Placed):
    external_ref = serializers.CharField(required=False, allow_blank=True, max_length=200)


class PostsToMake(serializers.Serializer):
    """Each is made, or refused, by itself. They are looked at one by one, so that a faulty one spoils no other."""

    posts = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=MOST_AT_ONCE)


class Sorting(serializers.Serializer):
    """What all that sorts posts has."""

    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class LabelShape(Sorting):
    """A word to find posts by."""

    id = PublicId(ids.LABEL)
    colour = serializers.ChoiceField(Colour.values)


class LabelToChange(serializers.Serializer):
    name = serializers.CharField(max_length=80, help_text="Once in a workspace, however it is spelt in capitals.")
    colour = serializers.ChoiceField(Colour.values, required=False)


class LabelToMake(Placed, LabelToChange):
    pass


class CampaignShape(Sorting):
    """What a number of posts are for, and from when to when."""

    id = PublicId(ids.CAMPAIGN)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    goal = serializers.CharField(allow_blank=True)
    colour = serializers.ChoiceField(Colour.values)
    external_ref = serializers.CharField(allow_blank=True)


class CampaignToChange(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True, help_text="The last day of it.")
    goal = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    colour = serializers.ChoiceField(Colour.values, required=False)
    external_ref = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Your own name for it; once in a workspace."
    )


class CampaignToMake(Placed, CampaignToChange):
    pass


class TemplatePart(serializers.Serializer):
    role = serializers.ChoiceField(PartRole.values, default=PartRole.MAIN.value)
    text = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False, default=""
    )
    link = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class TemplateShape(Sorting):
    """A post to begin with."""

    id = PublicId(ids.TEMPLATE)
    parts = TemplatePart(many=True)
    options = serializers.DictField(child=serializers.DictField(child=serializers.CharField(allow_blank=True)))
    labels = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=ExpandableId(ids.LABEL, lambda: LabelShape)))
    def get_labels(self, template: Any) -> list[str]:
        return [ids.public(ids.LABEL, row.label_id) for row in template.labelled.all()]


class TemplateToChange(serializers.Serializer):
    name = serializers.CharField(max_length=80, help_text="Once in a workspace, however it is spelt in capitals.")
    parts = TemplatePart(many=True, min_length=1, max_length=100)
    options = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=5000)), required=False,
        help_text="By platform and name, as GET /platforms lists them.",
    )  # fmt: skip
    labels = serializers.ListField(child=PublicId(ids.LABEL), required=False, max_length=MOST_LABELS)

    def validate_options(self, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        if unknown := sorted(set(value) - set(PLATFORMS)):
            raise serializers.ValidationError(f"{unknown[0][:40]} is no platform.")
        return value


class TemplateToMake(Placed, TemplateToChange):
    pass
