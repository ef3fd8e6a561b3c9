"""The emergency stop as people meet it: a red button that asks why, a bar on every page, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.publishing import services
from apps.publishing.models import OperatorStop, Publication, Stop
from apps.publishing.restraints import Scope, Target
from apps.publishing.states import State
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db
REASON = "A recall: check every caption first"


@pytest.fixture
def browser(agency: Agency, owner: Membership) -> Client:
    return factories.signed_in(owner, at=agency.workspace)


@pytest.fixture
def address(agency: Agency) -> str:
    return reverse("stops:workspace", args=[agency.workspace.pk])


def the_stop(agency: Agency) -> Stop:
    with tenancy.scope(organization_id=agency.workspace.organization_id):
        return Stop.objects.get()


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_page_says_what_it_touches_and_asks_why(agency: Agency, browser: Client, address: str) -> None:
    for minutes in (10, 20, 60 * 30):
        agency.scheduled(minutes=minutes, on=[agency.account(f"account{minutes}")])

    asked = browser.get(address)
    refused = browser.post(address, {"reason": "  "})

    assert "Stop publishing for Café Luna?" in text_of(asked)
    assert "<b>2 posts</b> of the next 24 hours would wait" in text_of(asked)
    assert refused.status_code == 422
    assert "Say why, in a few words" in text_of(refused)


def test_asked_by_a_script_it_is_a_button_with_its_dialog(agency: Agency, browser: Client, address: str) -> None:
    page = browser.get(reverse("tenants:workspace_edit", args=[agency.workspace.pk]))
    piece = browser.get(address, headers={"HX-Request": "true"})

    # Without scripts the link in its place leads to the page.
    assert f'hx-get="{address}"' in text_of(page)
    assert f'<a class="btn danger" href="{address}">' in text_of(page)
    assert "<html" not in text_of(piece)
    assert 'popovertarget="stop-publishing"' in text_of(piece)


def test_stopped_is_told_on_every_page_until_it_is_lifted(agency: Agency, browser: Client, address: str) -> None:
    assert browser.post(address, {"reason": REASON}).status_code == 302
    made = the_stop(agency)
    way_back = reverse("stops:stop", args=[made.pk])

    for page in ("/", "/posts/", "/calendar/", "/compose/", "/media/", "/social-accounts/", "/settings/organization/"):
        shown = text_of(browser.get(page, follow=True))
        assert "Publishing is stopped for Café Luna" in shown, page
        assert REASON in shown
        assert way_back in shown

    browser.post(way_back, {"choice": "review"})
    assert "Publishing is stopped" not in text_of(browser.get("/posts/"))


def test_a_page_of_an_error_tells_it_too(agency: Agency, browser: Client, address: str) -> None:
    browser.post(address, {"reason": REASON})

    answer = browser.get("/posts/00000000-0000-7000-8000-000000000000/")

    assert answer.status_code == 404


def test_who_sees_another_client_alone_is_not_told(
    agency: Agency, browser: Client, address: str, other_workspace: Workspace
) -> None:
    browser.post(address, {"reason": REASON})
    other = factories.member(agency.workspace.organization, Role.MANAGER, workspaces=[other_workspace])

    shown = text_of(factories.signed_in(other, at=other_workspace).get("/posts/"))

    assert REASON not in shown


def test_who_may_not_lift_it_sees_it_without_the_buttons(agency: Agency, browser: Client, address: str) -> None:
    browser.post(address, {"reason": REASON})
    way_back = reverse("stops:stop", args=[the_stop(agency).pk])
    creator = factories.member(agency.workspace.organization, Role.CREATOR, workspaces=[agency.workspace])
    other = factories.signed_in(creator, at=agency.workspace)

    page = other.get(way_back)

    assert REASON in text_of(page)
    assert 'name="choice"' not in text_of(page)
    assert other.post(way_back, {"choice": "resume"}).status_code == 403


def test_a_manager_lifts_nothing_of_the_whole_organization(agency: Agency, browser: Client) -> None:
    browser.post(reverse("stops:organization"), {"reason": REASON})
    way_back = reverse("stops:stop", args=[the_stop(agency).pk])
    manager = factories.member(agency.workspace.organization, Role.MANAGER, workspaces=[agency.workspace])
    other = factories.signed_in(manager, at=agency.workspace)

    assert other.post(way_back, {"choice": "review"}).status_code == 403
    assert other.get(reverse("stops:organization")).status_code == 403
    assert the_stop(agency).lifted_at is None


def held_after_a_stop(agency: Agency, browser: Client, address: str, clock: Clock) -> list[Publication]:
    rows = [agency.scheduled(f"Due in {one}", minutes=one, on=[agency.account(f"account{one}")]) for one in (10, 20)]
    browser.post(address, {"reason": REASON})
    clock.advance(hours=1)
    for _ in range(3):
        run_worker()
    assert [agency.read(row).state for row in rows] == [State.HELD] * 2
    return rows


def test_the_way_back_offers_each_choice_and_does_it(
    agency: Agency, browser: Client, address: str, clock: Clock
) -> None:
    rows = held_after_a_stop(agency, browser, address, clock)
    way_back = reverse("stops:stop", args=[the_stop(agency).pk])

    page = text_of(browser.get(way_back))
    done = text_of(browser.post(way_back, {"choice": "pause"}, follow=True))

    for offered in ("Move by 1 h", "Move by 1 day", "Send 2 posts", "Review each", "Leave 2 out", "Due in 10"):
        assert offered in page
    assert "Publishing goes on. Moved 2 posts." in done
    assert [agency.read(row).state for row in rows] == [State.SCHEDULED] * 2


def test_one_by_one_each_gets_its_own_choice(agency: Agency, browser: Client, address: str, clock: Clock) -> None:
    first, second = held_after_a_stop(agency, browser, address, clock)
    made = the_stop(agency)
    way_back = reverse("stops:stop", args=[made.pk])

    review = text_of(browser.post(way_back, {"choice": "review"}, follow=True))
    assert f'name="post-{first.pk}"' in review
    assert "2 posts still wait after the stop for Café Luna" in text_of(browser.get("/posts/"))
    browser.post(reverse("stops:each", args=[made.pk]), {f"post-{first.pk}": "resume", f"post-{second.pk}": ""})

    assert [agency.read(row).state for row in (first, second)] == [State.SCHEDULED, State.HELD]
    assert "1 post still waits after the stop" in text_of(browser.get("/posts/"))


def test_what_a_stop_holds_is_not_offered_to_be_sent_before_it_is_lifted(
    agency: Agency, browser: Client, address: str, clock: Clock
) -> None:
    (row, _) = held_after_a_stop(agency, browser, address, clock)
    resume = reverse("publishing:resume", args=[row.pk])
    page = reverse("publishing:post", args=[row.post_id])

    assert resume not in text_of(browser.get(page))
    browser.post(reverse("stops:stop", args=[the_stop(agency).pk]), {"choice": "review"})
    assert resume in text_of(browser.get(page))


def test_a_choice_that_is_none_is_refused(agency: Agency, browser: Client, address: str) -> None:
    browser.post(address, {"reason": REASON})

    answer = browser.post(reverse("stops:stop", args=[the_stop(agency).pk]), {"choice": "everything"})

    assert answer.status_code == 422
    assert the_stop(agency).lifted_at is None


def test_the_list_offers_what_may_be_stopped(agency: Agency, browser: Client, other_workspace: Workspace) -> None:
    agency.account()
    manager = factories.member(agency.workspace.organization, Role.MANAGER, workspaces=[agency.workspace])

    of_owner = browser.get("/stops/").context
    of_manager = factories.signed_in(manager, at=agency.workspace).get("/stops/").context

    assert [choice.name for choice in of_owner["choices"]] == ["All of Northlight Agency", "Café Luna", "Delta Outdoor"]
    assert [choice.name for choice in of_owner["networks"]] == ["Memory"]
    assert [choice.name for choice in of_manager["choices"]] == ["Café Luna"]
    assert of_manager["networks"] == []


def test_a_page_costs_one_query_more_however_many_stops_there_were(
    agency: Agency, browser: Client, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(200) as found:
            browser.get("/posts/")
        return len(found)

    browser.get("/posts/")
    before = queries()
    with agency.scope():
        for _ in range(5):
            target = Target(Scope.WORKSPACE, agency.workspace.organization_id, agency.workspace.pk)
            made = services.stop(target=target, reason=REASON, actor=SYSTEM)
            services.lift(stop_id=made.pk, actor=SYSTEM)
            Stop.objects.filter(pk=made.pk).update(lifted_at=made.since.replace(year=2020))
    assert queries() == before


# --- publishing windows ---------------------------------------------------------------------------------------------


def test_windows_are_set_on_one_page(agency: Agency, browser: Client) -> None:
    address = reverse("windows:windows", args=[agency.workspace.pk])
    blackout = {"blackout-name": "Fair", "blackout-first": "2027-03-20", "blackout-last": ""}
    quiet = {"quiet-days": ["0", "1"], "quiet-begins": "20:00", "quiet-ends": "07:00"}

    browser.post(address, {"action": "blackout-add", **blackout})
    browser.post(address, {"action": "quiet-add", **quiet})
    browser.post(address, {"action": "pace", "pace-spacing": "30", "pace-daily_most": "4"})

    page = text_of(browser.get(address))
    assert "Fair" in page
    assert "20 Mar 2027" in page
    assert "Mon and Tue 20:00 to 07:00" in page
    assert 'value="30"' in page
    browser.post(address, {"action": "blackout-remove:2027-03-20 2027-03-20 Fair"})
    browser.post(address, {"action": "quiet-remove:Mon and Tue 20:00 to 07:00"})
    page = text_of(browser.get(address))
    assert "Mon and Tue" not in page
    assert "20 Mar 2027" not in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"action": "blackout-add", "blackout-name": "Fair"}, "This field is required"),
        ({"action": "quiet-add", "quiet-begins": "20:00", "quiet-ends": "07:00"}, "Choose at least one weekday"),
        ({"action": "pace", "pace-daily_most": "0"}, "greater than or equal to 1"),
        (
            {
                "action": "blackout-add",
                "blackout-name": "F",
                "blackout-first": "2027-03-20",
                "blackout-last": "2027-03-19",
            },
            "The last day is before the first",
        ),
    ],
)
def test_a_form_that_is_not_whole_comes_back(agency: Agency, browser: Client, data: dict[str, str], words: str) -> None:
    answer = browser.post(reverse("windows:windows", args=[agency.workspace.pk]), data)

    assert answer.status_code == 422
    assert words in text_of(answer)


def test_the_composer_refuses_a_closed_time_and_lets_it_be_overruled(
    agency: Agency, browser: Client, clock: Clock
) -> None:
    account = agency.account()
    browser.post(
        reverse("windows:windows", args=[agency.workspace.pk]),
        {"action": "blackout-add", "blackout-name": "Fair", "blackout-first": "2027-03-20"},
    )
    form = {"action": "schedule", "text": "Hello", "accounts": str(account.pk), "date": "2027-03-20", "time": "12:00"}

    refused = browser.post("/compose/", form)
    assert refused.status_code == 422
    assert "is blacked out: Fair" in text_of(refused)
    assert 'name="all_the_same"' in text_of(refused)

    assert browser.post("/compose/", {**form, "all_the_same": "on"}).status_code == 302
    with agency.scope():
        assert Publication.objects.get().state == State.SCHEDULED


# --- the operator ---------------------------------------------------------------------------------------------------


@pytest.fixture
def operator() -> Client:
    return factories.signed_in(factories.user("operator@example.org", is_staff=True, is_superuser=True))


def test_the_operator_stops_a_platform_in_the_admin_and_starts_it_again(
    agency: Agency, browser: Client, operator: Client
) -> None:
    agency.account()
    added = operator.post(
        reverse("admin:publishing_operatorstop_add"), {"platform": "memory", "reason": "It refuses calls"}
    )
    assert added.status_code == 302
    row = OperatorStop.objects.get()
    assert (row.platform, row.by.email, row.lifted_at) == ("memory", "operator@example.org", None)
    shown = text_of(browser.get("/posts/"))
    assert "Publishing is stopped on Memory" in shown
    assert "by the operator: It refuses calls" in shown

    page = reverse("admin:publishing_operatorstop_changelist")
    assert "Memory" in text_of(operator.get(page))
    operator.post(page, {"action": "lift", "_selected_action": str(row.pk)})
    row.refresh_from_db()
    assert row.lifted_at is not None
    assert "Publishing is stopped" not in text_of(browser.get("/posts/"))


def test_the_operators_stop_of_a_network_one_has_no_account_on_is_not_told(agency: Agency, browser: Client) -> None:
    call_command("stop", platform="x", reason="X is down")

    assert "X is down" not in text_of(browser.get("/posts/"))


def test_the_operator_stops_and_starts_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("stop", "--everything", "--reason", "A platform misbehaves")
    call_command("stop")
    call_command("stop", "--lift", "--everything")
    call_command("stop")

    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Stopped: Everything.")
    assert said[1].startswith("Everything, since ")
    assert said[2].startswith("Goes on: Everything.")
    assert said[3] == "The operator has stopped nothing."


@pytest.mark.parametrize("words", [["--everything"], ["--reason", "x"], ["--lift"], ["--lift", "--platform", "x"]])
def test_the_command_says_what_it_lacks(words: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("stop", *words)
