"""Labels, campaigns and templates: names that are there once, laid on posts of their own workspace, without a trace in
what goes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.posts import services
from apps.posts.beginning import begun, furnished
from apps.posts.content import Content, PartContent, VariantContent
from apps.posts.errors import NotInWorkspace, RefTaken, SortingRefused
from apps.posts.models import Campaign, Label, Post, PostLabel, Template
from apps.posts.services import sorting, writing
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _inside(workspace) -> Iterator[None]:
    with tenancy.scope(organization_id=workspace.organization_id):
        yield


@pytest.fixture
def elsewhere(workspace):
    return factories.workspace(workspace.organization)


@pytest.fixture
def post(workspace) -> Post:
    return factories.post(workspace)


def label(workspace, name="Evergreen", **fields) -> Label:
    return services.make_label(workspace_id=workspace.pk, name=name, actor=SYSTEM, **fields)


def labels_of(post) -> list[str]:
    return sorted(PostLabel.objects.filter(post=post).values_list("label__name", flat=True))


@pytest.mark.parametrize("name", ["evergreen", "EVERGREEN", "  Evergreen ", "ÉVERGREEN"])
def test_a_name_is_there_once_however_it_is_spelt(workspace, elsewhere, name):
    label(workspace, "Evergreen")
    label(workspace, "évergreen")

    with pytest.raises(SortingRefused) as refused:
        label(workspace, name)

    assert (refused.value.field, refused.value.code) == ("name", "taken")
    label(elsewhere, name)
    assert Label.objects.filter(workspace=workspace).count() == 2


def test_a_label_is_renamed_and_keeps_its_posts(workspace, post):
    known, other = label(workspace), label(workspace, "Other")
    services.sort(post=post, label_ids=[known.pk], actor=SYSTEM)

    services.change_label(label=known, name="Evergreens", colour="teal", actor=SYSTEM)

    assert labels_of(post) == ["Evergreens"]
    with pytest.raises(SortingRefused):
        services.change_label(label=known, name="OTHER", actor=SYSTEM)
    services.change_label(label=other, name="OTHER", actor=SYSTEM)
    assert Label.objects.get(pk=other.pk).name == "OTHER"


def test_a_label_without_a_name_is_refused(workspace):
    with pytest.raises(SortingRefused) as refused:
        label(workspace, "  ")
    assert refused.value.code == "blank"


def test_a_workspace_has_no_more_than_a_picker_can_show(workspace, monkeypatch):
    monkeypatch.setitem(sorting.MOST, Label, 1)
    label(workspace)

    with pytest.raises(SortingRefused) as refused:
        label(workspace, "Another")

    assert refused.value.code == "too_many"


def test_sorting_a_post_leaves_its_words_and_its_revision(workspace, post):
    campaign = services.make_campaign(workspace_id=workspace.pk, name="Spring", actor=SYSTEM)
    first, second = label(workspace, "One"), label(workspace, "Two")

    sorted_ = services.sort(post=post, label_ids=[first.pk, second.pk], campaign_id=campaign.pk, actor=SYSTEM)
    assert (sorted_.revision, sorted_.campaign_id, labels_of(post)) == (1, campaign.pk, ["One", "Two"])
    services.sort(post=post, label_ids=[second.pk], actor=SYSTEM)
    assert (labels_of(post), Post.objects.get().campaign_id) == (["Two"], campaign.pk)
    services.sort(post=post, campaign_id=None, actor=SYSTEM)
    assert (labels_of(post), Post.objects.get().campaign_id) == (["Two"], None)
    told = Event.objects.filter(name="post.updated").count()
    services.sort(post=post, label_ids=[second.pk], campaign_id=None, actor=SYSTEM)
    assert Event.objects.filter(name="post.updated").count() == told == 3, "nothing has changed, and nobody is told"
    assert Entry.objects.filter(verb="post.sorted").count() == 3


def test_a_post_is_sorted_by_what_its_own_workspace_has(workspace, elsewhere, stranger_workspace, post):
    foreign = services.make_campaign(workspace_id=elsewhere.pk, name="Spring", actor=SYSTEM)

    for wrong in ({"label_ids": [label(elsewhere).pk]}, {"campaign_id": foreign.pk}):
        with pytest.raises(NotInWorkspace):
            services.sort(post=post, actor=SYSTEM, **wrong)
    for make in (services.make_label, services.make_campaign):
        with pytest.raises(NotInWorkspace):
            make(workspace_id=stranger_workspace.pk, name="Ours", actor=SYSTEM)
    assert labels_of(post) == []


def test_removing_takes_it_off_posts_and_leaves_them(workspace, post):
    known, campaign = label(workspace), services.make_campaign(workspace_id=workspace.pk, name="Spring", actor=SYSTEM)
    services.sort(post=post, label_ids=[known.pk], campaign_id=campaign.pk, actor=SYSTEM)

    services.remove_label(label=known, actor=SYSTEM)
    services.remove_campaign(campaign=campaign, actor=SYSTEM)

    assert (Post.objects.get().campaign_id, labels_of(post)) == (None, [])


def test_a_campaign_ends_after_it_starts_and_its_reference_is_there_once(workspace, elsewhere):
    def campaign(place=workspace, **fields):
        return services.make_campaign(workspace_id=place.pk, name="Spring", actor=SYSTEM, **fields)

    first = campaign(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 1), external_ref="ours")
    campaign()
    campaign(elsewhere, external_ref="ours")
    for wrong, field in (
        ({"external_ref": "ours"}, "external_ref"),
        ({"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 1)}, "ends_on"),
    ):
        with pytest.raises(SortingRefused) as refused:
            campaign(**wrong)
        assert refused.value.field == field
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=first.pk).update(ends_on=date(2026, 2, 1))


def template(workspace, parts, **fields) -> Template:
    return services.make_template(workspace_id=workspace.pk, name="Opening", parts=parts, actor=SYSTEM, **fields)


def part(role, text="") -> dict[str, str]:
    return {"role": role, "text": text, "link": ""}


@pytest.mark.parametrize("roles", [(), ("reply",), ("main", "main"), ("main", "first_comment", "first_comment")])
def test_a_template_has_the_shape_of_a_post(workspace, roles):
    with pytest.raises(SortingRefused) as refused:
        template(workspace, [part(role) for role in roles])
    assert refused.value.field == "parts"


def test_a_post_begins_with_a_template_and_has_its_options_where_it_goes(workspace):
    account, other = factories.account(workspace), factories.account(workspace, "bluesky")
    made = template(
        workspace,
        [part("main", "We are open"), part("reply", "Until 8")],
        options={"mastodon": {"visibility": "unlisted", "spoiler": "x"}},
    )

    content = begun(made)
    assert [(one.role, one.text) for one in content.parts] == [("main", "We are open"), ("reply", "Until 8")]
    own = VariantContent(account.pk, options={"spoiler": "mine"})
    placed = Content(parts=(PartContent("Hello"),), variants=(own, VariantContent(other.pk)))
    options = {variant.account_id: dict(variant.options) for variant in furnished(placed, made).variants}
    assert options == {account.pk: {"visibility": "unlisted", "spoiler": "mine"}, other.pk: {}}


def test_a_reference_is_given_and_taken_once(workspace, post):
    other = factories.post(workspace, external_ref="taken")

    with pytest.raises(RefTaken) as refused:
        services.set_reference(post=post, external_ref=other.external_ref, actor=SYSTEM)
    assert refused.value.post_id == other.pk
    assert services.set_reference(post=post, external_ref="mine", actor=SYSTEM).external_ref == "mine"
    assert services.set_reference(post=post, external_ref="", actor=SYSTEM).external_ref == ""


def test_of_two_that_give_a_reference_at_once_one_is_told(workspace, post, monkeypatch):
    other = factories.post(workspace, external_ref="taken")
    looks = iter([None])
    real = writing._refuse_taken
    monkeypatch.setattr(writing, "_refuse_taken", lambda post: next(looks, post) and real(post))

    with pytest.raises(RefTaken) as refused:
        services.set_reference(post=post, external_ref="taken", actor=SYSTEM)

    assert refused.value.post_id == other.pk
