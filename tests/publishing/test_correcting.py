"""Other words for one account of a post that is out elsewhere."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.core import clock as system_clock
from apps.platforms import registry
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.contract import Credential, Draft, Receipt, Staged
from apps.platforms.errors import Rejected
from apps.posts.models import Part, Variant
from apps.publishing.engine import claims
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.dashboard.pages import Page
from tests.support import factories
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db
TAKES = 200
LONG = "Rye, wheat and barley. " * 10


@pytest.fixture
def bluesky(memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch) -> MemoryPlatform:
    """Bluesky, whose server takes fewer characters than it is known for."""
    platform = MemoryPlatform(system_clock.now)

    class Strict(platform.adapter_class()):  # type: ignore[misc]
        name, label = "bluesky", "Bluesky"

        def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
            if len(draft.text) > TAKES:
                raise Rejected("Bluesky found the text too long.", field="text")
            return MemoryAdapter.commit(self, draft, staged, credential, key=key)

    monkeypatch.setitem(registry.ADAPTERS, "bluesky", Strict)
    return platform


@pytest.fixture
def refused(agency: Agency, bluesky: MemoryPlatform) -> Publication:
    """A post that is out on one account and was refused on Bluesky for its length."""
    bluesky.add_account("rye")
    token = bluesky.credential("rye").access_token.reveal()
    rye = factories.account(agency.workspace, "bluesky", token=token, handle="rye")
    post = agency.post(LONG, on=[agency.account("harbour"), rye])
    agency.schedule(post)
    run_worker()
    with agency.scope():
        publication = Publication.objects.get(post=post, account=rye)
    assert (publication.state, publication.problem_field) == (State.FAILED, "text")
    return publication


@pytest.fixture
def browser(owner: Membership, workspace: Workspace) -> Client:
    return factories.signed_in(owner, at=workspace)


def address(publication: Publication) -> str:
    return reverse("publishing:correct", args=[publication.pk])


def page_of_the_post(browser: Client, publication: Publication) -> str:
    return browser.get(reverse("publishing:post", args=[publication.post_id])).content.decode()


def test_words_that_one_platform_refused_are_corrected_and_go_out_there_once(
    agency: Agency, memory: MemoryPlatform, bluesky: MemoryPlatform, refused: Publication, browser: Client
) -> None:
    assert address(refused) in page_of_the_post(browser, refused)

    answer = browser.post(address(refused), {"action": "again", "text": "Rye, mostly."})
    run_worker()
    run_worker()

    assert answer.url == reverse("publishing:post", args=[refused.post_id])
    assert agency.read(refused).state == State.PUBLISHED
    assert bluesky.texts("rye") == ["Rye, mostly."]
    assert memory.texts("harbour") == [LONG]
    assert address(refused) not in page_of_the_post(browser, refused)


def test_the_page_names_the_problem_and_the_limit_at_the_text(refused: Publication, browser: Client) -> None:
    answer = browser.get(address(refused))

    (problem,) = answer.context["form"].errors["text"]
    page = answer.content.decode()
    assert "Bluesky found the text too long." in problem
    assert "Bluesky takes at most 500 characters." in page
    assert f"{len(LONG)} / 500" in page
    assert LONG.strip() in page


def test_saved_words_wait_until_somebody_tries_again(
    agency: Agency, bluesky: MemoryPlatform, refused: Publication, browser: Client
) -> None:
    browser.post(address(refused), {"action": "save", "text": "Rye,\r\nmostly.", "options.audience": "few"})
    run_worker()

    assert agency.read(refused).state == State.FAILED
    assert bluesky.posts == []
    with agency.scope():
        own = Variant.objects.get(post=refused.post_id, account=refused.account_id)
        shared = Part.objects.get(post=refused.post_id)
    assert (own.text, own.options) == ("Rye,\nmostly.", {"audience": "few"})
    assert shared.text == LONG


def test_a_refused_correction_keeps_the_words_and_names_each_problem_at_its_field(
    agency: Agency, bluesky: MemoryPlatform, refused: Publication, browser: Client
) -> None:
    too_long = browser.post(address(refused), {"action": "again", "text": "r" * 501})
    no_choice = browser.post(address(refused), {"action": "again", "text": "Rye", "options.audience": "nobody"})
    run_worker()

    assert too_long.status_code == no_choice.status_code == 422
    assert "1 too many" in too_long.context["form"].errors["text"][0]
    assert "r" * 501 in too_long.content.decode()
    assert list(no_choice.context["form"].errors) == ["options.audience"]
    assert agency.read(refused).state == State.FAILED
    assert bluesky.posts == []


def test_a_counter_is_answered_and_nothing_is_kept(agency: Agency, refused: Publication, browser: Client) -> None:
    answer = browser.post(address(refused), {"text": "Rye"}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert answer.context["counters"][0].count == "3"
    assert "counters" in Page(answer.content.decode()).ids
    assert agency.read(refused).revision == 1


def test_what_is_in_flight_keeps_its_words_and_the_person_keeps_theirs(
    agency: Agency, memory: MemoryPlatform, bluesky: MemoryPlatform, refused: Publication, browser: Client
) -> None:
    browser.post(reverse("publishing:retry", args=[refused.pk]))
    claims.claim_due(now=system_clock.now(), limit=1)

    answer = browser.post(address(refused), {"action": "again", "text": "Rye, mostly."})
    opened = browser.get(address(refused), follow=True)

    assert answer.status_code == 422
    assert "out or on its way" in answer.content.decode()
    assert "Rye, mostly." in answer.content.decode()
    assert "out or on its way" in opened.content.decode()
    assert agency.read(refused).state == State.PUBLISHING


@pytest.mark.parametrize("action", ["save", "again"])
def test_what_somebody_else_corrected_meanwhile_is_not_overwritten_and_nothing_is_lost(
    agency: Agency, bluesky: MemoryPlatform, refused: Publication, browser: Client, action: str
) -> None:
    seen = browser.get(address(refused)).context["form"]["revision"].value()
    browser.post(address(refused), {"action": "save", "text": "Theirs", "revision": seen})

    answer = browser.post(address(refused), {"action": action, "text": "Mine", "revision": seen})
    once_more = browser.post(address(refused), {"action": action, "text": "Mine", "revision": seen})
    run_worker()

    for conflict in (answer, once_more):
        page = conflict.content.decode()
        assert conflict.status_code == 409
        assert "changed this post meanwhile" in page
        assert "Mine" in page
        assert f'name="revision" value="{seen}"' in page
    assert bluesky.posts == []
    assert agency.read(refused).state == State.FAILED
    with agency.scope():
        assert Variant.objects.get(post=refused.post_id, account=refused.account_id).text == "Theirs"


def test_who_looks_again_after_somebody_else_may_save(agency: Agency, refused: Publication, browser: Client) -> None:
    browser.post(address(refused), {"action": "save", "text": "Theirs", "revision": 1})
    seen = browser.get(address(refused)).context["form"]["revision"].value()

    answer = browser.post(address(refused), {"action": "save", "text": "Mine", "revision": seen})

    assert answer.status_code == 302
    with agency.scope():
        assert Variant.objects.get(post=refused.post_id, account=refused.account_id).text == "Mine"


def test_a_held_one_is_resumed_with_its_new_words(
    agency: Agency, bluesky: MemoryPlatform, refused: Publication, browser: Client
) -> None:
    with agency.scope():
        Publication.objects.filter(pk=refused.pk).update(state=State.HELD)

    browser.post(address(refused), {"action": "again", "text": "Rye, mostly."})
    run_worker()

    assert bluesky.texts("rye") == ["Rye, mostly."]


def test_a_held_one_whose_account_is_signed_out_is_saved_but_not_tried_again(
    agency: Agency, refused: Publication, browser: Client
) -> None:
    with agency.scope():
        Publication.objects.filter(pk=refused.pk).update(state=State.HELD)
        SocialAccount.objects.filter(pk=refused.account_id).update(state=AccountState.NEEDS_REAUTH)

    page = browser.get(address(refused)).content.decode()
    browser.post(address(refused), {"action": "save", "text": "Rye, mostly."})

    assert 'value="again"' not in page
    assert agency.read(refused).revision == 2
    assert agency.read(refused).state == State.HELD


def test_a_post_that_is_out_nowhere_is_edited_as_a_whole(agency: Agency, browser: Client) -> None:
    publication = agency.scheduled(minutes=60)

    page = page_of_the_post(browser, publication)

    assert reverse("dashboard:edit", args=[publication.post_id]) in page
    assert address(publication) not in page


@pytest.mark.parametrize(("role", "saves"), [(Role.VIEWER, 403), (Role.CREATOR, 302), (Role.MANAGER, 302)])
def test_who_may_write_may_save(refused: Publication, workspace: Workspace, role: Role, saves: int) -> None:
    member = factories.member(workspace.organization, role, workspaces=[workspace])
    browser = factories.signed_in(member, at=workspace)

    offered = address(refused) in page_of_the_post(browser, refused)
    saved = browser.post(address(refused), {"action": "save", "text": "Rye"})

    assert saved.status_code == saves
    assert offered == (saves == 302)


def test_who_may_write_but_not_try_again_is_not_offered_it_and_changes_nothing_with_it(
    agency: Agency, refused: Publication, workspace: Workspace
) -> None:
    creator = factories.member(workspace.organization, Role.CREATOR, workspaces=[workspace])
    browser = factories.signed_in(creator, at=workspace)

    page = browser.get(address(refused)).content.decode()
    answer = browser.post(address(refused), {"action": "again", "text": "Rye"})

    assert 'value="again"' not in page
    assert answer.status_code == 403
    assert agency.read(refused).revision == 1


def test_a_stranger_finds_no_words_to_correct(refused: Publication, stranger_workspace: Workspace) -> None:
    stranger = factories.member(stranger_workspace.organization)
    browser = factories.signed_in(stranger, at=stranger_workspace)

    assert browser.get(address(refused)).status_code == 404
    assert browser.post(address(refused), {"action": "again", "text": "Mine"}).status_code == 404
