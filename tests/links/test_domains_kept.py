"""A domain that was proved is looked at each day: it is kept, lapses, or is another's who proves it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.links import proving, services
from apps.links.errors import LinkRefused
from apps.links.models import Link, LinkDomain, Trouble
from apps.links.selectors import settings_of
from apps.links.views.domains import words_of
from apps.posts import linking
from apps.posts.content import PartContent
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from tests.links.conftest import HOST, added, again, ask, follow, inside, looked_at
from tests.support import factories
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db


def days_pass(clock, number: int) -> None:
    for _ in range(number):
        clock.advance(days=1)
        services.check_domains()


def proved(workspace, internet, host=HOST) -> LinkDomain:
    domain = added(workspace, host)
    internet.points(domain)
    return looked_at(domain)


def made(workspace, domain=HOST) -> Link:
    with inside(workspace):
        return services.make_link(workspace=workspace, destination="https://a.example/", domain=domain, actor=SYSTEM)


@pytest.mark.parametrize("spoilt", ["names", "status"])
def test_no_new_links_are_made_on_a_domain_that_is_in_trouble_for_a_week(workspace, internet, clock, spoilt):
    domain = proved(workspace, internet)
    link = made(workspace)
    account = factories.account(workspace, "mastodon")
    with inside(workspace):
        services.change_settings(workspace=workspace, shortens=True, domain=HOST, actor=SYSTEM)
    setattr(internet, spoilt, {"names": set(), "status": 502}[spoilt])

    def foreseen() -> str:
        with inside(workspace):
            found = linking.foreseen(
                [PartContent("At https://b.example/")], [(account, None)], workspace_id=workspace.pk
            )
        return found[account.pk]["https://b.example/"]

    days_pass(clock, 7)
    assert made(workspace).host == HOST
    assert foreseen().startswith(f"https://{HOST}/")
    assert "no new links" not in words_of(again(domain))

    days_pass(clock, 1)
    with pytest.raises(LinkRefused, match="not one for your links"):
        made(workspace)
    assert foreseen().startswith("http://127.0.0.1:8000/l/")
    assert "no new links" in words_of(again(domain))
    assert follow(f"/{link.code}", HOST) == 302, "what is out goes on"
    with inside(workspace):
        assert services.change_settings(workspace=workspace, medium="post", actor=SYSTEM).domain == HOST

    internet.points(domain)
    days_pass(clock, 1)
    assert made(workspace).host == HOST
    assert foreseen().startswith(f"https://{HOST}/")


@pytest.mark.parametrize("of", ["organization", "another"])
def test_whoever_proves_a_domain_holds_it_once_the_record_of_another_is_gone_for_a_week(
    workspace, internet, clock, organization, of
):
    other = factories.workspace(organization if of == "organization" else factories.organization())
    mine = proved(workspace, internet)
    link = made(workspace)
    with inside(workspace):
        services.change_settings(workspace=workspace, shortens=True, domain=HOST, actor=SYSTEM)
    with tenancy.across_tenants("a test archives"):
        Workspace.across_tenants.filter(pk=workspace.pk).update(archived_at=clock.now)
    internet.names.clear()
    theirs = added(other)
    internet.points(theirs)

    assert looked_at(theirs).problem == Trouble.TAKEN
    days_pass(clock, 7)
    assert (again(theirs).problem, bool(again(mine).verified_at)) == (Trouble.TAKEN, True)
    days_pass(clock, 1)

    assert (again(theirs).problem, bool(again(theirs).verified_at)) == ("", True)
    assert (again(mine).problem, again(mine).verified_at) == (Trouble.TAKEN, None)
    assert [follow(f"/{one.code}", HOST) for one in (link, made(other))] == [302, 302], "each by its own code"
    with inside(workspace):
        assert settings_of(workspace.pk).domain == ""
        with pytest.raises(LinkRefused, match="not yours any more"):
            services.change_link(link=link, destination="https://evil.example/", actor=SYSTEM)
        assert services.change_link(link=link, title="Old", actor=SYSTEM).title == "Old"
        services.remove_domain(domain=again(mine), actor=SYSTEM)


def test_a_record_that_comes_back_in_time_keeps_the_domain(workspace, other_workspace, internet, clock):
    mine = proved(workspace, internet)
    theirs = added(other_workspace)
    internet.points(theirs)
    looked_at(theirs)
    internet.names.discard(proving.proof_name(mine))
    days_pass(clock, 6)
    internet.names.add(proving.proof_name(mine))
    days_pass(clock, 1)
    internet.names.discard(proving.proof_name(mine))
    days_pass(clock, 7)

    assert (again(theirs).problem, bool(again(mine).verified_at)) == (Trouble.TAKEN, True)


def test_of_another_client_it_is_none_and_a_stranger_proves_nothing(workspace, other_workspace, internet):
    mine, theirs = added(workspace), added(other_workspace)
    internet.points(mine)
    assert looked_at(theirs).problem == Trouble.NO_RECORD, "the record has their own secret in it"

    assert looked_at(mine).verified_at
    internet.names.add(proving.proof_name(theirs))
    internet.body = proving.answer_for(theirs.token).encode()

    assert (looked_at(theirs).problem, looked_at(theirs).verified_at) == (Trouble.TAKEN, None)
    with inside(other_workspace), pytest.raises(LinkRefused):
        services.change_settings(workspace=other_workspace, domain=HOST, actor=SYSTEM)


def looks_of(clock, days: int) -> int:
    """How often a worker looks in so many days, waking every six hours."""
    looks = 0
    for _ in range(4 * days):
        clock.advance(hours=6)
        looks += services.check_domains()
    return looks


@pytest.mark.parametrize("trouble", [Trouble.NOT_LOOKED_UP, Trouble.TAKEN])
def test_one_that_nobody_proves_is_looked_at_by_itself_for_a_month_and_then_when_asked(
    workspace, owner, internet, clock, monkeypatch, trouble
):
    domain = added(workspace)
    monkeypatch.setattr(proving, "trouble_of", lambda _: trouble)
    browser = factories.signed_in(owner, at=workspace)

    def told() -> tuple[object, bool]:
        answer = program(workspace).get(f"/link-domains/{ids.public(ids.LINK_DOMAIN, domain.pk)}").json()
        return answer["next_check_at"], "no longer looks by itself" in browser.get(
            reverse("links:domains")
        ).content.decode()

    clock.advance(days=20)
    looked_at(domain)
    assert told() == (again(domain).next_check_at.isoformat().replace("+00:00", "Z"), False)
    assert looks_of(clock, days=9) >= 9
    looks_of(clock, days=2)

    assert again(domain).problem == trouble
    assert told() == (None, True)
    assert looks_of(clock, days=3) == 0

    assert ask(domain).next_check_at == clock.now
    assert looks_of(clock, days=29) >= 29
    assert told()[1] is False
    looks_of(clock, days=2)
    assert (told(), looks_of(clock, days=3)) == ((None, True), 0)


def test_whoever_asks_while_it_waits_begins_the_month_anew(workspace, internet, clock, monkeypatch):
    domain = added(workspace)
    monkeypatch.setattr(proving, "trouble_of", lambda _: Trouble.TAKEN)
    looked_at(domain)
    looks_of(clock, days=20)
    clock.advance(days=1)
    ask(domain)
    looks_of(clock, days=20)
    assert again(domain).next_check_at is not None


def test_one_that_cannot_be_looked_at_is_given_up_like_any_other(workspace, internet, clock, monkeypatch):
    def breaks(_: object) -> str:
        raise RuntimeError("Nobody thought of this")

    domain = added(workspace)
    monkeypatch.setattr(proving, "trouble_of", breaks)
    looked_at(domain)
    looks_of(clock, days=31)
    assert again(domain).next_check_at is None


def test_a_verified_domain_in_trouble_is_looked_at_for_longer(workspace, internet, clock):
    domain = added(workspace)
    internet.points(domain)
    looked_at(domain)
    internet.names.clear()
    looks_of(clock, days=40)
    assert again(domain).next_check_at is not None


def test_a_verified_domain_stays_so_and_is_looked_at_each_day(workspace, internet, clock):
    domain = added(workspace)
    internet.points(domain)
    assert looked_at(domain).next_check_at == clock.now + timedelta(days=1)
    internet.names.clear()
    assert services.check_domains() == 0

    clock.advance(days=1)
    assert services.check_domains() == 1

    found = again(domain)
    assert (found.problem, bool(found.verified_at)) == (Trouble.NO_RECORD, True)
    with inside(workspace):
        link = services.make_link(workspace=workspace, destination="https://a.example/", domain=HOST, actor=SYSTEM)
    assert follow(f"/{link.code}", HOST) == 302


def test_one_that_cannot_be_looked_at_lets_the_others_pass(workspace, internet, clock, monkeypatch, caplog):
    odd, domain = added(workspace, "odd.client.example"), added(workspace)
    internet.points(domain)
    whole = proving.trouble_of

    def looks(one):
        if one == odd:
            raise RuntimeError("Nobody thought of this")
        return whole(one)

    monkeypatch.setattr(proving, "trouble_of", looks)
    ask(odd)
    clock.advance(seconds=1)
    ask(domain)

    assert services.check_domains() == 2

    assert "could not be looked at" in caplog.text
    assert again(domain).verified_at
    assert services.check_domains() == 0, "it waits for its next turn as the others do"
    clock.advance(minutes=10)
    assert services.check_domains() == 1


def test_a_round_ends_in_time_and_no_organization_fills_it(workspace, other_workspace, internet, clock, monkeypatch):
    stranger = factories.workspace(factories.organization())
    for place in (workspace, other_workspace):
        for number in range(4):
            ask(added(place, f"go{number}.{place.pk.hex[-4:]}.example"))
    ask(added(stranger))
    clock.advance(seconds=1)
    order: list[str] = []

    def slow(domain) -> str:
        order.append(domain.host)
        clock.advance(seconds=seconds)
        return Trouble.NOT_HERE

    monkeypatch.setattr(proving, "trouble_of", slow)
    seconds = 40
    assert services.check_domains() == 2, "none begins after a minute"
    assert order[1] == HOST, "the other organization's turn"

    seconds = 0
    assert [services.check_domains() for _ in range(3)] == [5, 2, 0]


def test_whoever_asks_again_and_again_is_looked_at_once_a_minute(workspace, internet, clock):
    domain = added(workspace)
    ask(domain)
    clock.advance(seconds=5)
    assert ask(domain).next_check_at == clock.now - timedelta(seconds=5), "it keeps its place"
    services.check_domains()

    with pytest.raises(LinkRefused, match="in a minute") as refused:
        ask(domain)
    assert refused.value.code == "too_soon"
    asked = program(workspace).post(f"/link-domains/{ids.public(ids.LINK_DOMAIN, domain.pk)}/check")
    assert (asked.status_code, asked.json()["code"]) == (409, "too_soon")
    clock.advance(minutes=1)
    assert ask(domain).next_check_at == clock.now


def test_a_domain_that_links_are_on_cannot_be_taken_away(workspace, internet):
    domain = added(workspace)
    internet.points(domain)
    looked_at(domain)
    with inside(workspace):
        services.change_settings(workspace=workspace, domain=HOST, actor=SYSTEM)
        link = services.make_link(workspace=workspace, destination="https://a.example/", domain=HOST, actor=SYSTEM)
        with pytest.raises(LinkRefused) as refused:
            services.remove_domain(domain=domain, actor=SYSTEM)
        services.remove_link(link=Link.objects.get(pk=link.pk), actor=SYSTEM)
        services.remove_domain(domain=domain, actor=SYSTEM)
        assert settings_of(workspace.pk).domain == ""
    assert refused.value.code == "in_use"
    assert follow("/abc", HOST) == 400, "the host is nobody's again"
