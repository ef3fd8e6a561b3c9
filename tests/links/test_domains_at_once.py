"""A domain is removed in the very instant in which a link is made on it: one of the two finds the other done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apps.core import clock
from apps.core.actors import SYSTEM
from apps.links import services
from apps.links.errors import LinkRefused
from apps.links.models import Link, LinkDomain
from apps.posts import services as posts
from apps.posts.content import Content, PartContent, VariantContent
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from tests.links.conftest import HOST, inside
from tests.posts.test_sorting_at_once import Elsewhere
from tests.support import factories

# SQLite has one writer at a time.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def domain(workspace: Workspace) -> LinkDomain:
    with inside(workspace):
        made = LinkDomain.objects.create(workspace=workspace, host=HOST, token="token", verified_at=clock.now())
        services.change_settings(workspace=workspace, shortens=True, domain=HOST, actor=SYSTEM)
    return made


def by_hand(workspace: Workspace, _: object = None) -> None:
    services.make_link(workspace=workspace, destination="https://a.example/", domain=HOST, actor=SYSTEM)


def in_a_post(workspace: Workspace, account: SocialAccount) -> None:
    content = Content((PartContent("See https://a.example/"),), (VariantContent(account.pk),))
    posts.create(workspace_id=workspace.pk, content=content, author_id=None, actor=SYSTEM)


@pytest.mark.parametrize("make", [by_hand, in_a_post])
def test_a_domain_that_a_link_is_being_made_on_is_not_removed_under_its_hands(
    workspace: Workspace, domain: LinkDomain, make: Callable[[Workspace, SocialAccount], None]
) -> None:
    account = factories.account(workspace, "mastodon")

    def removal() -> None:
        with inside(workspace):
            services.remove_domain(domain=domain, actor=SYSTEM)

    with inside(workspace):
        make(workspace, account)
        removing = Elsewhere(removal)
        assert not removing.is_done_within(0.5)
    assert removing.is_done_within(30)

    assert [type(error) for error in removing.errors] == [LinkRefused]
    with inside(workspace):
        assert Link.objects.get().host == LinkDomain.objects.get().host == HOST


def test_a_link_waits_for_a_removal_and_is_refused(workspace: Workspace, domain: LinkDomain) -> None:
    def making() -> None:
        with inside(workspace):
            by_hand(workspace)

    with inside(workspace):
        services.remove_domain(domain=domain, actor=SYSTEM)
        beginning = Elsewhere(making)
        assert not beginning.is_done_within(0.5)
    assert beginning.is_done_within(30)

    assert [type(error) for error in beginning.errors] == [LinkRefused]
    with inside(workspace):
        assert not Link.objects.exists()
