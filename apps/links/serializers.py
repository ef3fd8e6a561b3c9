"""What the API says of links and their clicks, and what it takes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core import clock
from apps.links.addresses import public_host
from apps.links.models import LinkDomain, Trouble
from apps.links.proving import proof_name
from apps.social_accounts.serializers import PLATFORMS
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId


class LinkSettingsShape(serializers.Serializer):
    """What becomes of addresses in posts that are written from now on."""

    tags = serializers.BooleanField(required=False, help_text="Add utm parameters that an address has not.")
    sources = serializers.DictField(
        child=serializers.CharField(max_length=120), required=False,
        help_text="utm_source by platform; others carry the platform's name.",
    )  # fmt: skip
    medium = serializers.CharField(max_length=80, allow_blank=True, required=False)
    campaign = serializers.CharField(
        max_length=120, allow_blank=True, required=False, help_text="For posts that belong to no campaign."
    )
    further = serializers.DictField(
        child=serializers.CharField(max_length=120), required=False, help_text="Own parameters and their values."
    )
    hosts = serializers.ListField(
        child=serializers.CharField(max_length=253), required=False,
        help_text="Only addresses on these hosts and below them. Empty: all.",
    )  # fmt: skip
    shortens = serializers.BooleanField(required=False)
    domain = serializers.CharField(
        max_length=253, allow_blank=True, required=False, help_text="Of short links. Empty: Postroom's own."
    )

    def validate_sources(self, said: dict[str, str]) -> dict[str, str]:
        if set(said) - set(PLATFORMS):
            raise serializers.ValidationError("Name platforms.")
        return said


class LinkSettingsRead(LinkSettingsShape):
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    domains = serializers.ListField(child=serializers.CharField(), help_text="Those that may be chosen.")


class ShortLinkToMake(serializers.Serializer):
    workspace = Known(ids.WORKSPACE, Workspace, required=False, help_text="Needed where the key is not of one.")
    destination = serializers.CharField(max_length=2000)
    title = serializers.CharField(max_length=200, allow_blank=True, required=False)
    domain = serializers.CharField(max_length=253, allow_blank=True, required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class ShortLinkToChange(serializers.Serializer):
    destination = serializers.CharField(
        max_length=2000, required=False, help_text="Not of a link that stands in a post: what it says was approved."
    )
    title = serializers.CharField(max_length=200, allow_blank=True, required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    paused = serializers.BooleanField(required=False)


class LinkShape(serializers.Serializer):
    """An address of a post on one account as it goes out, or a short one by hand."""

    id = PublicId(ids.LINK)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    post = PublicId(ids.POST, source="post_id", allow_null=True)
    account = PublicId(ids.ACCOUNT, source="account_id", allow_null=True)
    url = serializers.CharField(source="outgoing", help_text="What stands in the post, or what you hand out.")
    written = serializers.CharField(help_text="What the author wrote.")
    destination = serializers.CharField(help_text="Where it leads in the end.")
    is_short = serializers.SerializerMethodField()
    title = serializers.CharField(allow_blank=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_is_short(self, link: Any) -> bool:
        return link.code is not None


class ClicksOnDay(serializers.Serializer):
    day = serializers.DateField()
    clicks = serializers.IntegerField()


class LinkClicks(serializers.Serializer):
    """Clicks by day on the clock of the workspace. A day that is left out had none."""

    link = PublicId(ids.LINK)
    total = serializers.IntegerField()
    days = ClicksOnDay(many=True)


class LinkDomainToAdd(serializers.Serializer):
    workspace = Known(ids.WORKSPACE, Workspace, required=False, help_text="Needed where the key is not of one.")
    host = serializers.CharField(max_length=253, help_text="For short links alone, such as go.example.com.")


class LinkDomainShape(serializers.Serializer):
    """A client's own domain for short links. It is used once it was verified: by two CNAME records, `host` and
    `proof_name`, that lead to `target`, and by what this server answers there over https."""

    id = PublicId(ids.LINK_DOMAIN)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    host = serializers.CharField()
    target = serializers.SerializerMethodField(help_text="Where both records have to lead.")
    proof_name = serializers.SerializerMethodField(help_text="The name whose being there proves that it is yours.")
    is_verified = serializers.SerializerMethodField()
    problem = serializers.ChoiceField(Trouble.values, allow_null=True, help_text="What the last check found.")
    troubled_since = serializers.DateTimeField(
        allow_null=True, help_text="After a week of trouble no new links are made on the domain."
    )
    verified_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    is_being_checked = serializers.SerializerMethodField()
    next_check_at = serializers.DateTimeField(
        allow_null=True, help_text="When Postroom looks next; null where it does not look by itself: have it checked."
    )

    def get_target(self, domain: LinkDomain) -> str:
        return public_host()

    def get_proof_name(self, domain: LinkDomain) -> str:
        return proof_name(domain)

    def get_is_verified(self, domain: LinkDomain) -> bool:
        return domain.verified_at is not None

    def get_is_being_checked(self, domain: LinkDomain) -> bool:
        return domain.next_check_at is not None and domain.next_check_at <= clock.now()

    def to_representation(self, instance: LinkDomain) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | {"problem": shown["problem"] or None}
