"""What the database says of a post as a whole is what every page says of it."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from apps.core import clock, tenancy
from apps.posts.models import Post
from apps.posts.states import Review
from apps.publishing.models import Publication
from apps.publishing.states import PostState, State, post_state
from apps.publishing.whole_states import posts_in
from apps.social_accounts.models import SocialAccount
from tests.support import factories

pytestmark = pytest.mark.django_db
MIXES = [(mix, Review.NONE) for length in (0, 1, 2, 3) for mix in combinations(State, length)]
MIXES += [(mix, review) for length in (0, 1) for mix in combinations(State, length) for review in Review]


def test_posts_are_found_by_the_state_that_their_publications_and_reviewers_come_to(workspace):
    own: dict[str, Any] = {"organization_id": workspace.organization_id, "workspace": workspace}
    grant = factories.account(workspace).grant
    with tenancy.scope(organization_id=workspace.organization_id):
        posts = Post.objects.bulk_create([Post(**own, review=review) for _, review in MIXES])
        # An account is publishing one thing at a time, so each publication has its own.
        places = [(post, state) for post, (mix, _) in zip(posts, MIXES, strict=True) for state in mix]
        accounts = SocialAccount.objects.bulk_create(
            SocialAccount(
                **own, platform="mastodon", grant=grant, remote_id=f"own{number}", handle="x", connected_at=clock.now()
            )
            for number, _ in enumerate(places)
        )
        Publication.objects.bulk_create(
            publication(own, post, state, account) for (post, state), account in zip(places, accounts, strict=True)
        )

        for state in PostState:
            found = set(Post.objects.filter(posts_in(state)).values_list("pk", flat=True))
            wanted = {post.pk for post, said in zip(posts, MIXES, strict=True) if post_state(*said) is state}
            assert found == wanted, state
            assert wanted


def publication(own: dict[str, Any], post: Post, state: State, account: SocialAccount) -> Publication:
    now = clock.now()
    return Publication(
        **own, post=post, account=account, state=state, due_at=now, next_try_at=now, revision=1, lease_until=now,
        remote_id=str(account.pk), published_at=now, removed_at=now if state == State.REMOVED else None,
    )  # fmt: skip
