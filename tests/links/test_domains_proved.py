"""A client's own domain is used for links once it was proved to be theirs and to lead here, and by nobody before."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core.actors import SYSTEM
from apps.links import proving, services
from apps.links.errors import LinkRefused
from apps.links.models import Link, LinkDomain, Trouble
from apps.links.origin import is_for_links_alone
from apps.links.views.domains import words_of
from apps.posts import linking
from apps.posts import services as posts
from apps.posts.content import Content, PartContent, VariantContent
from tests.links.conftest import HOST, added, again, follow, inside, looked_at, serving
from tests.support import factories

pytestmark = pytest.mark.django_db


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


def test_a_name_that_nobody_can_read_is_not_called(workspace, internet, monkeypatch):
    domain = added(workspace)
    internet.points(domain)
    monkeypatch.setattr(proving, "address_of", lambda _: "https://xn--a.example.com/")

    assert looked_at(domain).problem == Trouble.UNREACHABLE


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
