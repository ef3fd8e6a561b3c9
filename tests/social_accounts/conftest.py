from __future__ import annotations

import pytest

from apps.social_accounts import services
from apps.social_accounts.models import SocialAccount
from apps.tenants.members import Member, member_of
from apps.tenants.models import Membership, Workspace
from tests.support.platforms import answer_of
from tests.support.sandbox import Sandbox


@pytest.fixture
def manager(owner: Membership, workspace: Workspace) -> Member:
    """A member who may connect accounts of the workspace."""
    member = member_of(owner.user, workspace.organization_id, workspace_id=workspace.pk)
    assert member is not None
    return member


class Connecting:
    """Connects accounts as a person does: by the platform's consent page, or by an app password."""

    def __init__(self, sandbox: Sandbox, manager: Member) -> None:
        self.sandbox, self.manager = sandbox, manager

    def address(self, platform: str, handle: str) -> str:
        return {"mastodon": self.sandbox.origin("mastodon"), "bluesky": f"{handle}.test"}.get(platform, "")

    def begin(self, platform: str, handle: str = "harbourcoffee", **more: object) -> services.Journey:
        workspace = self.manager.workspace
        assert workspace is not None
        return services.begin_consent(
            member=self.manager,
            workspace_id=workspace.pk,
            platform=platform,
            address=self.address(platform, handle),
            **more,  # type: ignore[arg-type]
        )

    def consent(self, platform: str, handle: str = "harbourcoffee", **more: object) -> SocialAccount:
        journey = self.begin(platform, handle, **more)
        shown = f"{handle}.test" if platform == "bluesky" else handle
        return self.finish(platform, self.sandbox.consent(journey.authorize_url, shown), journey.browser_token)

    def finish(self, platform: str, callback_url: str, browser_token: str) -> SocialAccount:
        _, accounts = services.finish_consent(
            member=self.manager, platform=platform, answer=answer_of(callback_url), browser_token=browser_token
        )
        return accounts[0]


@pytest.fixture
def connecting(platforms: Sandbox, manager: Member) -> Connecting:
    return Connecting(platforms, manager)
