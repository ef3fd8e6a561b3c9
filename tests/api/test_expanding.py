"""`expand` and what lists are found and sorted by, at the price of a few statements however long they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import tenancy
from apps.posts.models import Campaign, Label, PostLabel
from apps.tenants.permissions import Role
from apps.tenants.rest import ids
from tests.support import factories
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db
OF_POSTS = "publications,media,labels,campaign,accounts,workspace"


@pytest.fixture
def account(workspace):
    return factories.account(workspace)


def full(workspace, account, number=0):
    """A post with one of everything that can be expanded."""
    with tenancy.scope(organization_id=workspace.organization_id):
        campaign = Campaign.objects.create(workspace=workspace, name=f"Spring {number}")
        label = Label.objects.create(workspace=workspace, name=f"Label {number}")
    post = factories.post(workspace, accounts=[account], assets=[factories.asset(workspace)], campaign_id=campaign.pk)
    with tenancy.scope(organization_id=workspace.organization_id):
        PostLabel.objects.create(workspace=workspace, post=post, label=label)
    factories.publication(post, account)
    return post


def test_a_post_shows_what_its_ids_stand_for(workspace_api, workspace, account):
    post = full(workspace, account)
    path = f"/posts/{post.pk}"
    plain, shown = workspace_api.get(path), workspace_api.get(path, expand=OF_POSTS)
    wide = shown.json()

    assert wide["labels"] == [workspace_api.get(f"/labels/{plain.json()['labels'][0]}").json()]
    assert wide["campaign"]["name"] == "Spring 0"
    assert wide["parts"][0]["media"][0]["media"]["kind"] == "image"
    assert wide["accounts"][0] == workspace_api.get(f"/social-accounts/{account.pk}").json()
    assert wide["workspace"]["name"] == workspace.name
    assert wide["publications"] == plain.json()["publications"]
    assert shown["ETag"] == plain["ETag"], "a change can be held against it either way"
    assert workspace_api.patch(path, {"title": "Monday"}, If_Match=shown["ETag"]).status_code == 200


def test_a_publication_shows_its_post_and_account(workspace_api, workspace, account):
    post = full(workspace, account)
    (row,) = workspace_api.get("/publications", expand="post, account").json()["data"]

    assert row["post"] == workspace_api.get(f"/posts/{post.pk}").json()
    assert row["account"]["handle"] == account.handle
    one = workspace_api.get(f"/publications/{row['id']}", expand="post").json()
    assert (one["post"], one["account"]) == (row["post"], row["account"]["id"])


def test_what_is_not_there_stays_an_id_or_nothing(workspace_api, workspace):
    post = factories.post(workspace)

    wide = workspace_api.get(f"/posts/{post.pk}", expand=OF_POSTS).json()

    assert (wide["campaign"], wide["labels"], wide["accounts"]) == (None, [], [])


def test_a_name_that_is_none_is_told(workspace_api):
    answer = workspace_api.get("/posts", expand="labels,secrets")

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "expand")


def test_a_key_expands_what_it_may_read_itself(workspace, account):
    full(workspace, account)
    reader = program(workspace, scopes=["posts:read"])

    assert reader.get("/posts", expand="labels,campaign").status_code == 200
    for name in ("media", "accounts", "workspace"):
        assert reader.get("/posts", expand=name).status_code == 403, name


@pytest.mark.parametrize(
    ("path", "names"),
    [("/posts", OF_POSTS), ("/publications", "post,account,workspace"), ("/posts", ""), ("/templates", "labels")],
)
def test_expanding_costs_the_same_however_many_there_are(workspace_api, workspace, path, names):
    full(workspace, factories.account(workspace))
    workspace_api.get(path, expand=names)
    with CaptureQueriesContext(connection) as few:
        workspace_api.get(path, expand=names)
    for number in range(1, 6):
        full(workspace, factories.account(workspace), number)
    with CaptureQueriesContext(connection) as many:
        workspace_api.get(path, expand=names)
    assert len(few) == len(many)


def test_posts_are_found_by_all_that_is_known_of_them(api, workspace, account):
    post, other = full(workspace, account), factories.post(workspace)
    member = factories.member(workspace.organization, Role.CREATOR, workspaces=[workspace])
    written = factories.post(workspace, author=member.user)
    with tenancy.scope(organization_id=workspace.organization_id):
        label, campaign = Label.objects.get(), Campaign.objects.get()

    def found(**query):
        answer = api.get("/posts", **query)
        assert answer.status_code == 200, answer.content.decode()
        return {row["id"] for row in answer.json()["data"]}

    def public(*posts):
        return {ids.public(ids.POST, one.pk) for one in posts}

    assert found(label=ids.public(ids.LABEL, label.pk)) == public(post)
    assert found(campaign=ids.public(ids.CAMPAIGN, campaign.pk)) == public(post)
    assert found(platform="mastodon", status="scheduled") == public(post)
    assert found(status="draft") == public(other, written)
    assert found(status="failed") == set()
    assert found(author=ids.public(ids.MEMBER, member.pk)) == public(written)
    assert found(author=ids.public(ids.MEMBER, post.pk)) == set()
    for name in ("label", "campaign", "author", "status", "platform"):
        assert api.get("/posts", **{name: "nonsense"}).status_code == 422, name


@pytest.mark.parametrize("path", ["/posts", "/publications"])
@pytest.mark.parametrize("sort", ["due_at", "-due_at"])
def test_a_list_sorted_by_its_hours_is_read_page_by_page(workspace_api, workspace, clock, path, sort):
    for hours in (5, 1, 3, 1, 4):
        due_at = clock.now + timedelta(hours=hours)
        account = factories.account(workspace)
        factories.publication(factories.post(workspace, accounts=[account], due_at=due_at), account)

    seen, cursor = [], ""
    while True:
        page = workspace_api.get(path, sort=sort, limit="2", **({"cursor": cursor} if cursor else {})).json()
        seen += page["data"]
        if not (cursor := page["next_cursor"]):
            break
    hours = [row["scheduled_at" if path == "/posts" else "due_at"] for row in seen]
    assert hours == sorted(hours, reverse=sort.startswith("-"))
    assert len({row["id"] for row in seen}) == 5
    first = workspace_api.get(path, sort=sort, limit="2").json()["next_cursor"]
    assert workspace_api.get(path, cursor=first).status_code == 422, "of a list in another order"
    assert workspace_api.get(path, sort="title").status_code == 422


def test_a_draft_stands_where_it_was_written(workspace_api, workspace, clock):
    later = factories.post(workspace, due_at=clock.now + timedelta(days=1))
    draft = factories.post(workspace)

    found = [row["id"] for row in workspace_api.get("/posts", sort="due_at").json()["data"]]

    assert found == [ids.public(ids.POST, one.pk) for one in (draft, later)]
