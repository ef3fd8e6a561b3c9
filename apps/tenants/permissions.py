"""Roles and what each may do, in one place. Pages, API and templates ask for a permission, never for a role."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    CREATOR = "creator"
    APPROVER = "approver"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def whole_organization(self) -> bool:
        return self in (Role.OWNER, Role.ADMIN)


_VIEW: Final = frozenset({
    "workspace.view", "post.view", "account.view", "media.view", "queue.view", "approval.view", "policy.view",
    "analytics.view", "report.view", "link.view",
})  # fmt: skip
_CREATE: Final = _VIEW | {
    "post.edit",
    "link.edit",
    "media.upload",
    "media.edit",
    "approval.request",
    "approval.comment",
}
_APPROVE: Final = _VIEW | {"approval.decide", "approval.comment"}
_MANAGE: Final = _CREATE | {
    "post.schedule",
    "post.publish",
    "post.cancel",
    "queue.edit",
    "publication.retry",
    "publication.decide",
    "publication.edit",
    "publication.remove",
    "publishing.stop",
    "approval.decide",
    "account.connect",
    "account.disconnect",
    "workspace.edit",
    "media.shelve",
    "alert.edit",
    "analytics.refresh",
    "analytics.plan",
    "import.start",
    "report.edit",
    "event.view",
    "webhook.view",
    "webhook.edit",
}
_ADMINISTER: Final = _MANAGE | {
    "workspace.create",
    "workspace.archive",
    "member.view",
    "member.invite",
    "member.edit",
    "member.remove",
    "organization.view",
    "usage.view",
    "organization.stop",
    "app.view",
    "app.edit",
    "key.view",
    "key.edit",
    "audit.view",
    "policy.edit",
}
_OWN: Final = _ADMINISTER | {"organization.edit", "organization.erase", "organization.export", "owner.appoint"}

# Whoever is a member at all may do this: look around, switch, leave.
EVERY_MEMBER: Final = frozenset({"organization.enter"})
# About the organization as a whole, so asked for without a workspace; only roles of the whole organization hold them.
ORGANIZATION_WIDE: Final = EVERY_MEMBER | (_OWN - _MANAGE)
# What may still be done in an archived workspace.
WHEN_ARCHIVED: Final = _VIEW | {"workspace.archive"}

PERMISSIONS: Mapping[Role, frozenset[str]] = {
    Role.OWNER: _OWN,
    Role.ADMIN: _ADMINISTER | {"organization.edit"},
    Role.MANAGER: _MANAGE,
    Role.CREATOR: _CREATE,
    Role.APPROVER: _APPROVE,
    Role.VIEWER: _VIEW,
}
ALL_PERMISSIONS: Final = EVERY_MEMBER.union(*PERMISSIONS.values())
