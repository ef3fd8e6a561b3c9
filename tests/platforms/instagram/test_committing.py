"""The request that makes a post public, and a first comment below it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.platforms.contract import Receipt, RemotePost, Role, Staged
from apps.platforms.errors import StagedLost, Uncertain
from tests.platforms.drafts import draft
from tests.platforms.instagram.answers import FINISHED, MEDIA, PUBLISH, error, forms


def test_an_earlier_version_of_the_post_is_never_published(instagram, credential, written, staged):
    server, adapter = instagram({})
    with pytest.raises(StagedLost):
        adapter.commit(replace(written, text="Edited"), staged, credential, key="k")
    assert server.requests == []


def ready_again(adapter, written, credential, staged, clock):
    """Staged once more before another try, as the engine does."""
    before = Staged({**staged.data, "started_at": clock().isoformat()})
    return adapter.stage(written, credential, key="k", before=before)


def test_a_container_that_was_published_after_all_is_never_published_twice(
    instagram, credential, clock, written, staged
):
    """Whether Instagram refuses to publish one a second time is not documented."""
    server, adapter = instagram(
        {"GET /v26.0/c1": [(200, {"status_code": "PUBLISHED"})], f"POST {PUBLISH}": [(200, {"id": "m2"})]}
    )
    again = ready_again(adapter, written, credential, staged, clock)
    assert again.ready
    with pytest.raises(Uncertain, match="out already"):
        adapter.commit(written, again, credential, key="k")
    assert forms(server, PUBLISH) == []


@pytest.mark.parametrize("status", [FINISHED, error(100, 33), (200, {"status_code": "IN_PROGRESS"})])
def test_another_try_is_made_with_the_same_container(instagram, credential, clock, written, staged, status):
    server, adapter = instagram({"GET /v26.0/c1": [status], f"POST {PUBLISH}": [(200, {"id": "m1"})]})
    again = ready_again(adapter, written, credential, staged, clock)
    assert adapter.commit(written, again, credential, key="k").remote_id == "m1"
    assert forms(server, PUBLISH) == [{"creation_id": "c1"}]
    assert forms(server, MEDIA) == []


def test_a_container_that_expired_before_another_try_is_made_anew(instagram, credential, clock, written, staged):
    _, adapter = instagram({"GET /v26.0/c1": [(200, {"status_code": "EXPIRED"})]})
    with pytest.raises(StagedLost):
        ready_again(adapter, written, credential, staged, clock)


def test_a_first_comment_sends_its_words_and_nothing_else(instagram, credential):
    server, adapter = instagram({"POST /v26.0/m1/comments": [(200, {"id": "k1"})]})
    comment = draft("First", role=Role.FIRST_COMMENT, parent=RemotePost("m1"))
    assert adapter.commit(comment, Staged({}), credential, key="k") == Receipt("k1")
    assert server.requests == [("POST", "/v26.0/m1/comments")]
    assert server.bodies == [b"message=First"]


def test_an_address_that_is_not_told_is_empty(instagram, credential):
    _, adapter = instagram({"GET /v26.0/m1": [(200, {"permalink": "https://www.instagram.com/p/AbC/"})]})
    assert adapter.locate(Receipt("m1"), credential) == "https://www.instagram.com/p/AbC/"
    assert adapter.locate(Receipt("gone"), credential) == ""
