"""Writing and planning through the form, as a browser without scripts sends it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from apps.posts.models import Part, PartMedia, Post, Variant
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.permissions import Role
from tests.dashboard.conftest import html, key_of
from tests.dashboard.pages import Page
from tests.support import factories

pytestmark = pytest.mark.usefixtures("in_scope")


def test_a_draft_needs_neither_account_nor_time(desk, workspace):
    answer = desk("draft", text="An idea", title="Winter menu")

    post = Post.objects.get()
    assert answer.url == f"/posts/{post.pk}/"
    assert (post.title, post.due_at, post.workspace_id) == ("Winter menu", None, workspace.pk)
    assert not Publication.objects.exists()


def test_a_post_is_planned_at_the_clients_wall_time(desk, mastodon, bluesky):
    desk(
        "schedule", text="Good morning", accounts=[mastodon.pk, bluesky.pk], date="2026-10-15", time="09:30",
        first_comment="More in the shop", reply=["Second part", ""], **{f"variant-{bluesky.pk}": "Morning"},
    )  # fmt: skip

    post = Post.objects.get()
    assert post.due_at == datetime(2026, 10, 15, 7, 30, tzinfo=UTC)
    assert post.timezone == "Europe/Berlin"
    assert [part.text for part in Part.objects.filter(post=post)] == ["Good morning", "More in the shop", "Second part"]
    assert dict(Variant.objects.values_list("account_id", "text")) == {mastodon.pk: None, bluesky.pk: "Morning"}
    assert set(Publication.objects.values_list("state", flat=True)) == {State.SCHEDULED}


def test_publish_now_puts_it_on_the_plan_at_once(desk, now, mastodon):
    desk("publish_now", text="Good morning", accounts=[mastodon.pk])

    assert Publication.objects.get().due_at == now


def test_a_refused_post_keeps_everything_and_says_what_is_wrong_where(desk, workspace, mastodon, bluesky):
    picture = factories.asset(workspace, original_name="tray.png")
    answer = desk(
        "schedule", text="Long. " * 60, title="Buns", accounts=[mastodon.pk, bluesky.pk],
        date="2026-10-15", time="09:30",
        media=[picture.pk], first_comment="A comment", reply=["A reply"],
        **{f"alt-{picture.pk}": "A tray", f"variant-{mastodon.pk}": "Short"},
    )  # fmt: skip

    page = html(answer)
    composer = answer.context["composer"]
    assert answer.status_code == 422
    assert not Post.objects.exists()
    assert composer.text == "Long. " * 60
    assert "Bluesky" in composer.errors.text
    assert composer.media[0].alt == "A tray"
    assert [reply.text for reply in composer.replies] == ["A reply"]
    for kept in ("Buns", "A comment", "Short", 'value="2026-10-15"', 'value="09:30"', f"/media/{picture.pk}/"):
        assert kept in page
    assert f'value="{bluesky.pk}" checked' in page


def test_a_problem_of_an_own_text_stands_at_that_text(desk, mastodon, bluesky):
    answer = desk(
        "schedule", text="Fine", accounts=[mastodon.pk, bluesky.pk], date="2026-10-15", time="09:30",
        **{f"variant-{bluesky.pk}": "x" * 301},
    )  # fmt: skip

    errors = answer.context["composer"].errors
    assert errors.text == ""
    assert "301" in errors.variants[bluesky.pk]


def test_a_comment_and_a_reply_carry_their_own_problems(desk, bluesky):
    answer = desk(
        "schedule", text="Fine", accounts=[bluesky.pk], date="2026-10-15", time="09:30", first_comment="c" * 301,
        reply=["", "fine", "r" * 302],
    )  # fmt: skip

    composer = answer.context["composer"]
    assert "301" in composer.errors.first_comment
    assert [bool(reply.error) for reply in composer.replies] == [False, False, True]


def test_what_was_not_published_is_not_called_unplanned(desk, bluesky):
    answer = desk("publish_now", text="Long. " * 60, accounts=[bluesky.pk])

    assert answer.context["composer"].errors.form == "Not published yet: 1 thing needs another look."


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"date": "", "time": ""}, "when"),
        ({"date": "2026-10-15", "time": ""}, "when"),
        ({"date": "yesterday", "time": "09:30"}, "when"),
        ({"date": "2026-10-13", "time": "09:30"}, "when"),
        ({"date": "2026-10-15", "time": "09:30", "accounts": []}, "accounts"),
        ({"date": "2026-10-15", "time": "09:30", "text": "  "}, "text"),
    ],
)
def test_what_is_missing_is_named_at_its_field(desk, mastodon, fields, place):
    answer = desk("schedule", **{"text": "Good morning", "accounts": [mastodon.pk], **fields})

    assert answer.status_code == 422
    assert getattr(answer.context["composer"].errors, place)
    assert not Post.objects.exists()


def test_the_same_form_sent_twice_is_one_post(browser, desk, mastodon):
    key = key_of(browser.get("/compose/"))
    first = desk("publish_now", text="Once", accounts=[mastodon.pk], form_key=key)
    second = desk("publish_now", text="Once", accounts=[mastodon.pk], form_key=key)

    words = [str(message) for message in browser.get("/compose/").context["messages"]]
    assert first.url == second.url
    assert not any("sent in before" in one for one in words)
    assert Post.objects.count() == Publication.objects.count() == 1


def test_a_form_sent_again_after_the_back_button_says_that_later_words_are_not_in_the_post(browser, desk, mastodon):
    key = key_of(browser.get("/compose/"))
    first = desk("publish_now", text="Once", accounts=[mastodon.pk], form_key=key)
    second = desk("publish_now", text="Once, but better", accounts=[], form_key=key)

    words = [str(message) for message in browser.get("/compose/").context["messages"]]
    assert second.url == first.url
    assert words == ["This form was sent in before, and this is its post. What you changed since is not in it."]
    assert Part.objects.get().text == "Once"


def test_a_form_whose_post_was_deleted_can_be_sent_once_more(browser, desk):
    key = key_of(browser.get("/compose/"))
    first = desk("draft", text="An idea", form_key=key)
    browser.post(f"{first.url}delete/")

    answer = desk("draft", text="An idea", form_key=key)
    again = desk("draft", text="An idea", form_key=key_of(answer))

    assert "deleted" in answer.context["composer"].errors.form
    assert again.url != first.url
    assert Post.objects.filter(deleted_at=None).count() == 1


def test_a_planned_post_is_changed_and_moved_in_one_go(desk, browser, mastodon, bluesky):
    desk("schedule", text="First words", accounts=[mastodon.pk], date="2026-10-15", time="09:30")
    post = Post.objects.get()
    page = browser.get(f"/compose/{post.pk}/").context["composer"]

    desk(
        "schedule", f"/compose/{post.pk}/", revision=page.revision, text="Better words",
        accounts=[mastodon.pk, bluesky.pk], date="2026-10-16", time="10:00",
    )  # fmt: skip

    assert (page.text, page.date, page.time, page.is_planned) == ("First words", "2026-10-15", "09:30", True)
    assert Part.objects.get(post=post).text == "Better words"
    assert list(Publication.objects.values_list("due_at", flat=True).distinct()) == [
        datetime(2026, 10, 16, 8, tzinfo=UTC)
    ]


def test_a_planned_post_comes_off_the_plan_as_a_draft(desk, mastodon):
    desk("schedule", text="First words", accounts=[mastodon.pk], date="2026-10-15", time="09:30")
    post = Post.objects.get()

    desk("draft", f"/compose/{post.pk}/", revision=post.revision, text="Not yet", accounts=[mastodon.pk])

    assert Publication.objects.get().state == State.CANCELED
    assert Part.objects.get(post=post).text == "Not yet"


def test_somebody_elses_change_is_not_overwritten(desk, mastodon):
    desk("draft", text="First words")
    post = Post.objects.get()
    address = f"/compose/{post.pk}/"
    desk("draft", address, revision=post.revision, text="Tomás was faster")

    answer = desk("draft", address, revision=post.revision, text="Priya’s words")

    assert answer.status_code == 422
    assert "Somebody else" in answer.context["composer"].errors.form
    assert answer.context["composer"].text == "Priya’s words"
    assert Part.objects.get(post=post).text == "Tomás was faster"


def test_what_is_out_can_no_longer_be_rewritten(desk, workspace, mastodon):
    post = factories.post(workspace, accounts=[mastodon])
    factories.publication(post, mastodon, state=State.PUBLISHED)

    answer = desk("draft", f"/compose/{post.pk}/", revision=1, text="Other words", accounts=[mastodon.pk])

    assert answer.status_code == 422
    assert "has gone out" in html(answer)


def test_foreign_accounts_and_pictures_fall_away(desk, other_workspace, stranger_workspace, mastodon):
    theirs = factories.account(other_workspace)
    picture = factories.asset(stranger_workspace)

    answer = desk("check", text="Mine", accounts=[mastodon.pk, theirs.pk, "nonsense"], media=[picture.pk, str(uuid4())])
    desk("draft", text="Mine", accounts=[mastodon.pk, theirs.pk], media=[picture.pk])

    assert answer.context["composer"].chosen_count == 1
    assert answer.context["composer"].media == []
    assert [one.account_id for one in Variant.objects.all()] == [mastodon.pk]
    assert not PartMedia.objects.exists()


def test_a_strangers_post_is_not_found(browser, stranger_workspace):
    post = factories.post(stranger_workspace)

    assert browser.get(f"/compose/{post.pk}/").status_code == 404
    assert browser.post(f"/compose/preview/?post={post.pk}", {"text": "x"}).status_code == 404
    assert browser.post("/compose/preview/?post=nonsense", {"text": "x"}).status_code == 404


def test_who_may_write_but_not_plan_has_no_such_button_and_no_such_right(organization, workspace, mastodon, now):
    creator = factories.signed_in(factories.member(organization, Role.CREATOR, workspaces=[workspace]), at=workspace)
    page = creator.get("/compose/")

    buttons = [one.get("value") for one in Page(html(page)).all("button") if one.get("name") == "action"]
    refused = creator.post(
        "/compose/",
        {"action": "schedule", "text": "x", "accounts": [mastodon.pk], "date": "2026-10-15", "time": "09:30"},
    )

    assert "draft" in buttons
    assert not {"schedule", "publish_now"} & set(buttons)
    assert refused.status_code == 403
    assert not Post.objects.exists()


def test_a_day_of_the_calendar_is_taken_over(browser, workspace):
    assert browser.get("/compose/?date=2026-10-20").context["composer"].date == "2026-10-20"


def test_line_ends_of_browsers_count_once(desk):
    desk("draft", text="one\r\ntwo")

    assert Part.objects.get().text == "one\ntwo"


def test_a_gap_in_the_clocks_is_told(browser, desk, mastodon):
    desk("schedule", text="Early", accounts=[mastodon.pk], date="2027-03-28", time="02:30")

    words = [str(message) for message in browser.get("/compose/").context["messages"]]
    assert words[0] == "Scheduled for Sun 28 Mar 2027, 03:30 Berlin time."
    assert any("Clocks go forward" in one for one in words)
    assert Post.objects.get().due_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_the_year_is_named_where_it_is_another_one(browser, desk, mastodon):
    desk("schedule", text="Soon", accounts=[mastodon.pk], date="2026-10-15", time="09:30")

    words = [str(message) for message in browser.get("/compose/").context["messages"]]
    assert words == ["Scheduled for Thu 15 Oct, 09:30 Berlin time."]
