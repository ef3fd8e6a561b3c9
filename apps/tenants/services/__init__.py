"""The verbs of this room: organizations, their branding, workspaces, members, invitations, keys."""

from apps.tenants.services.answers import forget_answers
from apps.tenants.services.api_keys import caller_with, make_key, revoke_key, roll_key, scopes_to_give
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
    "caller_with",
    "change_member",
    "create_organization",
    "create_workspace",
    "find",
    "forget_answers",
    "has_account",
    "invite",
    "join",
    "make_key",
    "remove_member",
    "restore_workspace",
    "revoke",
    "revoke_key",
    "roll_key",
    "scopes_to_give",
    "send_again",
    "update_branding",
    "update_organization",
    "update_workspace",
]
