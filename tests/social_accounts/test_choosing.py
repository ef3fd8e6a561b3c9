from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.core import tenancy
from apps.platforms import registry
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.capabilities import Option, OptionKind
from apps.platforms.errors import NotSent
from apps.social_accounts import services
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.services import choosing
from apps.tenants.models import Workspace
from tests.support import factories
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db
BOARD = Option("board", "Board", kind=OptionKind.REMOTE)


@pytest.fixture
def boards(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[tuple[str, str]] | NotSent]]:
    """What the platform says when it is asked for boards, one answer after the other."""
    answers: list[list[tuple[str, str]] | NotSent] = []

    def choices(self: object, option: str, credential: object) -> tuple[tuple[str, str], ...]:
        assert option == "board"
        said = answers.pop(0)
        if isinstance(said, NotSent):
            raise said
        return tuple(said)

    adapter = MemoryPlatform(lambda: clock.now).adapter_class()
    monkeypatch.setattr(MemoryAdapter, "choices", choices)
    monkeypatch.setattr(adapter, "capabilities", replace(adapter.capabilities, options=(BOARD,)))
    monkeypatch.setitem(registry.ADAPTERS, "memory", adapter)
    choosing.remote_options.cache_clear()
    yield answers
    choosing.remote_options.cache_clear()


@pytest.fixture
def account(workspace: Workspace) -> SocialAccount:
    return factories.account(workspace, "memory")


def kept(account: SocialAccount) -> dict[str, list[list[str]]]:
    with tenancy.scope(organization_id=account.organization_id):
        found: dict[str, list[list[str]]] = SocialAccount.objects.get(pk=account.pk).choices
        return found


def test_a_new_account_is_asked_for_its_choices_and_again_some_hours_later(
    boards: list, account: SocialAccount, clock: Clock
) -> None:
    boards += [[("7", "Garden")], [("7", "Garden"), ("8", "Kitchen")]]

    assert services.read_choices_due(now=clock.now) == 1
    assert kept(account) == {"board": [["7", "Garden"]]}
    assert services.read_choices_due(now=clock.now) == 0

    clock.advance(hours=6, seconds=1)
    assert services.read_choices_due(now=clock.now) == 1
    assert kept(account) == {"board": [["7", "Garden"], ["8", "Kitchen"]]}


def test_what_the_platform_does_not_tell_now_stays_as_it_was(
    boards: list, account: SocialAccount, clock: Clock
) -> None:
    boards += [[("7", "Garden")], NotSent("It did not answer.")]
    services.read_choices_due(now=clock.now)
    clock.advance(hours=7)

    services.read_choices_due(now=clock.now)

    assert kept(account) == {"board": [["7", "Garden"]]}


def test_accounts_without_such_choices_are_left_alone(
    workspace: Workspace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "ADAPTERS", {"memory": MemoryAdapter})
    factories.account(workspace, "memory")
    assert services.read_choices_due(now=clock.now + timedelta(days=1)) == 0
