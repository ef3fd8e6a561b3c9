"""Where people keep labels, campaigns and templates, and lay them on posts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.core import tenancy
from apps.posts.models import Campaign, Label, Post, PostLabel, Template
from apps.publishing.states import State
from apps.tenants.permissions import Role
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(workspace):
    return lambda: tenancy.scope(organization_id=workspace.organization_id)


@pytest.fixture
def creator(workspace):
    member = factories.member(workspace.organization, Role.CREATOR, workspaces=[workspace])
    return factories.signed_in(member, at=workspace)


@pytest.fixture
def label(workspace, inside) -> Label:
    with inside():
        return Label.objects.create(workspace=workspace, name="Evergreen", colour="green")


def part(role: str, text: str) -> dict[str, str]:
    return {"role": role, "text": text, "link": ""}


def body(answer) -> str:
    return answer.content.decode()


def messages(answer) -> list[str]:
    return [str(one) for one in answer.context["messages"]]


@pytest.mark.parametrize(
    ("name", "model", "fields", "changed"),
    [
        ("label", Label, {"name": "Evergreen", "colour": "teal"}, {"colour": "red"}),
        (
            "campaign",
            Campaign,
            {
                "name": "Spring",
                "colour": "green",
                "starts_on": "2026-03-01",
                "ends_on": "2026-05-31",
                "goal": "Be seen",
            },
            {"goal": "Be found"},
        ),
        ("template", Template, {"name": "Opening", "text": "We are open", "reply_1": "Until 8"}, {"name": "Hours"}),
    ],
)
def test_somebody_makes_changes_and_removes_one(creator, inside, name, model, fields, changed):
    listed = reverse(f"posts:{name}s")
    assert "Nothing here yet" in body(creator.get(listed))

    assert creator.post(reverse(f"posts:{name}_new"), fields).url == listed
    with inside():
        row = model.objects.get()
    assert fields["name"] in body(creator.get(listed))
    place = reverse(f"posts:{name}", args=[row.pk])
    assert fields["name"] in body(creator.get(place))
    assert creator.post(place, {**fields, **changed}).url == listed
    with inside():
        row.refresh_from_db()
    assert {key: getattr(row, key) for key in changed} == changed
    creator.post(reverse(f"posts:{name}_remove", args=[row.pk]))
    with inside():
        assert not model.objects.exists()


def test_a_name_that_is_taken_is_told_beside_it(creator, label):
    answer = creator.post(reverse("posts:label_new"), {"name": "EVERGREEN", "colour": "teal"})

    assert answer.status_code == 422
    assert "already" in answer.context["form"].errors["name"][0]


def test_a_template_has_replies_one_after_the_other(creator, inside, label):
    fields = {
        "name": "Opening",
        "text": "We are open",
        "first_comment": "See you",
        "reply_1": "One",
        "labels": label.pk,
    }
    creator.post(reverse("posts:template_new"), fields)
    with inside():
        made = Template.objects.get()
    place = reverse("posts:template", args=[made.pk])
    form = creator.get(place).context["form"]
    assert {name: form[name].initial for name in ("text", "first_comment", "reply_1", "labels")} == {
        "text": "We are open", "first_comment": "See you", "reply_1": "One", "labels": [str(label.pk)],
    }  # fmt: skip

    creator.post(place, {**fields, "reply_1": "", "reply_2": "Two"})

    with inside():
        made.refresh_from_db()
    assert [part["text"] for part in made.parts] == ["We are open", "See you", "Two"]


def test_a_template_is_made_of_a_post_with_its_options(creator, workspace, inside, label):
    account = factories.account(workspace)
    post = factories.post(workspace, "We are open", accounts=[account], title="Opening")
    with inside():
        post.variants.update(options={"visibility": "unlisted"})
        PostLabel.objects.create(workspace=workspace, post=post, label=label)
    url = f"{reverse('posts:template_new')}?post={post.pk}"
    shown = creator.get(url)
    assert url in body(creator.get(reverse("publishing:post", args=[post.pk])))
    assert "Mastodon" in body(shown)
    assert shown.context["form"]["text"].initial == "We are open"

    creator.post(url, {"name": "Opening", "text": "We are open", "labels": label.pk})

    with inside():
        made = Template.objects.get()
        assert made.options == {"mastodon": {"visibility": "unlisted"}}
        assert made.labelled.get().label == label


def test_a_post_begins_with_a_template_and_gets_its_labels(creator, workspace, inside, label):
    account = factories.account(workspace)
    with inside():
        template = Template.objects.create(
            workspace=workspace, name="Opening", options={"mastodon": {"visibility": "unlisted"}},
            parts=[part("main", "We are open"), part("reply", "Until 8")],
        )  # fmt: skip
        template.labelled.create(workspace=workspace, organization_id=workspace.organization_id, label=label)

    url = f"{reverse('dashboard:compose')}?template={template.pk}"
    assert url in body(creator.get(reverse("dashboard:compose")))
    composer = creator.get(url).context["composer"]
    assert (composer.text, [reply.text for reply in composer.replies]) == ("We are open", ["Until 8"])
    (variant,) = composer.variants
    options = {one.name: one.value for one in (*variant.options, *variant.more_options)}
    assert options["visibility"] == "unlisted"
    sent = {
        "action": "draft", "text": "We are open", "reply": "Until 8", "template": template.pk, "accounts": account.pk,
        "form_key": composer.form_key,
    }  # fmt: skip
    creator.post(reverse("dashboard:compose"), sent)

    with inside():
        assert PostLabel.objects.get(post=Post.objects.get()).label == label


def test_a_template_of_another_workspace_is_none(creator, other_workspace, inside):
    with inside():
        theirs = Template.objects.create(workspace=other_workspace, name="Theirs", parts=[part("main", "No")])

    answer = creator.get(f"{reverse('dashboard:compose')}?template={theirs.pk}")

    assert (answer.status_code, answer.context["composer"].text) == (200, "")


def test_a_post_is_sorted_on_its_page_and_found_by_it(creator, workspace, inside, label):
    post, other = factories.post(workspace, title="Sorted"), factories.post(workspace, title="Unsorted")
    with inside():
        campaign = Campaign.objects.create(workspace=workspace, name="Spring")
    url = reverse("publishing:sort", args=[post.pk])
    assert url in body(creator.get(reverse("publishing:post", args=[post.pk])))

    answer = creator.post(url, {"labels": label.pk, "campaign": campaign.pk}, follow=True)

    assert messages(answer) == ["Labels and campaign were saved."]
    assert answer.context["sorting"].campaign.name == "Spring"
    assert [one.name for one in answer.context["sorting"].chosen] == ["Evergreen"]
    for query in ({"label": label.pk}, {"campaign": campaign.pk}):
        rows = creator.get(reverse("publishing:list"), query).context["posts"]
        assert [row.title for row in rows] == ["Sorted"]
    creator.post(url, {"labels": other.pk})
    with inside():
        assert PostLabel.objects.get().label == label, "nothing was changed"


def test_who_only_looks_is_offered_nothing(workspace, label):
    viewer = factories.signed_in(
        factories.member(workspace.organization, Role.VIEWER, workspaces=[workspace]), at=workspace
    )
    post = factories.post(workspace)
    factories.publication(post, factories.account(workspace), state=State.FAILED)

    page = viewer.get(reverse("publishing:post", args=[post.pk]))
    assert (page.context["sorting"].url, page.context["retry_all_url"], page.context["template_url"]) == ("", "", "")
    assert reverse("posts:label_new") not in body(viewer.get(reverse("posts:labels")))


def test_a_manager_tries_again_and_takes_down_all_of_a_post(workspace, inside):
    manager = factories.signed_in(
        factories.member(workspace.organization, Role.MANAGER, workspaces=[workspace]), at=workspace
    )
    post = factories.post(workspace)
    for state in (State.FAILED, State.FAILED, State.NEEDS_ATTENTION):
        factories.publication(post, factories.account(workspace), state=state)
    page = reverse("publishing:post", args=[post.pk])
    url = manager.get(page).context["retry_all_url"]

    answer = manager.post(url, follow=True)

    said = messages(answer)
    assert said[0] == "It is sent again on 2 accounts."
    assert "decide" in said[1]
    assert answer.context["retry_all_url"] == ""
    out = factories.post(workspace)
    for _ in range(2):
        factories.publication(out, factories.account(workspace), state=State.PUBLISHED)
    url = manager.get(reverse("publishing:post", args=[out.pk])).context["take_down_all_url"]
    assert url
    assert messages(manager.post(reverse("publishing:take_down_all", args=[post.pk]), follow=True))
