"""What the API says of comments below what is out, and what it takes."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.posts.models import Post
from apps.posts.serializers import LONGEST_TEXT, PLATFORMS, CutShape, When
from apps.posts.states import PartRole
from apps.publishing.models import WRITTEN, FollowUp
from apps.publishing.serializers import Trouble
from apps.publishing.states import State
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId
from apps.tenants.serializers import ModeField

ROLES: Final = (PartRole.FIRST_COMMENT.value, PartRole.REPLY.value, WRITTEN)
MOST_PLACES: Final = 200
MOST_FILES: Final = 50


class CommentMediumShape(serializers.Serializer):
    """A file that the comment shows."""

    media = PublicId(ids.MEDIA, source="asset_id")
    alt = serializers.CharField(allow_blank=True, help_text="Empty: the file's own words.")
    cut = serializers.JSONField()


class PublicCommentShape(serializers.Serializer):
    """Something that is said below a published post, on one account."""

    id = PublicId(ids.COMMENT)
    post = PublicId(ids.POST, source="publication.post_id")
    publication = PublicId(ids.PUBLICATION, source="publication_id")
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    account = PublicId(ids.ACCOUNT, source="publication.account_id")
    mode = ModeField(source="publication.account")
    platform = serializers.ChoiceField(PLATFORMS, source="publication.account.platform")
    role = serializers.ChoiceField(
        ROLES, help_text="comment: written when the post was out. The others are parts of the post."
    )
    text = serializers.CharField()
    media = serializers.SerializerMethodField()
    parent = PublicId(ids.COMMENT, source="parent_id", allow_null=True, help_text="The comment that it answers.")
    batch = serializers.UUIDField(allow_null=True, help_text="What one request wrote has one.")
    state = serializers.ChoiceField(State.values)
    scheduled_at = serializers.DateTimeField(source="due_at")
    next_try_at = serializers.DateTimeField()
    attempts_made = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True)
    removed_at = serializers.DateTimeField(allow_null=True)
    remote_id = serializers.SerializerMethodField(help_text="The platform's name for it; null where it is not known.")
    url = serializers.CharField(source="remote_url", allow_blank=True)
    problem = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(CommentMediumShape(many=True))
    def get_media(self, row: FollowUp) -> Any:
        """Of a part of a post, the files are those of the part."""
        return CommentMediumShape(row.media.all(), many=True).data

    @extend_schema_field({"type": ["string", "null"]})
    def get_remote_id(self, row: FollowUp) -> str | None:
        return row.remote_id if row.remote_id and not row.is_known_by_hand else None

    @extend_schema_field(Trouble(allow_null=True))
    def get_problem(self, row: FollowUp) -> dict[str, str] | None:
        if not row.problem:
            return None
        return {"code": row.problem, "field": row.problem_field, "message": row.problem_words}


class CommentMedium(serializers.Serializer):
    """A file of the library, as the comment shows it."""

    media = PublicId(ids.MEDIA)
    alt = serializers.CharField(
        required=False, allow_blank=True, max_length=2000, help_text="Empty: the file's own words."
    )
    cut = CutShape(required=False)


class CommentOverride(serializers.Serializer):
    """How the comment differs on one account. What is not named is as everywhere."""

    account = PublicId(ids.ACCOUNT)
    text = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False,
        help_text="Null: as everywhere.",
    )  # fmt: skip
    media = CommentMedium(
        many=True, required=False, allow_null=True, max_length=MOST_FILES, help_text="Null: as everywhere; []: none."
    )


class CommentToChange(When):
    """What is not named stays."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False)
    media = CommentMedium(many=True, required=False, max_length=MOST_FILES, help_text="All of its files; []: none.")


class CommentToWrite(When):
    """Where: below a `post`, on all its accounts that take comments or on the `accounts` that are named; below
    `publications`; or in answer to the comment that is its `parent`. When: now, unless a time is said."""

    text = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_TEXT, trim_whitespace=False, default="",
        help_text="Some networks take a file without words.",
    )  # fmt: skip
    media = CommentMedium(
        many=True, required=False, default=list, max_length=MOST_FILES,
        help_text="Which network takes what with a comment, GET /platforms says.",
    )  # fmt: skip
    overrides = CommentOverride(
        many=True, required=False, default=list, max_length=MOST_PLACES,
        help_text="Other words or files on some of the accounts that it is written on.",
    )  # fmt: skip
    post = Known(ids.POST, Post, required=False)
    accounts = serializers.ListField(
        child=PublicId(ids.ACCOUNT), required=False, min_length=1, max_length=MOST_PLACES, help_text="With a post."
    )
    publications = serializers.ListField(
        child=PublicId(ids.PUBLICATION), required=False, min_length=1, max_length=MOST_PLACES,
        help_text="All of one post.",
    )  # fmt: skip
    parent = PublicId(ids.COMMENT, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if sum(name in attrs for name in ("post", "publications", "parent")) != 1:
            raise serializers.ValidationError(
                {"post": ["Name a post, or publications, or a parent: one of the three."]}
            )
        if "accounts" in attrs and "post" not in attrs:
            raise serializers.ValidationError({"accounts": ["Name the post that is on these accounts."]})
        return attrs


class CommentsWritten(serializers.Serializer):
    """One comment for each account."""

    data = PublicCommentShape(many=True)
