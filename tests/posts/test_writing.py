from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.actors import SYSTEM
from apps.platforms.contract import Role
from apps.posts import readiness, selectors, services
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.errors import NotInWorkspace, PostMalformed
from apps.posts.models import Post
from apps.posts.states import PartRole
from apps.tenants.models import Workspace
from tests.support import factories
from tests.support.publishing import Agency

pytestmark = pytest.mark.django_db


def test_a_post_is_read_back_as_it_was_written(agency: Agency) -> None:
    account, picture = agency.account(), factories.asset(agency.workspace, alt="A loaf")
    content = agency.content("Bread", [account], assets=[picture], comment="First!", replies=["Two"])

    with agency.scope():
        post = services.create(workspace_id=agency.workspace.pk, content=content, author_id=None, actor=SYSTEM)
        assert selectors.content_of(post) == content
        drafts = selectors.drafts_for(post, account)

    assert [(draft.role, draft.text) for draft in drafts] == [
        (Role.MAIN, "Bread"),
        (Role.FIRST_COMMENT, "First!"),
        (Role.REPLY, "Two"),
    ]
    assert [media.alt for media in drafts[0].media] == ["A loaf"]


def test_an_account_may_have_words_of_its_own(agency: Agency) -> None:
    one, other = agency.account("harbour"), agency.account("pier")
    post = agency.post("For all", on=[one, other], texts={"pier": "For the pier"})

    with agency.scope():
        texts = [selectors.drafts_for(post, account)[0].text for account in (one, other)]

    assert texts == ["For all", "For the pier"]


def test_pictures_keep_their_order_and_may_get_another_description(agency: Agency) -> None:
    first, second = (factories.asset(agency.workspace, alt=alt) for alt in ("one", "two"))
    account = agency.account()
    pictures = (MediaContent(second.pk, "the second, up close"), MediaContent(first.pk))
    content = Content((PartContent("Look", pictures),), (VariantContent(account.pk),))

    with agency.scope():
        post = services.create(workspace_id=agency.workspace.pk, content=content, author_id=None, actor=SYSTEM)
        (draft,) = selectors.drafts_for(post, account)

    assert [media.alt for media in draft.media] == ["the second, up close", "one"]


def test_every_change_raises_the_revision(agency: Agency) -> None:
    account = agency.account()
    post = agency.post(on=[account])

    post = agency.do(services.change, post=post, content=agency.content("Again", [account]))
    post = agency.do(services.change_variant, post=post, account_id=account.pk, text="Here", options=None)

    assert post.revision == 3


def test_empty_comments_are_left_out(agency: Agency) -> None:
    post = agency.post(comment="  ", replies=["", "Said"])

    with agency.scope():
        assert [part.role for part in selectors.manuscript(post).passages] == [PartRole.MAIN, PartRole.REPLY]


@pytest.mark.parametrize("foreign", ["account", "picture"])
def test_nothing_of_another_client_gets_into_a_post(agency: Agency, other_workspace: Workspace, foreign: str) -> None:
    account = agency.account(in_=other_workspace if foreign == "account" else None)
    picture = factories.asset(other_workspace if foreign == "picture" else agency.workspace)
    content = agency.content("Hello", [account], assets=[picture])

    with agency.scope(), pytest.raises(NotInWorkspace):
        services.create(workspace_id=agency.workspace.pk, content=content, author_id=None, actor=SYSTEM)
    with agency.scope():
        assert not Post.objects.exists()


def test_a_post_without_a_main_part_is_no_post(agency: Agency) -> None:
    content = Content((PartContent("A reply", role=PartRole.REPLY),))

    with agency.scope(), pytest.raises(PostMalformed):
        services.create(workspace_id=agency.workspace.pk, content=content, author_id=None, actor=SYSTEM)


def test_problems_are_named_by_field_and_account_all_at_once(agency: Agency) -> None:
    one, other = agency.account("harbour"), agency.account("pier")
    post = agency.post("x" * 501, on=[one, other], texts={"pier": "short"}, comment="y" * 501)

    with agency.scope():
        found = {(problem.field, problem.account_id) for problem in readiness.readiness_problems(post)}

    assert found == {("text", one.pk), ("parts.1.text", one.pk), ("parts.1.text", other.pk)}


def test_the_accounts_own_limits_count(agency: Agency) -> None:
    account = agency.account()
    post = agency.post("x" * 501, on=[account])
    with agency.scope():
        type(account).objects.update(limits={"max_text": 5000})
        assert readiness.readiness_problems(post) == []


def test_an_unknown_choice_is_named(agency: Agency) -> None:
    account = agency.account()
    content = agency.content("Hello", [account])
    content = replace(content, variants=(VariantContent(account.pk, None, {"audience": "nobody"}),))

    with agency.scope():
        manuscript = selectors.manuscript_of(content, workspace_id=agency.workspace.pk)
        (problem,) = readiness.problems_in(manuscript)

    assert problem.field == "options.audience"


def test_a_repost_is_ready_without_words_and_with_nothing_below_it(agency: Agency) -> None:
    account = factories.account(agency.workspace, "threads")
    chosen = (VariantContent(account.pk, None, {"format": "repost", "repost": "18100000000000001"}),)

    def problems(**parts: object) -> list[str]:
        content = replace(agency.content("", [account], **parts), variants=chosen)
        with agency.scope():
            manuscript = selectors.manuscript_of(content, workspace_id=agency.workspace.pk)
            return [problem.field for problem in readiness.problems_in(manuscript)]

    assert problems() == []
    assert problems(comment="First!", replies=["Two"]) == ["parts.1.role", "parts.2.role"]


def test_the_same_words_to_the_same_account_within_days_are_pointed_out_but_not_refused(agency: Agency) -> None:
    account = agency.account()
    agency.schedule(agency.post("Come and see", on=[account]), minutes=60)
    again = agency.post("come  and SEE", on=[account])

    with agency.scope():
        from apps.core import clock
        from apps.publishing import services as publishing

        local = clock.now().replace(tzinfo=None)
        planned = publishing.schedule(post=again, local=local, zone="UTC", actor=SYSTEM)

    assert [(warning.code, warning.is_warning) for warning in planned.warnings] == [("duplicate", True)]


def test_reading_a_post_costs_the_same_however_long_it_is(agency: Agency) -> None:
    def cost(replies: int) -> int:
        post = agency.post(replies=["more"] * replies, on=[agency.account(f"a{replies}-{n}") for n in range(replies)])
        with (
            agency.scope(),
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            selectors.manuscript(post)
            return len(queries)

    assert cost(2) == cost(8)
