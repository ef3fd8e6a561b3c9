"""The page of a post that is out: what it offers there, to whom, and what it says afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.actors import SYSTEM
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.contract import Credential, RemotePost
from apps.platforms.errors import NotOffered, Rejected
from apps.posts.models import Variant
from apps.publishing import services
from apps.publishing.models import Attempt, Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.dashboard.pages import Page
from tests.support import factories
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db
VERBS = ("change", "take_down", "said_removed")


@pytest.fixture
def browser(owner: Membership, workspace: Workspace) -> Client:
    return factories.signed_in(owner, at=workspace)


@pytest.fixture
def out(agency: Agency, memory: MemoryPlatform) -> Publication:
    publication = agency.scheduled("Open until 8", comment="Come in")
    run_worker()
    row: Publication = agency.read(publication)
    assert memory.texts("harbour") == ["Open until 8", "Come in"]
    return row


def url(name: str, row: Publication) -> str:
    return reverse(f"publishing:{name}", args=[row.pk])


def page_of(browser: Client, row: Publication) -> str:
    return browser.get(reverse("publishing:post", args=[row.post_id])).content.decode()


def offered(page: str, row: Publication) -> set[str]:
    return {name for name in VERBS if url(name, row) in page}


def able(memory: MemoryPlatform, **can: object) -> None:
    adapter(memory).capabilities = replace(MemoryAdapter.capabilities, **can)  # type: ignore[arg-type]


def test_what_is_out_is_taken_down_after_a_question(
    agency: Agency, memory: MemoryPlatform, out: Publication, browser: Client
) -> None:
    page = page_of(browser, out)
    assert offered(page, out) == {"change", "take_down"}
    assert "Take it down from Memory?" in page
    assert "and with it your reply below it. Likes and comments there are lost." in page

    answer = browser.post(url("take_down", out), follow=True)

    page = answer.content.decode()
    assert "Taken down from Memory." in page
    assert memory.posts == []
    assert offered(page, out) == set()
    assert 'data-state="removed"' in page
    assert "Taken down" in page
    assert "View post" not in page


def test_a_lost_answer_is_still_said_when_the_page_is_opened_again(
    memory: MemoryPlatform, out: Publication, browser: Client
) -> None:
    able(memory, threads=False)
    memory.fault("lost_after", call="delete")
    browser.post(url("take_down", out))

    page = page_of(browser, out)

    assert "It may or may not have been taken down." in page
    assert "We do not know whether it worked" in page
    assert offered(page, out) == {"change", "take_down"}


def test_a_text_is_changed_in_a_form_that_knows_its_limits(
    agency: Agency, memory: MemoryPlatform, out: Publication, browser: Client
) -> None:
    form = browser.get(url("change", out))
    shown = form.content.decode()
    assert "Memory takes at most 500 characters." in shown
    assert "12 / 500" in shown
    assert "Open until 8" in shown

    seen = form.context["form"]["revision"].value()
    answer = browser.post(
        url("change", out),
        {"action": "save", "text": "Open\r\nuntil 9", "options.audience": "few", "revision": seen},
        follow=True,
    )

    assert "Changed on Memory." in answer.content.decode()
    assert [step.title for step in answer.context["history"]][:1] == ["Changed where it is live"]
    assert "Changed" not in [step.title for step in answer.context["history"]]
    assert memory.texts("harbour")[0] == "Open\nuntil 9"
    with agency.scope():
        own = Variant.objects.get(post=out.post_id)
    assert (own.text, own.options) == ("Open\nuntil 9", {"audience": "few"})


def test_a_form_shows_only_what_can_be_changed_there(memory: MemoryPlatform, out: Publication, browser: Client) -> None:
    able(memory, edits=frozenset({"options.audience"}))

    assert list(browser.get(url("change", out)).context["form"].fields) == ["revision", "options.audience"]
    answer = browser.post(url("change", out), {"action": "save", "options.audience": "few", "revision": 1})

    assert answer.status_code == 302
    assert memory.texts("harbour")[0] == "Open until 8"


def test_looking_at_a_counter_changes_nothing(memory: MemoryPlatform, out: Publication, browser: Client) -> None:
    answer = browser.post(url("change", out), {"text": "Rye"}, headers={"HX-Request": "true"})

    assert answer.context["counters"][0].count == "3"
    assert "counters" in Page(answer.content.decode()).ids
    assert memory.texts("harbour")[0] == "Open until 8"


def test_a_refused_change_comes_back_as_it_was_typed(
    memory: MemoryPlatform, out: Publication, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rejected(*_: object) -> None:
        raise Rejected("Memory does not like rye.", field="text")

    too_long = browser.post(url("change", out), {"action": "save", "text": "r" * 501})
    monkeypatch.setattr(adapter(memory), "edit", rejected)
    refused = browser.post(url("change", out), {"action": "save", "text": "Rye, mostly"})

    assert (too_long.status_code, refused.status_code) == (422, 422)
    assert "1 too many" in too_long.context["form"].errors["text"][0]
    assert refused.context["form"].errors["text"] == ["Memory does not like rye."]
    assert "Rye, mostly" in refused.content.decode()
    assert "The text was not changed." in page_of(browser, out)


def test_words_whose_answer_was_lost_are_offered_again(
    memory: MemoryPlatform, out: Publication, browser: Client
) -> None:
    memory.fault("lost_after", call="edit")
    lost = browser.post(url("change", out), {"action": "save", "text": "Open until 9", "options.audience": "few"})
    assert lost.status_code == 422
    assert "We do not know whether it worked" in lost.content.decode()

    again = browser.get(url("change", out))

    assert "This is the change whose answer was lost." in again.content.decode()
    assert again.context["form"]["text"].value() == "Open until 9"
    assert again.context["form"]["options.audience"].value() == "few"


def test_who_was_slower_is_told_and_keeps_their_words(
    memory: MemoryPlatform, out: Publication, browser: Client
) -> None:
    browser.post(url("change", out), {"action": "save", "text": "Theirs", "revision": 1})

    answer = browser.post(url("change", out), {"action": "save", "text": "Mine", "revision": 1})

    assert answer.status_code == 409
    assert "Mine" in answer.content.decode()
    assert memory.texts("harbour")[0] == "Theirs"


def test_where_a_platform_cannot_a_person_does_it_there_and_says_so(
    agency: Agency, memory: MemoryPlatform, out: Publication, browser: Client
) -> None:
    able(memory, deletes=False, edits=frozenset(), threads=False)

    page = page_of(browser, out)
    assert offered(page, out) == {"said_removed"}
    assert "Memory does not let Postroom delete this post." in page
    assert out.remote_url in page

    said = browser.post(url("said_removed", out), follow=True).content.decode()
    assert agency.read(out).state == State.REMOVED
    assert "taken down by hand" in said
    assert memory.texts("harbour")[0] == "Open until 8"


def test_what_a_platform_has_no_call_for_is_not_offered_twice(
    memory: MemoryPlatform, out: Publication, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    able(memory, threads=False)

    def not_offered(self: MemoryAdapter, post: RemotePost, credential: Credential) -> None:
        raise NotOffered("On Memory, stories cannot be deleted.")

    monkeypatch.setattr(adapter(memory), "delete", not_offered)
    browser.post(url("take_down", out))

    page = page_of(browser, out)
    assert offered(page, out) == {"change", "said_removed"}
    assert "On Memory, stories cannot be deleted." in page


def test_a_signed_out_account_is_reconnected_first_or_done_by_hand(
    agency: Agency, out: Publication, browser: Client
) -> None:
    with agency.scope():
        SocialAccount.objects.filter(pk=out.account_id).update(state=AccountState.NEEDS_REAUTH)

    page = page_of(browser, out)

    assert "once this account is connected again" in page
    assert "take_down" not in offered(page, out)


def test_a_comment_is_taken_down_alone(
    agency: Agency, memory: MemoryPlatform, out: Publication, browser: Client
) -> None:
    (comment,) = agency.follow_ups(out)
    address = reverse("publishing:take_down_follow_up", args=[comment.pk])
    assert address in page_of(browser, out)

    browser.post(address)

    assert memory.texts("harbour") == ["Open until 8"]
    assert agency.read(comment).state == State.REMOVED
    assert address not in page_of(browser, out)


def test_the_list_and_the_calendar_show_what_was_removed(agency: Agency, out: Publication, browser: Client) -> None:
    services.take_down(publication=out, actor=SYSTEM)

    for address in ("publishing:list", "dashboard:calendar"):
        page = browser.get(reverse(address), follow=True).content.decode()
        assert 'data-state="removed"' in page, address


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.OWNER, True),
        (Role.ADMIN, True),
        (Role.MANAGER, True),
        (Role.CREATOR, False),
        (Role.APPROVER, False),
        (Role.VIEWER, False),
    ],
)
def test_who_may_and_who_may_not(
    agency: Agency, memory: MemoryPlatform, out: Publication, workspace: Workspace, role: Role, may: bool
) -> None:
    member = factories.member(workspace.organization, role, workspaces=[workspace])
    browser = factories.signed_in(member, at=workspace)
    (comment,) = agency.follow_ups(out)

    assert bool(offered(page_of(browser, out), out)) == may
    answers = [
        browser.get(url("change", out)),
        browser.post(url("change", out), {"action": "save", "text": "Mine"}),
        browser.post(reverse("publishing:take_down_follow_up", args=[comment.pk])),
        browser.post(url("take_down", out)),
        browser.post(url("said_removed", out)),
    ]

    expected = [200, 302, 302, 302, 302] if may else [403] * 5
    assert [answer.status_code for answer in answers] == expected
    assert bool(memory.posts) != may


def test_another_clients_people_find_nothing(
    agency: Agency, memory: MemoryPlatform, out: Publication, other_workspace: Workspace, stranger_workspace: Workspace
) -> None:
    neighbour = factories.member(other_workspace.organization, Role.MANAGER, workspaces=[other_workspace])
    stranger = factories.member(stranger_workspace.organization)
    (comment,) = agency.follow_ups(out)
    for member, at in ((neighbour, other_workspace), (stranger, stranger_workspace)):
        browser = factories.signed_in(member, at=at)
        answers = [browser.post(url(name, out), {"action": "save", "text": "Mine"}) for name in VERBS]
        answers.append(browser.post(reverse("publishing:take_down_follow_up", args=[comment.pk])))
        assert [answer.status_code for answer in answers] == [404] * 4

    assert memory.texts("harbour") == ["Open until 8", "Come in"]
    with agency.scope():
        assert not Attempt.objects.exclude(deed="publish").exists()
