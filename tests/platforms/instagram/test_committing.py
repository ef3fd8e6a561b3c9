"""The request that makes a post public, and a first comment below it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.platforms.contract import Receipt, RemotePost, Role, Staged
from apps.platforms.errors import (
    StagedLost,
)
from tests.platforms.drafts import draft


def test_an_earlier_version_of_the_post_is_never_published(instagram, credential, written, staged):
    server, adapter = instagram({})
    with pytest.raises(StagedLost):
        adapter.commit(replace(written, text="Edited"), staged, credential, key="k")
    assert server.requests == []


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
