"""What the API says of organizations, workspaces, members and keys, and what it takes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core import clock
from apps.core.actors import ActorKind
from apps.tenants.keys import Mode
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId
from apps.tenants.scopes import SCOPES
from apps.tenants.zones import validate_zone

ROLES = [role.value for role in Role]
MODES = [mode.value for mode in Mode]
LONGEST_LATENESS = 7 * 24 * 3600


def mode_of(row: Any) -> str:
    """Whether it is real, as the API says it."""
    return (Mode.TEST if row.is_test else Mode.LIVE).value


@extend_schema_field({"type": "string", "enum": MODES})
class ModeField(serializers.Field):
    """`live` or `test`, of a row that knows which it is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **{"source": "*", **options})

    def to_representation(self, row: Any) -> str:
        return mode_of(row)


class Organization(serializers.Serializer):
    id = PublicId(ids.ORGANIZATION, read_only=True)
    name = serializers.CharField(max_length=120)
    slug = serializers.CharField(read_only=True)
    timezone = serializers.CharField(max_length=64, validators=[validate_zone], help_text="Such as Europe/Berlin.")
    created_at = serializers.DateTimeField(read_only=True)


class WorkspaceShape(serializers.Serializer):
    """One client of the organization."""

    id = PublicId(ids.WORKSPACE, read_only=True)
    mode = ModeField(
        help_text="`test`: what is done in it goes to simulated platforms. One that a test key makes is, and stays so."
    )
    name = serializers.CharField(max_length=120)
    timezone = serializers.CharField(
        max_length=64, validators=[validate_zone], required=False, help_text="Left out: the organization's."
    )
    external_ref = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="Your own name for it; once in an organization."
    )
    too_late_after_seconds = serializers.IntegerField(
        source="too_late_after",
        min_value=60,
        max_value=LONGEST_LATENESS,
        required=False,
        allow_null=True,
        help_text="A post this late is held for a person. Null: the default of this Postroom.",
    )
    alt_text_required = serializers.BooleanField(required=False)
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(_InSeconds(instance))
        return shown


class _InSeconds:
    """A workspace whose span is a number."""

    def __init__(self, workspace: Workspace) -> None:
        late = workspace.too_late_after
        self.too_late_after = int(late.total_seconds()) if late is not None else None
        self._workspace = workspace

    def __getattr__(self, name: str) -> Any:
        return getattr(self._workspace, name)


class Access(serializers.Serializer):
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    role = serializers.ChoiceField(ROLES)
    access_until = serializers.DateTimeField(allow_null=True)


class Member(serializers.Serializer):
    """A person in the organization. Owners and admins see every workspace; others have a role in each of theirs."""

    id = PublicId(ids.MEMBER)
    name = serializers.CharField(source="user.name", allow_blank=True)
    email = serializers.EmailField(source="user.email")
    role = serializers.SerializerMethodField()
    workspaces = serializers.SerializerMethodField()
    joined_at = serializers.DateTimeField()

    @extend_schema_field(
        {"type": ["string", "null"], "enum": [*(r for r in ROLES if Role(r).whole_organization), None]}
    )
    def get_role(self, membership: Membership) -> str | None:
        return membership.role or None

    @extend_schema_field(Access(many=True))
    def get_workspaces(self, membership: Membership) -> Any:
        now = clock.now()
        alive = [row for row in membership.accesses.all() if row.access_until is None or row.access_until > now]
        return Access(sorted(alive, key=lambda row: row.workspace_id), many=True).data


class RoleChange(serializers.Serializer):
    role = serializers.ChoiceField(ROLES)
    workspaces = serializers.ListField(
        child=Known(ids.WORKSPACE, Workspace),
        required=False,
        default=list,
        max_length=500,
        help_text="Where it holds; owners and admins need none.",
    )
    access_until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class Invite(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(ROLES)
    workspaces = serializers.ListField(
        child=Known(ids.WORKSPACE, Workspace), required=False, default=list, max_length=500
    )


class Invitation(serializers.Serializer):
    id = PublicId(ids.INVITATION)
    email = serializers.EmailField()
    role = serializers.ChoiceField(ROLES)
    workspaces = serializers.ListField(child=PublicId(ids.WORKSPACE), source="workspace_ids")
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class Key(serializers.Serializer):
    """An API key, without what makes it one."""

    id = PublicId(ids.KEY)
    name = serializers.CharField()
    key_hint = serializers.CharField(source="masked", help_text="The beginning of the key.")
    mode = serializers.ChoiceField(MODES)
    scopes = serializers.ListField(child=serializers.CharField())
    workspace = PublicId(ids.WORKSPACE, source="workspace_id", allow_null=True)
    allowed_addresses = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To within some minutes.")
    rolled_at = serializers.DateTimeField(allow_null=True)
    overlaps_until = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class KeyShownOnce(Key):
    key = serializers.CharField(help_text="The whole key, in this answer and never again.")


class KeyToMake(serializers.Serializer):
    name = serializers.CharField(max_length=80)
    mode = serializers.ChoiceField(MODES, default=Mode.LIVE.value)
    scopes = serializers.ListField(child=serializers.ChoiceField(list(SCOPES)), min_length=1, max_length=len(SCOPES))
    workspace = Known(ids.WORKSPACE, Workspace, required=False, allow_null=True, default=None)
    allowed_addresses = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, default=list, max_length=50
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class KeyToRoll(serializers.Serializer):
    overlap_hours = serializers.IntegerField(
        min_value=0, max_value=168, default=24, help_text="How long the old key goes on working."
    )


class AuditSubject(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.CharField()


class AuditActor(serializers.Serializer):
    kind = serializers.ChoiceField([kind.value for kind in ActorKind])
    id = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_blank=True, help_text="As it is now; empty for who is not known any more.")


class AuditEntry(serializers.Serializer):
    """Something that somebody did. `diff` says what changed, and holds neither secrets nor the words of posts."""

    id = PublicId(ids.AUDIT)
    verb = serializers.CharField()
    subject = serializers.SerializerMethodField()
    actor = serializers.SerializerMethodField()
    workspace = PublicId(ids.WORKSPACE, source="workspace_id", allow_null=True)
    diff = serializers.DictField()
    request_id = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True, help_text="The network address, without its last part.")
    created_at = serializers.DateTimeField()

    @extend_schema_field(AuditSubject)
    def get_subject(self, entry: Any) -> dict[str, str]:
        return ids.subject(entry.subject_type, entry.subject_id)

    @extend_schema_field(AuditActor)
    def get_actor(self, entry: Any) -> dict[str, Any]:
        guest = ids.GUEST if entry.verb.startswith("approval.") else ids.SESSION
        kind = {ActorKind.KEY: ids.KEY, ActorKind.GUEST: guest}.get(entry.actor_kind)
        shown = ids.public(kind, entry.actor_id) if kind and entry.actor_id else entry.actor_id and str(entry.actor_id)
        return {"kind": entry.actor_kind, "id": shown, "name": self.context["names"].get(entry.actor_id, "")}
