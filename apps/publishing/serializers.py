"""What the API says of posts and what goes out of them, and of connections that are at risk."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.media.serializers import MediaShape
from apps.posts.models import Place
from apps.posts.queueing import Priority
from apps.posts.serializers import PLATFORMS, PRIORITIES, CampaignShape, CutShape, LabelShape, Override
from apps.posts.states import PartRole
from apps.publishing.models import Publication
from apps.publishing.services import Choice, Verdict
from apps.publishing.states import Deed, Outcome, PostState, State
from apps.social_accounts.serializers import Account
from apps.tenants.rest import ids
from apps.tenants.rest.expand import ExpandableId
from apps.tenants.rest.ids import PublicId
from apps.tenants.serializers import ModeField, WorkspaceShape


class Risk(serializers.Serializer):
    """An account that is broken or will end, and what hangs on it."""

    account = Account()
    workspace = PublicId(ids.WORKSPACE, source="account.workspace_id")
    workspace_name = serializers.CharField(source="account.workspace.name")
    external_ref = serializers.CharField(source="account.workspace.external_ref", allow_blank=True)
    is_broken = serializers.BooleanField()
    ends_at = serializers.DateTimeField(allow_null=True, help_text="Null: it is broken now, or renews itself.")
    held = serializers.IntegerField(help_text="Publications that wait for it already.")
    planned_after = serializers.IntegerField(source="after", help_text="Those planned for when it cannot be sent.")
    next_at = serializers.DateTimeField(allow_null=True, help_text="When the first of these is due.")


class Risks(serializers.Serializer):
    data = Risk(many=True)
    posts = serializers.IntegerField(help_text="Publications at risk, all accounts together.")
    workspaces = serializers.IntegerField(help_text="Workspaces that have any.")


class Waiting(serializers.Serializer):
    """What was held while the account was broken."""

    posts = serializers.IntegerField()
    in_time = serializers.IntegerField(help_text="How many of them may still go out now.")
    first_due_at = serializers.DateTimeField(allow_null=True)
    days = serializers.IntegerField(help_text="By so many days all of it is ahead of us again.")
    first_moved_at = serializers.DateTimeField(allow_null=True)


class ToMend(serializers.Serializer):
    choice = serializers.ChoiceField(
        [choice.value for choice in Choice],
        help_text="resume: send now what is not too late; shift: move all by whole days; skip: leave it out.",
    )
    first_day = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="With shift: the day that the first moves to."
    )


class Mended(serializers.Serializer):
    resumed = serializers.IntegerField()
    shifted = serializers.IntegerField()
    skipped = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Too late to be sent now, and still waiting.")
    first_at = serializers.DateTimeField(allow_null=True)


class Trouble(serializers.Serializer):
    """Why the last try did not succeed; `code` says what to do next, and `field` where to look."""

    code = serializers.CharField()
    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)


class PublicationShape(serializers.Serializer):
    """A post on an account: what is due, is sent, and succeeds or fails."""

    id = PublicId(ids.PUBLICATION)
    post = ExpandableId(ids.POST, lambda: PostShape, source="post_id", in_words="As `GET /posts/{post_id}` shows it.")
    workspace = ExpandableId(ids.WORKSPACE, lambda: WorkspaceShape, source="workspace_id")
    account = ExpandableId(ids.ACCOUNT, lambda: Account, source="account_id")
    mode = ModeField(source="account", help_text="`test`: it goes to the simulated platform, and counts nowhere.")
    platform = serializers.ChoiceField(PLATFORMS)
    state = serializers.ChoiceField(State.values)
    due_at = serializers.DateTimeField()
    next_try_at = serializers.DateTimeField()
    revision = serializers.IntegerField(help_text="The post's, that it goes out in, or is out in.")
    attempts_made = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True)
    removed_at = serializers.DateTimeField(allow_null=True)
    remote_id = serializers.SerializerMethodField(help_text="The platform's name for it; null where it is not known.")
    url = serializers.CharField(source="remote_url", allow_blank=True)
    problem = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_remote_id(self, publication: Publication) -> str | None:
        known = publication.remote_id and not publication.is_known_by_hand
        return publication.remote_id if known else None

    @extend_schema_field(Trouble(allow_null=True))
    def get_problem(self, publication: Publication) -> dict[str, str] | None:
        if not publication.problem:
            return None
        field, words = publication.problem_field, publication.problem_words
        return {"code": publication.problem, "field": field, "message": words}


class SlotTaken(serializers.Serializer):
    """The slot of a queue that a post has. `at` is the slot's hour; jitter may have moved the post."""

    id = PublicId(ids.SLOT, source="slot_id", allow_null=True, help_text="Null: the slot was removed since.")
    number = serializers.IntegerField(source="slot.number", allow_null=True, default=None)
    at = serializers.DateTimeField(source="slot_at")


class ShownMedium(serializers.Serializer):
    """A file of the library, as one part shows it."""

    media = ExpandableId(ids.MEDIA, lambda: MediaShape)
    alt = serializers.CharField(allow_blank=True)
    cover = PublicId(ids.MEDIA, allow_null=True)
    cut = CutShape()


class ShownPart(serializers.Serializer):
    role = serializers.ChoiceField(PartRole.values)
    text = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True)
    media = ShownMedium(many=True)


class PostShape(serializers.Serializer):
    """A post with its parts, the accounts it goes to, and what has become of it there."""

    id = PublicId(ids.POST, source="post.pk")
    workspace = ExpandableId(ids.WORKSPACE, lambda: WorkspaceShape, source="post.workspace_id")
    status = serializers.ChoiceField(PostState.values)
    title = serializers.CharField(source="post.title", allow_blank=True)
    language = serializers.CharField(source="post.language", allow_blank=True)
    external_ref = serializers.CharField(source="post.external_ref", allow_blank=True)
    labels = serializers.ListField(child=ExpandableId(ids.LABEL, lambda: LabelShape))
    campaign = ExpandableId(ids.CAMPAIGN, lambda: CampaignShape, source="post.campaign_id", allow_null=True)
    parts = ShownPart(many=True)
    accounts = serializers.ListField(child=ExpandableId(ids.ACCOUNT, lambda: Account))
    overrides = Override(many=True)
    scheduled_at = serializers.DateTimeField(source="post.due_at", allow_null=True)
    local_at = serializers.CharField(allow_null=True)
    timezone = serializers.CharField(source="post.timezone", allow_blank=True)
    queue = PublicId(ids.QUEUE, source="place.queue_id", allow_null=True, default=None)
    queue_priority = serializers.SerializerMethodField()
    slot = SlotTaken(source="place", allow_null=True)
    revision = serializers.IntegerField(source="post.revision")
    publications = PublicationShape(many=True)
    created_at = serializers.DateTimeField(source="post.created_at")
    updated_at = serializers.DateTimeField(source="post.updated_at")

    @extend_schema_field({"enum": [*PRIORITIES, None]})
    def get_queue_priority(self, facts: Any) -> str | None:
        place: Place | None = facts.place
        return Priority(place.priority).key if place else None


class Finding(serializers.Serializer):
    """What stands in the way; with the account where it is about one."""

    pointer = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()
    account = PublicId(ids.ACCOUNT, required=False)


class PostMade(PostShape):
    """The post that was made; with `warnings` where the request asked for them."""

    warnings = Finding(many=True, required=False)


class Validation(serializers.Serializer):
    is_ready = serializers.BooleanField()
    problems = Finding(many=True)
    warnings = Finding(many=True)


class AnswerShape(serializers.Serializer):
    """What came of it on one account."""

    publication = PublicId(ids.PUBLICATION, source="publication_id")
    account = PublicId(ids.ACCOUNT, source="account_id")
    done = serializers.BooleanField(source="is_done")
    code = serializers.CharField(
        allow_blank=True,
        help_text="Why not: needs_decision, busy, not_offered, not_asked (repeat the request), platform_…",
    )
    message = serializers.CharField(source="words", allow_blank=True)


class Answered(serializers.Serializer):
    post = PostShape()
    left = serializers.IntegerField(help_text="How many were not done; their results say why.")
    results = AnswerShape(many=True)


class Retried(Answered):
    retried = serializers.IntegerField()


class Unpublished(Answered):
    removed = serializers.IntegerField(help_text="Those that were taken down before are among them.")


class Planned(serializers.Serializer):
    post = PostShape()
    note = serializers.CharField(allow_blank=True, help_text="Where clocks change that day, what becomes of the time.")
    warnings = Finding(many=True)


class Result(serializers.Serializer):
    index = serializers.IntegerField()
    status = serializers.IntegerField(help_text="201, or what the request would have been answered alone.")
    post = PostShape(allow_null=True)
    problem = serializers.SerializerMethodField()

    @extend_schema_field({"oneOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]})
    def get_problem(self, row: Any) -> Any:
        return row["problem"]


class Results(serializers.Serializer):
    results = Result(many=True)
    created = serializers.IntegerField()
    refused = serializers.IntegerField()


class AttemptShape(serializers.Serializer):
    """One try at a deed, and what came of it."""

    number = serializers.IntegerField()
    deed = serializers.ChoiceField(Deed.values)
    outcome = serializers.ChoiceField(Outcome.values)
    message = serializers.CharField(source="words", allow_blank=True)
    started_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class Decision(serializers.Serializer):
    verdict = serializers.ChoiceField(
        [verdict.value for verdict in Verdict],
        help_text="out: it is live; not_out: it is not, send it again; leave: neither, take it off the plan.",
    )
    remote_url = serializers.CharField(required=False, allow_blank=True, max_length=1000, default="")
