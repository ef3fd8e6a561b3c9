"""What the API says of accounts and of how they are connected, and what it takes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core import clock
from apps.platforms import registry
from apps.platforms.capabilities import ConnectBy
from apps.social_accounts import languages
from apps.social_accounts.models import PortalLink, SocialAccount
from apps.social_accounts.selectors import health
from apps.social_accounts.states import AccountState, JourneyState
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId
from apps.tenants.serializers import ModeField

PLATFORMS = sorted(registry.names())
WITH_APPS = [
    name for name in PLATFORMS
    if not {ConnectBy.INSTANCE_OAUTH, ConnectBy.APP_PASSWORD} & set(registry.capabilities(name).connect_by)
]  # fmt: skip
WEEKS_13 = 91 * 24 * 60
SELECTIONS = ["hosted", "api"]


class Account(serializers.Serializer):
    """A channel at a platform, connected to a workspace."""

    id = PublicId(ids.ACCOUNT)
    mode = ModeField(help_text="`test`: an account at the simulated platform, connected in a test workspace.")
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    platform = serializers.ChoiceField(PLATFORMS)
    kind = serializers.CharField()
    remote_id = serializers.CharField()
    handle = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(AccountState.values)
    reason = serializers.CharField(allow_blank=True, help_text="Why it does not work, in words for whoever owns it.")
    ends_at = serializers.SerializerMethodField(help_text="When a person has to reconnect. Null: it renews itself.")
    checked_at = serializers.DateTimeField(allow_null=True)
    connected_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_ends_at(self, account: SocialAccount) -> Any:
        end = account.grant.ends_at if account.grant else None
        return serializers.DateTimeField().to_representation(end) if end else None


class AppShape(serializers.Serializer):
    """Which app accounts are connected with at a network: your own, the operator's, or none so far."""

    platform = serializers.ChoiceField(WITH_APPS)
    source = serializers.ChoiceField(["own", "operator"], allow_null=True)
    client_id = serializers.CharField(allow_null=True, help_text="Of your own app.")
    secret_hint = serializers.CharField(allow_blank=True, help_text="How the stored secret ends; no more is told.")
    accounts = serializers.IntegerField(help_text="Accounts that live on tokens of your own app.")
    redirect_uri = serializers.CharField(help_text="To be entered at the network exactly so.")
    portal = serializers.CharField(allow_blank=True, help_text="Where apps are made at the network.")
    changed_at = serializers.DateTimeField(allow_null=True)


class AppToEnter(serializers.Serializer):
    client_id = serializers.CharField(max_length=500)
    client_secret = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default="", write_only=True,
        help_text="Goes in and never comes out. Left out: the one that is stored for this client id stays.",
    )  # fmt: skip
    confirmed = serializers.BooleanField(
        default=False, help_text="Replace an app all the same that accounts were connected with."
    )


class AppTested(serializers.Serializer):
    is_known = serializers.BooleanField()
    words = serializers.CharField(help_text="What the network said, or why it could not be asked.")


class AccountHealth(serializers.Serializer):
    """How an account is, in one word and in several."""

    account = PublicId(ids.ACCOUNT)
    level = serializers.ChoiceField(["ok", "warn", "bad"])
    words = serializers.CharField()
    sign_in = serializers.CharField()
    state = serializers.ChoiceField(AccountState.values)
    reason = serializers.CharField(allow_blank=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    was_asked = serializers.BooleanField(help_text="False: the platform could not be asked, and nothing was changed.")


class Choice(serializers.Serializer):
    value = serializers.CharField()
    label = serializers.CharField(allow_blank=True)


class Channels(serializers.Serializer):
    """What may be chosen at the platform for a post of this account, by option: its boards, playlists, audiences."""

    read_at = serializers.DateTimeField(allow_null=True)
    options = serializers.DictField(child=Choice(many=True))


class Look(serializers.Serializer):
    colour = serializers.RegexField(r"^#[0-9a-fA-F]{6}$", required=False, help_text="Such as #1f7a5c.")
    back_label = serializers.CharField(required=False, max_length=60)
    back_url = serializers.URLField(required=False, max_length=300)

    def validate_colour(self, value: str) -> str:
        return value.strip()

    def validate_back_url(self, value: str) -> str:
        if not value.startswith("https://"):
            raise serializers.ValidationError("The address has to begin with https://.")
        return value


class SessionToMake(serializers.Serializer):
    workspace = Known(ids.WORKSPACE, Workspace, required=False, help_text="A key of one workspace may leave it out.")
    platforms = serializers.ListField(
        child=serializers.ChoiceField(PLATFORMS), required=False, min_length=1, max_length=len(PLATFORMS),
        help_text="Left out: all of them.",
    )  # fmt: skip
    max_accounts = serializers.IntegerField(
        required=False, min_value=1, max_value=500, allow_null=True, help_text="Null: no limit."
    )
    expires_in_minutes = serializers.IntegerField(required=False, min_value=5, max_value=WEEKS_13, default=24 * 60)
    return_url = serializers.CharField(
        required=False,
        max_length=500,
        help_text="Where people go afterwards; its origin is on the organization's list.",
    )
    selection = serializers.ChoiceField(
        SELECTIONS, default="hosted",
        help_text="Who chooses among several accounts: whoever has the link, in its pages, or you, by finalize.",
    )  # fmt: skip
    language = serializers.CharField(required=False, max_length=16, help_text="Left out: the browser's.")
    branding = Look(required=False, help_text="Left out: the organization's.")
    note = serializers.CharField(required=False, max_length=120, help_text="Who it is for, as members see it.")

    def validate_language(self, value: str) -> str:
        if not (found := languages.known(value)):
            raise serializers.ValidationError("The pages do not speak this language.", code="unknown_language")
        return found


class LinkToMake(serializers.Serializer):
    language = serializers.CharField(required=False, max_length=16, help_text="Left out: the browser's.")
    return_url = serializers.CharField(required=False, max_length=500)

    validate_language = SessionToMake.validate_language


class Session(serializers.Serializer):
    """A way for somebody without a seat to connect accounts of a workspace. The address that begins it is told once,
    when it is made."""

    id = PublicId(ids.SESSION)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    state = serializers.SerializerMethodField()
    platforms = serializers.ListField(child=serializers.ChoiceField(PLATFORMS))
    reconnects = PublicId(ids.ACCOUNT, source="reconnects_id", allow_null=True)
    max_accounts = serializers.IntegerField(allow_null=True)
    connected = serializers.IntegerField(help_text="How many accounts have come by it.")
    accounts = serializers.SerializerMethodField()
    return_url = serializers.CharField(allow_blank=True)
    selection = serializers.SerializerMethodField()
    language = serializers.CharField(allow_blank=True)
    branding = Look(source="look")
    note = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(["open", "done", "cancelled", "expired"]))
    def get_state(self, link: PortalLink) -> str:
        if link.spent_at or link.left == 0:
            return "done"
        if link.revoked_at:
            return "cancelled"
        return "open" if link.is_open(clock.now()) else "expired"

    @extend_schema_field(serializers.ListField(child=PublicId(ids.ACCOUNT)))
    def get_accounts(self, link: PortalLink) -> list[str]:
        journeys = link.sessions.all()
        found = [one for journey in journeys for one in journey.account_ids if journey.state == JourneyState.CONNECTED]
        return [PublicId(ids.ACCOUNT).to_representation(one) for one in dict.fromkeys(found)]

    @extend_schema_field(serializers.ChoiceField(SELECTIONS))
    def get_selection(self, link: PortalLink) -> str:
        return "api" if link.is_chosen_elsewhere else "hosted"


class SessionShownOnce(Session):
    url = serializers.URLField(help_text="Where its holder begins; in this answer and never again.")


class Channel(serializers.Serializer):
    """An account that a consent gave and that may be connected."""

    remote_id = serializers.CharField()
    kind = serializers.CharField()
    handle = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)


class Journey(serializers.Serializer):
    """One way to a platform's consent page and back."""

    id = PublicId(ids.JOURNEY)
    platform = serializers.ChoiceField(PLATFORMS)
    state = serializers.ChoiceField(JourneyState.values)
    reason = serializers.CharField(allow_blank=True)
    channels = serializers.SerializerMethodField()
    accounts = serializers.ListField(child=PublicId(ids.ACCOUNT), source="account_ids")
    created_at = serializers.DateTimeField()

    @extend_schema_field(Channel(many=True))
    def get_channels(self, journey: Any) -> list[dict[str, str]]:
        if journey.state != JourneyState.PENDING:
            return []
        names = list(Channel().fields)
        return [{name: str(channel.get(name, "")) for name in names} for channel in journey.channels]


class Chosen(serializers.Serializer):
    journey = PublicId(ids.JOURNEY)
    channels = serializers.ListField(
        child=serializers.CharField(max_length=255), min_length=1, max_length=500, help_text="By their remote_id."
    )


def health_of(account: SocialAccount, *, was_asked: bool) -> dict[str, Any]:
    found = health(account)
    said = {"level": found.level, "words": found.words, "sign_in": found.sign_in, "was_asked": was_asked}
    own = {"account": account.pk, "state": account.state, "reason": account.reason, "checked_at": account.checked_at}
    shown: dict[str, Any] = AccountHealth({**own, **said}).data
    return shown


def channels_of(account: SocialAccount) -> dict[str, Any]:
    options = {
        option: [{"value": str(value), "label": str(label)} for value, label in choices]
        for option, choices in account.choices.items()
    }
    shown: dict[str, Any] = Channels({"read_at": account.choices_read_at, "options": options}).data
    return shown


class FormatShape(serializers.Serializer):
    """One way in which a network shows a post; `limits` are those that differ."""

    name = serializers.CharField()
    label = serializers.CharField()
    limits = serializers.DictField()


class Metrics(serializers.Serializer):
    posts = serializers.ListField(child=serializers.CharField())
    accounts = serializers.ListField(child=serializers.CharField())


class CommentAbilities(serializers.Serializer):
    """What can be said below a post that is out. Some formats take no comments where the others do."""

    write = serializers.BooleanField()
    answer = serializers.BooleanField(help_text="Whether a comment may answer another one of ours.")
    unpublish = serializers.BooleanField(help_text="Whether one can be deleted at the network again.")
    max_text = serializers.IntegerField(allow_null=True, help_text="Null: none can be written.")
    max_media = serializers.IntegerField(help_text="How many files one may show.")
    media_types = serializers.ListField(child=serializers.CharField(), help_text="Of what kinds, before conversion.")
    needs_text = serializers.BooleanField(help_text="Whether it cannot consist of files alone.")


class PlatformShape(serializers.Serializer):
    """What a network can do. Sizes are bytes, lengths are counted as `limits.counting` says."""

    platform = serializers.ChoiceField(PLATFORMS)
    name = serializers.CharField()
    is_ready = serializers.BooleanField(
        help_text="Whether accounts can be connected: there is an app, or none is needed."
    )
    connect_by = serializers.ListField(child=serializers.CharField())
    limits = serializers.DictField()
    formats = FormatShape(many=True)
    options = serializers.DictField(help_text="JSON Schema of `overrides[].options`.")
    edits = serializers.ListField(
        child=serializers.CharField(),
        help_text="What of a post that is out can be changed, such as text or options.title.",
    )
    comments = CommentAbilities(help_text="What POST /comments can do there.")
    metrics = Metrics()
