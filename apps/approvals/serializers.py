"""What the API says of policies, requests, decisions and comments, and what it is told."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.approvals.models import LONGEST_NOTE
from apps.approvals.services.deciding import SAID
from apps.approvals.services.discussing import MOST_FILES
from apps.approvals.states import Counting, Deed, RequestState, StepStatus, Verdict, Visibility, WhenLate
from apps.approvals.steps import DECIDING_ROLES, Aspect, RuleKind
from apps.core.numbers import whole
from apps.media.models import Asset
from apps.posts.models import Post
from apps.posts.serializers import LONGEST_TEXT
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId


class Rule(serializers.Serializer):
    kind = serializers.ChoiceField([kind.value for kind in RuleKind])
    values = serializers.ListField(child=serializers.CharField(max_length=200), min_length=1)


class Escalation(serializers.Serializer):
    """What happens when nobody answers. A reminder goes to whoever is awaited; everything else says who is brought
    in."""

    when = serializers.ChoiceField(
        Counting.values, help_text="after: working hours since it was asked; before: time until it runs out."
    )
    minutes = serializers.IntegerField(min_value=1)
    do = serializers.ChoiceField(Deed.values)
    people = serializers.ListField(child=PublicId(ids.MEMBER), default=list, help_text="Members.")
    groups = serializers.ListField(child=PublicId(ids.GROUP), default=list)


class Step(serializers.Serializer):
    """Who decides, when, and about what. See the guide on approvals."""

    key = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=60)
    people = serializers.ListField(child=PublicId(ids.MEMBER), default=list, help_text="Members.")
    roles = serializers.ListField(child=serializers.ChoiceField([role.value for role in DECIDING_ROLES]), default=list)
    groups = serializers.ListField(child=PublicId(ids.GROUP), default=list, help_text="Groups of reviewers.")
    guests = serializers.BooleanField(default=False)
    programs = serializers.BooleanField(default=False, help_text="Programs with a key may decide.")
    needs = serializers.CharField(default="any", help_text="any, all, or how many.")
    rules = Rule(many=True, default=list)
    covers = serializers.ListField(
        child=serializers.ChoiceField([aspect.value for aspect in Aspect]), default=lambda: [*map(str, Aspect)]
    )
    window_minutes = serializers.IntegerField(default=0, allow_null=True, min_value=0)
    notice_minutes = serializers.IntegerField(default=0, min_value=0)
    when_late = serializers.ChoiceField(WhenLate.values, default=WhenLate.HOLD.value)
    move_minutes = serializers.IntegerField(
        default=1440, allow_null=True, min_value=1, help_text="Of what is moved; null: to the next slot of its queue."
    )
    escalations = Escalation(many=True, default=list)


class ContentRule(serializers.Serializer):
    """Words, phrases and link domains; a step with the rule `policy_hit` applies to posts that have them."""

    key = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=60)
    words = serializers.ListField(child=serializers.CharField(max_length=100), default=list, max_length=200)
    domains = serializers.ListField(child=serializers.CharField(max_length=253), default=list, max_length=200)


class ContentHit(serializers.Serializer):
    """That a content rule was hit when it was asked for: by which words, as they are written, and where."""

    rule = serializers.CharField()
    name = serializers.CharField()
    place = serializers.CharField(
        help_text="main, first_comment, reply, link, alt_text, captions; a platform for its own words, and with "
        "_options for its options."
    )
    words = serializers.CharField()


class PolicyShape(serializers.Serializer):
    """The version in force; version 0 is none yet."""

    workspace = PublicId(ids.WORKSPACE)
    version = serializers.IntegerField()
    steps = Step(many=True)
    content_rules = ContentRule(many=True)
    allows_self_approval = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    made_at = serializers.DateTimeField(allow_null=True)


class PolicyToSet(serializers.Serializer):
    steps = Step(many=True)
    content_rules = ContentRule(many=True, required=False, help_text="Left out: they stay as they are.")
    allows_self_approval = serializers.BooleanField(default=False)
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class By(serializers.Serializer):
    kind = serializers.CharField(help_text="user, guest, key or system.")
    member = PublicId(ids.MEMBER, allow_null=True)
    name = serializers.CharField(allow_blank=True)


class StepShape(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(StepStatus.values)
    is_carried = serializers.BooleanField(help_text="Passed for the version before, on the same content.")
    deadline_at = serializers.DateTimeField(allow_null=True)
    overdue_at = serializers.DateTimeField(allow_null=True)


class DecisionShape(serializers.Serializer):
    step = serializers.CharField()
    verdict = serializers.ChoiceField(Verdict.values)
    by = By()
    on_behalf_of = By(many=True, help_text="Members for whom they decided as their stand-in.")
    note = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField()
    content_hash = serializers.CharField()
    decided_at = serializers.DateTimeField()
    hash = serializers.CharField()


class EscalationShape(serializers.Serializer):
    """What a rule did when nobody had answered."""

    step = serializers.CharField()
    do = serializers.ChoiceField(Deed.values)
    people = serializers.ListField(child=PublicId(ids.MEMBER), help_text="Who was brought in.")
    awaited = serializers.ListField(child=PublicId(ids.MEMBER), help_text="Whose answer was missing.")
    policy_version = serializers.IntegerField()
    acted_at = serializers.DateTimeField()


class ApprovalShape(serializers.Serializer):
    """That one version of a post be approved. Other content is another request."""

    id = PublicId(ids.APPROVAL)
    post = PublicId(ids.POST)
    workspace = PublicId(ids.WORKSPACE)
    number = serializers.IntegerField()
    state = serializers.ChoiceField(RequestState.values)
    content_hash = serializers.CharField()
    revision = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    hits = ContentHit(many=True)
    steps = StepShape(many=True)
    decisions = DecisionShape(many=True)
    escalations = EscalationShape(many=True)
    asked_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ToSubmit(serializers.Serializer):
    post = Known(ids.POST, Post)
    note = serializers.CharField(max_length=LONGEST_NOTE, default="", allow_blank=True)


class ToDecide(serializers.Serializer):
    verdict = serializers.ChoiceField(sorted(SAID))
    note = serializers.CharField(
        max_length=LONGEST_NOTE, default="", allow_blank=True, help_text="Needed for everything but an approval."
    )
    text = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False,
        help_text="With approve_with_edits: the words of the main part that are approved. The rest stays.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if ("text" in attrs) is not (attrs["verdict"] == Verdict.APPROVE_WITH_EDITS):
            raise serializers.ValidationError({"text": ["An approval with edits has words, and nothing else has."]})
        return attrs


class Anchor(serializers.Serializer):
    """The place that a thread is about. `is_lost`: what it was about is not in the post any more."""

    kind = serializers.ChoiceField(["post", "text", "image", "video", "time"], default="post")
    part = serializers.IntegerField(required=False, min_value=0)
    start = serializers.IntegerField(required=False, min_value=0, help_text="Of text: the first character.")
    end = serializers.IntegerField(required=False, min_value=0, help_text="Of text: after the last character.")
    file = serializers.IntegerField(required=False, min_value=0)
    x = serializers.FloatField(required=False, help_text="Of an image: a share of its width.")
    y = serializers.FloatField(required=False, help_text="Of an image: a share of its height.")
    second = serializers.FloatField(required=False, help_text="Of a video.")
    local = serializers.CharField(required=False, help_text="Of a time that is proposed: 2026-12-04T10:00.")
    zone = serializers.CharField(required=False, help_text="Of a time that is proposed: of which place.")
    quote = serializers.CharField(required=False, read_only=True)
    is_lost = serializers.BooleanField(required=False, read_only=True)


class AttachmentShape(serializers.Serializer):
    """A file that came with a comment; `media` is null once it is gone from the library."""

    media = PublicId(ids.MEDIA, allow_null=True)
    name = serializers.CharField()


class CommentShape(serializers.Serializer):
    by = By()
    text = serializers.CharField()
    mentions = serializers.ListField(child=PublicId(ids.MEMBER))
    attachments = AttachmentShape(many=True)
    created_at = serializers.DateTimeField()


class ThreadShape(serializers.Serializer):
    id = PublicId(ids.THREAD)
    post = PublicId(ids.POST)
    revision = serializers.IntegerField()
    anchor = Anchor()
    visibility = serializers.ChoiceField(Visibility.values)
    resolved_at = serializers.DateTimeField(allow_null=True)
    comments = CommentShape(many=True)


class Threads(serializers.Serializer):
    data = ThreadShape(many=True)


class ToComment(serializers.Serializer):
    text = serializers.CharField(max_length=LONGEST_NOTE)
    mentions = serializers.ListField(child=PublicId(ids.MEMBER), default=list, max_length=50)
    media = serializers.ListField(
        child=Known(ids.MEDIA, Asset),
        default=list,
        max_length=MOST_FILES,
        help_text="Files of the workspace's library.",
    )


class ToBegin(ToComment):
    anchor = Anchor(default=dict)
    visibility = serializers.ChoiceField(Visibility.values, default=Visibility.INTERNAL.value)


class ToResolve(serializers.Serializer):
    resolved = serializers.BooleanField()


def step_as_stored(said: dict[str, Any], user_ids: dict[Any, Any]) -> dict[str, Any]:
    """A step as services take it: people by the ids of users, and a number where it is one."""
    needs = said["needs"] if (number := whole(said["needs"])) is None else number
    people = [str(user_ids.get(pk, pk)) for pk in said["people"]]
    rules = [dict(rule) for rule in said["rules"]]
    groups = [str(pk) for pk in said["groups"]]
    escalations = [_escalation(dict(one), user_ids) for one in said["escalations"]]
    whom = {"people": people, "groups": groups, "escalations": escalations}
    return {**said, **whom, "rules": rules, "needs": needs}


def _escalation(said: dict[str, Any], user_ids: dict[Any, Any]) -> dict[str, Any]:
    people = [str(user_ids.get(pk, pk)) for pk in said["people"]]
    return {**said, "people": people, "groups": [str(pk) for pk in said["groups"]]}
