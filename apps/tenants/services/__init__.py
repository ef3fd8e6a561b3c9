"""The verbs of this room, told in five stories: organizations, their branding, workspaces, members, invitations."""

from apps.tenants.services.branding import branding_of, update_branding
from apps.tenants.services.invitations import accept, find, has_account, invite, join, revoke, send_again
from apps.tenants.services.members import change_member, remove_member
from apps.tenants.services.organizations import create_organization, update_organization
from apps.tenants.services.workspaces import (
    archive_workspace,
    create_workspace,
    restore_workspace,
    update_workspace,
)

__all__ = [
    "accept",
    "archive_workspace",
    "branding_of",
    "change_member",
    "create_organization",
    "create_workspace",
    "find",
    "has_account",
    "invite",
    "join",
    "remove_member",
    "restore_workspace",
    "revoke",
    "send_again",
    "update_branding",
    "update_organization",
    "update_workspace",
]
