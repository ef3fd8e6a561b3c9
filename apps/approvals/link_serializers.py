"""What the API says of review links, and what it is told."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.approvals.models import ReviewLink
from apps.approvals.sharing import Kind, LinkState
from apps.core import clock
from apps.posts.models import Post
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId

LONGEST_MINUTES = 180 * 24 * 60


class GuestShape(serializers.Serializer):
    id = PublicId(ids.GUEST)
    name = serializers.CharField(allow_blank=True, help_text="Empty: they were forgotten.")
    email = serializers.CharField(allow_blank=True)


class GuestOfClient(GuestShape):
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    forgotten_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ReviewLinkShape(serializers.Serializer):
    """One guest's way to the posts it is for. Its address is told once, to whoever makes it."""

    id = PublicId(ids.REVIEW_LINK)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    guest = GuestShape()
    kind = serializers.ChoiceField(Kind.values)
    month = serializers.CharField(allow_blank=True, help_text="Of a month: 2026-10.")
    title = serializers.CharField(allow_blank=True)
    posts = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    has_passcode = serializers.SerializerMethodField()
    language = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    mailed_at = serializers.DateTimeField(allow_null=True, help_text="When Postroom last mailed it to the guest.")
    created_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ListField(child=PublicId(ids.POST)))
    def get_posts(self, link: ReviewLink) -> list[str]:
        return sorted(ids.public(ids.POST, row.post_id) for row in link.reviewed.all())

    @extend_schema_field(serializers.ChoiceField(LinkState.values))
    def get_state(self, link: ReviewLink) -> str:
        return link.state(clock.now()).value

    @extend_schema_field(serializers.BooleanField())
    def get_has_passcode(self, link: ReviewLink) -> bool:
        return bool(link.passcode_hash)


class ReviewLinkShownOnce(ReviewLinkShape):
    url = serializers.CharField(help_text="Told this once.")


class ReviewLinksShownOnce(serializers.Serializer):
    data = ReviewLinkShownOnce(many=True)


class GuestToInvite(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(default="", allow_blank=True, help_text="The same address is the same guest.")


class ReviewLinksToMake(serializers.Serializer):
    """For `posts`, or for a `month` of the workspace's calendar."""

    workspace = Known(ids.WORKSPACE, Workspace, required=False)
    posts = serializers.ListField(child=Known(ids.POST, Post), max_length=500, default=list)
    month = serializers.RegexField(r"^20\d\d-(0[1-9]|1[0-2])\Z", default="", allow_blank=True)
    guests = GuestToInvite(many=True, min_length=1, max_length=20)
    title = serializers.CharField(max_length=120, default="", allow_blank=True)
    passcode = serializers.CharField(max_length=64, default="", allow_blank=True, help_text="At least 4 characters.")
    language = serializers.ChoiceField([code for code, _ in settings.LANGUAGES], default="", allow_blank=True)
    expires_in_minutes = serializers.IntegerField(default=14 * 24 * 60, min_value=1, max_value=LONGEST_MINUTES)

    def validate(self, attrs: Any) -> Any:
        if bool(attrs["posts"]) == bool(attrs["month"]):
            raise serializers.ValidationError({"posts": "Name posts, or a month."})
        return attrs
