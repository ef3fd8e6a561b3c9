"""Links of a workspace: settled when a post is written, followed by people, counted by day, and nothing else."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.approvals import services as approvals
from apps.approvals.sheets import differences, sheet
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.links import selectors, services
from apps.links.errors import LinkRefused
from apps.links.models import ClickDay, Link
from apps.posts import services as posts
from apps.posts.content import Content, PartContent, VariantContent
from apps.posts.models import Campaign, Post
from apps.posts.selectors import drafts_for, manuscript_of
from apps.posts.states import PartRole
from tests.links.conftest import BROWSER, inside
from tests.support import factories

URL = "https://shop.example.com/loaf?size=2#top"


@pytest.fixture
def accounts(workspace):
    return [factories.account(workspace, "mastodon"), factories.account(workspace, "bluesky")]


def ruled(workspace, **changes):
    with inside(workspace):
        return services.change_settings(workspace=workspace, actor=SYSTEM, **changes)


def content(accounts, text=f"Warm: {URL}.", **own):
    parts = (PartContent(text), PartContent(f"Again {URL}", role=PartRole.REPLY))
    return Content(parts, tuple(VariantContent(one.pk, own.get(one.platform)) for one in accounts))


def written(workspace, accounts, text=f"Warm: {URL}.", *, campaign=None, **own) -> Post:
    with inside(workspace):
        return posts.create(
            workspace_id=workspace.pk, content=content(accounts, text, **own), author_id=None, actor=SYSTEM,
            campaign_id=campaign.pk if campaign else None,
        )  # fmt: skip


def texts(post, account) -> list[str]:
    with inside(post):
        return [draft.text for draft in drafts_for(post, account)]


def links(workspace) -> list[Link]:
    with inside(workspace):
        return list(Link.objects.order_by("pk"))


def clicks() -> list[tuple]:
    with tenancy.across_tenants("a test looks"):
        return list(ClickDay.across_tenants.order_by("day").values_list("day", "clicks"))


def visit(link, *, agent=BROWSER, method="get", **headers):
    address = link.outgoing.removeprefix("http://127.0.0.1:8000")
    return getattr(Client(), method)(address, headers={"user-agent": agent, **headers})


@pytest.mark.django_db
def test_nothing_happens_to_links_until_somebody_says_so(workspace, accounts):
    post = written(workspace, accounts)
    assert texts(post, accounts[0]) == [f"Warm: {URL}.", f"Again {URL}"]
    assert links(workspace) == []


@pytest.mark.django_db
def test_addresses_carry_their_platform_and_the_campaign(workspace, accounts):
    ruled(workspace, tags=True, sources={"bluesky": "bsky"}, further={"partner": "p r"}, campaign="always on")
    with inside(workspace):
        campaign = Campaign.objects.create(workspace=workspace, name="Spring Sale")
    post = written(workspace, accounts, campaign=campaign)
    plain = written(workspace, accounts)

    sent = "https://shop.example.com/loaf?size=2&utm_source={}&utm_medium=social&utm_campaign={}&partner=p%20r#top"
    assert texts(post, accounts[0]) == [
        f"Warm: {sent.format('mastodon', 'spring-sale')}.", f"Again {sent.format('mastodon', 'spring-sale')}"
    ]  # fmt: skip
    assert sent.format("bsky", "spring-sale") in texts(post, accounts[1])[0]
    assert sent.format("mastodon", "always-on") in texts(plain, accounts[0])[0]


@pytest.mark.django_db
def test_what_was_written_goes_out_whatever_the_settings_say_later(workspace, accounts):
    ruled(workspace, tags=True, shortens=True)
    post = written(workspace, accounts)
    before = texts(post, accounts[0])
    with inside(workspace):
        approved = sheet(Post.objects.get(pk=post.pk)).hash

    ruled(workspace, tags=False, shortens=False, medium="other")

    assert texts(post, accounts[0]) == before
    with inside(workspace):
        assert sheet(Post.objects.get(pk=post.pk)).hash == approved


@pytest.mark.django_db
def test_the_hash_of_an_approval_is_over_links_as_they_go_out(workspace, accounts):
    ruled(workspace, tags=True)
    post = written(workspace, accounts)
    with inside(workspace):
        approved = sheet(Post.objects.get(pk=post.pk)).hash
        Link.objects.filter(post=post, account=accounts[0]).update(outgoing="https://elsewhere.example/")
        assert sheet(Post.objects.get(pk=post.pk)).hash != approved


@pytest.mark.django_db
def test_a_post_that_is_written_anew_takes_the_settings_and_keeps_its_codes(workspace, accounts):
    ruled(workspace, shortens=True)
    post = written(workspace, accounts)
    (code, _) = (link.code for link in links(workspace))
    ruled(workspace, tags=True)

    with inside(workspace):
        posts.change(post=post, content=content(accounts, f"New words {URL}"), actor=SYSTEM)

    assert links(workspace)[0].code == code
    assert "utm_source=" in links(workspace)[0].destination
    assert code in texts(post, accounts[0])[0]


@pytest.mark.django_db
def test_own_words_of_an_account_have_links_of_their_own(workspace, accounts):
    ruled(workspace, shortens=True)
    post = written(workspace, accounts, bluesky="Only here: https://other.example/")
    with inside(workspace):
        posts.change_variant(post=post, account_id=accounts[0].pk, text="And https://third.example/", options=None,
                             actor=SYSTEM)  # fmt: skip
    assert texts(post, accounts[0])[0].startswith("And http://127.0.0.1:8000/l/")
    assert "other.example" not in texts(post, accounts[1])[0]
    assert "shop.example.com" not in texts(post, accounts[1])[1]


@pytest.mark.django_db
def test_a_post_that_is_being_written_shows_what_will_be(workspace, accounts):
    ruled(workspace, shortens=True)
    with inside(workspace):
        shown = manuscript_of(content(accounts), workspace_id=workspace.pk).links[accounts[0].pk][URL]
    written(workspace, accounts)

    assert shown == "http://127.0.0.1:8000/l/preview"
    assert len(shown) == len(links(workspace)[0].outgoing), "so that counters are right"
    assert links(workspace)[0].code != "preview"


@pytest.mark.django_db
def test_only_the_sites_that_are_named_and_never_a_short_link_again(workspace, accounts):
    ruled(workspace, tags=True, shortens=True, hosts=["Example.com"])
    mine = written(workspace, accounts)
    short = links(workspace)[0].outgoing
    ruled(workspace, hosts=[])
    other = written(workspace, accounts, f"{short} and https://news.example.org/")
    ruled(workspace, hosts=["example.com"])
    third = written(workspace, accounts, "https://news.example.org/")

    assert "/l/" in texts(mine, accounts[0])[0]
    assert texts(other, accounts[0])[0].startswith(short)
    assert texts(third, accounts[0])[0] == "https://news.example.org/"


# --- following --------------------------------------------------------------------------------------------------------


def by_hand(workspace, **fields) -> Link:
    with inside(workspace):
        values = {"destination": URL, **fields}
        return services.make_link(workspace=workspace, actor=SYSTEM, **values)


@pytest.mark.django_db
def test_people_are_sent_on_and_counted_on_the_day_where_the_workspace_is(workspace, clock):
    with tenancy.across_tenants("a test moves a client"):
        workspace.timezone = "Pacific/Auckland"
        workspace.save()
    link = by_hand(workspace)
    day = clock.now.astimezone(__import__("zoneinfo").ZoneInfo("Pacific/Auckland")).date()

    answer = visit(link)

    assert (answer.status_code, answer["Location"]) == (302, URL)
    assert not answer.cookies
    assert answer["Cache-Control"] == "private, no-store"
    visit(link)
    assert clicks() == [(day, 2)]


@pytest.mark.django_db
def test_programs_are_sent_on_and_not_counted(workspace):
    link = by_hand(workspace)
    for answer in (visit(link, agent="Slackbot 1.0"), visit(link, method="head"), visit(link, sec_purpose="prefetch")):
        assert answer["Location"] == URL
    assert clicks() == []


@pytest.mark.django_db
def test_a_link_that_is_paused_or_over_says_so_in_the_visitors_language(workspace, clock):
    link = by_hand(workspace, expires_at=clock.now)
    assert visit(link).status_code == 410
    assert "Die Zeit dieses Links ist abgelaufen." in visit(link, accept_language="de").content.decode()
    with inside(workspace):
        services.change_link(link=link, actor=SYSTEM, expires_at=None, paused_at=clock.now)
    assert "has paused it" in visit(link).content.decode()
    assert clicks() == []
    with inside(workspace):
        services.change_link(link=link, actor=SYSTEM, paused_at=None)
    assert visit(link).status_code == 302


@pytest.mark.django_db
def test_nothing_is_followed_that_nobody_made(workspace):
    link = by_hand(workspace)
    for path in ("/l/nothing", "/l/preview", f"/l/{link.code.swapcase()}", "/l/https:evil.example"):
        assert Client().get(path, headers={"user-agent": BROWSER}).status_code == 404
    assert Client().get(f"/l/{link.code}?to=https://evil.example")["Location"] == URL


@pytest.mark.django_db
def test_a_domain_for_links_answers_its_own_links_and_nothing_else(workspace, settings):
    settings.LINK_DOMAINS = {"go.client.example": workspace.organization.slug, "go.other.example": "somebody-else"}
    settings.ALLOWED_HOSTS = ["*"]
    with inside(workspace), pytest.raises(LinkRefused, match="not one for your links"):
        services.make_link(workspace=workspace, destination=URL, domain="go.other.example", actor=SYSTEM)
    link = by_hand(workspace, domain="go.client.example")
    own = by_hand(workspace)

    def at(host: str, path: str) -> int:  # as a browser that names no port, and one that does
        return Client().get(path, headers={"host": host, "user-agent": BROWSER}).status_code

    assert link.outgoing == f"https://go.client.example/{link.code}"
    assert at("go.client.example", f"/{link.code}") == 302
    assert at("go.other.example", f"/{link.code}") == 404
    assert at("127.0.0.1", f"/l/{link.code}") == 404
    assert at("go.client.example", f"/{own.code}") == 404
    assert at("go.client.example", "/accounts/login/") == 404
    assert clicks()[0][1] == 1


@pytest.mark.django_db
def test_following_takes_one_question_and_one_count(workspace, django_assert_num_queries):
    link = by_hand(workspace)
    if connection.vendor == "sqlite":
        with django_assert_num_queries(4):  # with the savepoint of the count, here inside of the test's transaction
            visit(link)


@pytest.mark.django_db(transaction=True)
def test_clicks_at_once_are_all_counted(workspace, clock):
    link = by_hand(workspace)
    own = {"organization_id": link.organization_id, "workspace_id": link.workspace_id, "link_id": link.pk}

    def many():
        try:
            for _ in range(10):
                with tenancy.across_tenants("a test clicks"):
                    services.count(**own, day=clock.now.date())
        finally:
            connection.close()

    workers = [threading.Thread(target=many) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert clicks() == [(clock.now.date(), 40)]


@pytest.mark.django_db
@pytest.mark.parametrize("destination", ["javascript:alert(1)", "example.com", "http://127.0.0.1:8000/l/abc"])
def test_links_lead_to_the_web(workspace, destination):
    with inside(workspace), pytest.raises(LinkRefused):
        services.make_link(workspace=workspace, destination=destination, actor=SYSTEM)


@pytest.mark.django_db
def test_a_link_in_a_post_leads_where_it_was_approved_to(workspace, accounts):
    ruled(workspace, shortens=True)
    written(workspace, accounts)
    link = links(workspace)[0]
    with inside(workspace):
        with pytest.raises(LinkRefused):
            services.change_link(link=link, actor=SYSTEM, destination="https://evil.example/")
        with pytest.raises(LinkRefused):
            services.remove_link(link=link, actor=SYSTEM)


@pytest.mark.django_db
def test_clicks_by_post_account_and_day(workspace, accounts, clock):
    ruled(workspace, shortens=True)
    post = written(workspace, accounts)
    first, second = links(workspace)
    for _ in range(3):
        visit(first)
    visit(by_hand(workspace))
    with inside(workspace):
        today = clock.now.date()
        told = selectors.clicks_of_posts([post.pk])
        assert told == {(post.pk, first.account_id): 3, (post.pk, second.account_id): 0}
        assert selectors.clicks_by_day(workspace.pk, first=today, last=today) == {today: 4}


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_pages_make_name_pause_and_remove(owner, workspace):
    browser = factories.signed_in(owner, at=workspace)
    assert "No link yet" in browser.get(reverse("links:links")).content.decode()
    assert browser.get(reverse("links:clicks")).content == b""
    assert browser.post(reverse("links:new"), {"destination": "nowhere"}).status_code == 422
    browser.post(reverse("links:new"), {"destination": URL, "title": "Menu", "expires_at": "2099-01-01T10:00"})
    (link,) = links(workspace)
    visit(link)

    shown = browser.get(reverse("links:links")).content.decode()
    assert f'<code class="clip">{link.outgoing}</code>' in shown
    assert "<b>1</b>" in shown
    assert "Menu" in browser.get(reverse("links:clicks")).content.decode()
    browser.post(reverse("links:link", args=[link.pk]), {"destination": URL, "title": "Card", "expires_at": ""})
    browser.post(reverse("links:pause", args=[link.pk]))
    shown = browser.get(reverse("links:links")).content.decode()
    assert "Card" in shown
    assert "Paused" in shown
    browser.post(reverse("links:remove", args=[link.pk]))
    assert links(workspace) == []


@pytest.mark.django_db
def test_the_settings_are_kept_line_by_line(owner, workspace):
    browser = factories.signed_in(owner, at=workspace)
    form = {"tags": "on", "medium": "social", "sources": "instagram=ig\n", "further": "p=1", "hosts": "a.example\n"}
    assert browser.post(reverse("links:settings"), {**form, "sources": "nonsense"}).status_code == 422
    assert browser.post(reverse("links:settings"), {**form, "sources": "myspace=x"}).status_code == 422
    assert browser.post(reverse("links:settings"), {**form, "hosts": "https://a.example/x"}).status_code == 422
    browser.post(reverse("links:settings"), form)

    with inside(workspace):
        kept = selectors.settings_of(workspace.pk)
    assert (kept.tags, kept.sources, kept.further, kept.hosts, kept.shortens) == (
        True, {"instagram": "ig"}, {"p": "1"}, ["a.example"], False
    )  # fmt: skip
    assert "instagram=ig" in browser.get(reverse("links:settings")).content.decode()


@pytest.mark.django_db
def test_whoever_approves_sees_links_as_they_go_out(owner, workspace, accounts):
    ruled(workspace, shortens=True)
    post = written(workspace, accounts)
    with inside(workspace):
        approvals.set_policy(
            workspace_id=workspace.pk, steps=[{"key": "one", "name": "One", "roles": ["owner"]}], actor=SYSTEM
        )
        request = approvals.submit(post=Post.objects.get(pk=post.pk), actor=SYSTEM)
        seen = sheet(Post.objects.get(pk=post.pk)).snapshot

    page = factories.signed_in(owner, at=workspace).get(reverse("approvals:review", args=[request.pk])).content.decode()

    assert "Links as they go out" in page
    assert links(workspace)[0].outgoing in page
    changed = {**seen, "links": [{**seen["links"][0], "outgoing": "https://elsewhere.example/"}]}
    assert [one.place for one in differences(seen, changed)] == ["Links"]
