"""A client's own domain is used for links once it was proved to be theirs and to lead here, and by nobody before."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client
from django.urls import reverse

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.links import proving, services
from apps.links.errors import LinkRefused
from apps.links.models import Link, LinkDomain, Trouble
from apps.links.origin import is_for_links_alone
from apps.links.selectors import settings_of
from apps.links.views.domains import words_of
from apps.posts import linking
from apps.posts import services as posts
from apps.posts.content import Content, PartContent, VariantContent
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from tests.links.test_tagging import BROWSER
from tests.support import factories
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db
HOST = "go.client.example"


class Internet:
    """Names that lead somewhere, and one server that answers for all of them."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.answers_all_below: set[str] = set()
        self.silent: set[str] = set()
        self.status, self.body = 200, b""
        self.asked: list[str] = []

    def knows(self, name: str) -> bool:
        if any(one in name for one in self.silent):
            raise proving.NotLookedUp
        return name in self.names or any(name.endswith(f".{one}") for one in self.answers_all_below)

    def points(self, domain: LinkDomain) -> None:
        """Both records are set, and whoever follows them comes to us."""
        self.names |= {domain.host, proving.proof_name(domain)}
        answer = Client().get(f"{proving.PATH}{domain.token}", headers={"host": domain.host})
        self.status, self.body = answer.status_code, answer.content


@contextmanager
def serving(internet):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            internet.asked.append(self.path)
            self.send_response(internet.status)
            self.send_header("content-length", str(len(internet.body)))
            self.end_headers()
            self.wfile.write(internet.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def internet(monkeypatch, settings):
    found = Internet()
    with serving(found) as origin:
        settings.OUTBOUND_TRUSTED_ORIGINS = (origin,)
        monkeypatch.setattr(proving, "is_known", found.knows)
        monkeypatch.setattr(proving, "address_of", lambda domain: f"{origin}{proving.PATH}{domain.token}")
        yield found


def inside(workspace):
    return tenancy.scope(organization_id=workspace.organization_id)


def added(workspace, host=HOST) -> LinkDomain:
    with inside(workspace):
        return services.add_domain(workspace=workspace, host=host, actor=SYSTEM)


def looked_at(domain: LinkDomain) -> LinkDomain:
    with inside(domain):
        LinkDomain.objects.filter(pk=domain.pk).update(next_check_at=system_clock.now())
    assert services.check_domains() == 1
    return again(domain)


def ask(domain: LinkDomain) -> LinkDomain:
    with inside(domain):
        return services.ask_check(domain=domain, actor=SYSTEM)


def again(domain: LinkDomain) -> LinkDomain:
    with tenancy.across_tenants("a test looks"):
        return LinkDomain.across_tenants.select_related("workspace").get(pk=domain.pk)


def follow(path, host) -> int:
    return Client().get(path, headers={"host": host, "user-agent": BROWSER}).status_code


def test_a_domain_is_used_once_it_was_verified_and_not_before(workspace, internet):
    domain = added(workspace, f" {HOST.upper()}. ")
    rules = {"workspace": workspace, "shortens": True, "domain": HOST, "actor": SYSTEM}
    with inside(workspace), pytest.raises(LinkRefused):
        services.change_settings(**rules)

    internet.points(domain)
    assert looked_at(domain).verified_at

    with inside(workspace):
        services.change_settings(**rules)
        link = services.make_link(workspace=workspace, destination="https://a.example/", domain=HOST, actor=SYSTEM)
        with pytest.raises(LinkRefused, match="short link already"):
            services.make_link(workspace=workspace, destination=f"https://{HOST}/abc", actor=SYSTEM)
    assert link.outgoing == f"https://{HOST}/{link.code}"
    assert follow(f"/{link.code}", HOST) == 302
    assert follow(f"/l/{link.code}", "testserver") == 404, "it is of another domain"
    assert [follow(path, HOST) for path in ("/", "/accounts/login/", "/admin/")] == [404, 404, 404], "no page is there"


def test_a_link_on_any_of_its_domains_stands_in_a_post_as_it_is(workspace, internet):
    first, second = added(workspace), added(workspace, "menu.client.example")
    for domain in (first, second):
        internet.points(domain)
        assert looked_at(domain).verified_at
    account = factories.account(workspace, "mastodon")
    with inside(workspace):
        services.change_settings(workspace=workspace, shortens=True, tags=True, domain=HOST, actor=SYSTEM)
        link = services.make_link(
            workspace=workspace, destination="https://a.example/", domain="menu.client.example", actor=SYSTEM
        )
        text = f"See {link.outgoing} and https://b.example/"
        parts = [PartContent(text)]
        asked = {"workspace_id": workspace.pk}
        shown = linking.foreseen(parts, [(account, None)], **asked)
        posts.create(
            content=Content(tuple(parts), (VariantContent(account.pk),)), author_id=None, actor=SYSTEM, **asked
        )
        dressed = Link.objects.filter(post__isnull=False).values_list("written", flat=True)

        assert list(dressed) == list(shown[account.pk]) == ["https://b.example/"], "its clicks are counted once"


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


@pytest.mark.parametrize(
    ("spoilt", "trouble", "said"),
    [
        (lambda net, one: net.names.discard(proving.proof_name(one)), Trouble.NO_RECORD, "postroom-"),
        (lambda net, one: net.answers_all_below.add(HOST), Trouble.WILDCARD, f"*.{HOST}"),
        (lambda net, one: net.names.discard(HOST), Trouble.NOT_HERE, "leads to no address"),
        (lambda net, one: setattr(net, "body", b"Welcome to nginx"), Trouble.ELSEWHERE, "127.0.0.1"),
        (lambda net, one: setattr(net, "status", 301), Trouble.ELSEWHERE, "Another server"),
    ],
)
def test_what_is_in_the_way_is_said(workspace, internet, spoilt, trouble, said):
    domain = added(workspace)
    internet.points(domain)
    spoilt(internet, domain)

    found = looked_at(domain)

    assert (found.problem, found.verified_at, found.next_check_at) == (trouble, None, None)
    assert said in words_of(found)


def test_what_does_not_answer_or_has_no_certificate_is_told_apart(workspace, internet, monkeypatch, settings):
    domain = added(workspace)
    internet.points(domain)
    with serving(internet) as origin:
        secure = origin.replace("http:", "https:")
        settings.OUTBOUND_TRUSTED_ORIGINS = (secure,)
        monkeypatch.setattr(proving, "address_of", lambda _: f"{secure}{proving.PATH}x")
        assert looked_at(domain).problem == Trouble.UNREACHABLE
    assert looked_at(domain).problem == Trouble.UNREACHABLE, "nobody is there"

    monkeypatch.setattr(proving, "address_of", lambda _: "https://127.0.0.1/")
    settings.OUTBOUND_TRUSTED_ORIGINS = ()
    assert looked_at(domain).problem == Trouble.UNREACHABLE, "no address of ours inside is called"


def test_names_that_nobody_could_look_up_prove_nothing_and_change_nothing(workspace, internet, monkeypatch, clock):
    domain = added(workspace)
    internet.points(domain)
    monkeypatch.setattr(proving, "new_token", lambda: "guard")
    internet.silent.add("postroom-guard.")  # Whether every name is answered is what nobody could say.

    found = looked_at(domain)

    assert (found.problem, found.verified_at) == (Trouble.NOT_LOOKED_UP, None)
    assert "tried again" in words_of(found)
    for minutes in (10, 20, 40):
        assert found.next_check_at == clock.now + timedelta(minutes=minutes)
        clock.advance(minutes=minutes)
        assert services.check_domains() == 1
        found = again(domain)
    internet.silent.clear()
    clock.advance(days=1)
    assert services.check_domains() == 1
    assert (again(domain).problem, bool(again(domain).verified_at)) == ("", True)


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


def test_a_name_that_nobody_can_read_is_not_called(workspace, internet, monkeypatch):
    domain = added(workspace)
    internet.points(domain)
    monkeypatch.setattr(proving, "address_of", lambda _: "https://xn--a.example.com/")

    assert looked_at(domain).problem == Trouble.UNREACHABLE


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


@pytest.mark.parametrize(
    "host",
    [
        "", "localhost", "https://go.example.com", "go.example.com/path", "127.0.0.1", "-a.example.com", "testserver",
        "xn--a.example.com", ".".join(["a" * 57] * 4),
    ],
)  # fmt: skip
def test_what_is_no_domain_of_a_client_is_refused(workspace, host):
    with pytest.raises(LinkRefused):
        added(workspace, host)


def test_a_place_for_tests_holds_no_domain(organization):
    with pytest.raises(LinkRefused) as refused:
        added(factories.workspace(organization, is_test=True))
    assert refused.value.code == "is_test"


def test_only_the_right_host_tells_the_proof(workspace, other_workspace):
    mine, theirs = added(workspace), added(other_workspace, "go.other.example")
    assert follow(f"{proving.PATH}{mine.token}", HOST) == 200
    assert follow(f"{proving.PATH}{theirs.token}", HOST) == 404
    assert follow(f"{proving.PATH}{mine.token}", "testserver") == 404


def test_a_host_that_was_only_named_goes_on_as_before(workspace, settings):
    settings.ALLOWED_HOSTS = ["*"]
    domain = added(workspace)

    assert follow("/accounts/login/", HOST) == 200, "it may be this deployment's second host"
    assert follow(f"{proving.PATH}{domain.token}", HOST) == 200


def test_no_host_of_the_operators_is_named_or_asked_for(workspace, settings, django_assert_num_queries):
    settings.ALLOWED_HOSTS = [".agency.example", "*"]
    with pytest.raises(LinkRefused, match="own"):
        added(workspace, "go.agency.example")
    with django_assert_num_queries(0):
        assert not is_for_links_alone("go.agency.example", "/abc")


def test_names_are_looked_up_by_the_machine_and_nobody_waits_for_ever(monkeypatch):
    assert proving.is_known("localhost")
    over = threading.Event()

    def hangs(*_: object) -> list[object]:
        over.wait(30)
        return [()]

    def is_nobody(*_: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(proving, "PATIENCE", timedelta(milliseconds=50))
    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    with pytest.raises(proving.NotLookedUp):
        proving.is_known("slow.example")
    over.set()
    monkeypatch.setattr(socket, "getaddrinfo", is_nobody)
    assert not proving.is_known("nobody.example")


@pytest.mark.parametrize("trouble", [socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM])
def test_a_resolver_that_fails_has_not_said_that_a_name_is_not_there(monkeypatch, trouble):
    def fails(*_: object) -> list[object]:
        raise socket.gaierror(trouble, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    with pytest.raises(proving.NotLookedUp):
        proving.is_known("nobody.example")


def test_on_pages_it_is_named_checked_and_taken_away(workspace, owner, internet):
    browser, url = factories.signed_in(owner, at=workspace), reverse("links:domains")
    assert browser.post(url, {"host": "nonsense"}).status_code == 422
    assert browser.post(url, {"host": HOST}).status_code == 302
    with inside(workspace):
        domain = LinkDomain.objects.get()
    assert proving.proof_name(domain) in browser.get(url).content.decode()

    browser.post(reverse("links:domain_check", args=[domain.pk]))
    assert "Being checked" in browser.get(url).content.decode()
    services.check_domains()
    assert "was not found" in browser.get(url).content.decode()
    internet.points(domain)
    looked_at(domain)
    assert ">Verified<" in browser.get(url).content.decode()
    browser.post(reverse("links:domain_remove", args=[domain.pk]))
    assert HOST not in browser.get(url).content.decode()
