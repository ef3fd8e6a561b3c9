"""What `expand` puts in the place of ids in posts and publications."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from apps.media.models import Asset
from apps.media.serializers import MediaShape
from apps.posts.api import campaigns, labels
from apps.posts.models import Post
from apps.posts.serializers import CampaignShape, LabelShape
from apps.publishing.api.showing import shown
from apps.social_accounts.api.accounts import accounts
from apps.social_accounts.serializers import Account
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.expand import ALWAYS, Expansion, shows
from apps.tenants.serializers import WorkspaceShape


def _posts(wanted: Collection[UUID]) -> dict[UUID, Any]:
    rows = list(Post.objects.filter(pk__in=wanted, deleted_at=None))
    return {post.pk: data for post, data in zip(rows, shown(rows), strict=True)}


def _files() -> Any:
    return Asset.objects.all()


def _workspaces() -> Any:
    return Workspace.objects.all()


_WORKSPACE: Final = Expansion(ids.WORKSPACE, "workspace", "workspace.view", shows(WorkspaceShape, _workspaces))
_ACCOUNTS: Final = shows(Account, accounts)

OF_POSTS: Final[Mapping[str, Expansion]] = {
    "accounts": Expansion(ids.ACCOUNT, "accounts.*", "account.view", _ACCOUNTS),
    "campaign": Expansion(ids.CAMPAIGN, "campaign", "post.view", shows(CampaignShape, campaigns)),
    "labels": Expansion(ids.LABEL, "labels.*", "post.view", shows(LabelShape, labels)),
    "media": Expansion(ids.MEDIA, "parts.*.media.*.media", "media.view", shows(MediaShape, _files)),
    "publications": ALWAYS,
    "workspace": _WORKSPACE,
}
OF_PUBLICATIONS: Final[Mapping[str, Expansion]] = {
    "account": Expansion(ids.ACCOUNT, "account", "account.view", _ACCOUNTS),
    "post": Expansion(ids.POST, "post", "post.view", _posts),
    "workspace": _WORKSPACE,
}
