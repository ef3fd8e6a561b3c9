from __future__ import annotations

from dataclasses import replace

import pytest

from apps.core.secrets import Secret
from apps.platforms.calls import Call, Feature, call_of, cannot, require
from apps.platforms.contract import Credential
from apps.platforms.errors import MissingPermission

READ = Call("posts.list", "GET", "/v2/users/{id}/posts", Feature.READ, scopes=(("read",),))
WRITE = Call("posts.create", "POST", "/v2/posts", Feature.PUBLISH, scopes=(("write", "read"), ("admin",)))
BLOB = Call("blob", "GET", "/files/{path...}", Feature.READ)
CALLS = (READ, WRITE, BLOB)


def credential(*scopes: str) -> Credential:
    return Credential("1", Secret("token"), scopes=scopes)


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/v2/users/17/posts", READ),
        ("GET", "/v2/users/17/posts/", READ),
        ("POST", "/v2/users/17/posts", None),
        ("GET", "/v2/users/17/18/posts", None),
        ("GET", "/v2/users/17/posts/9", None),
        ("GET", "/files/a/b/c.jpg", BLOB),
        ("GET", "/v3/users/17/posts", None),
    ],
)
def test_a_request_is_known_by_its_method_and_path(method, path, found):
    assert call_of(CALLS, method, path) is found


def test_what_a_consent_cannot_do_is_told_by_feature_with_the_scopes_it_lacks():
    assert cannot(CALLS, ["read"]) == {Feature.PUBLISH: ("write",)}
    assert cannot(CALLS, ["write", "read"]) == {}


def test_any_alternative_is_enough():
    assert cannot([WRITE], ["admin"]) == {}


def test_what_is_for_other_kinds_of_channels_is_not_missed():
    calls = [replace(READ, kinds=("page",)), replace(WRITE, kinds=("profile",))]
    assert cannot(calls, ["read"], kind="page") == {}
    assert cannot(calls, ["read"], kind="profile") == {Feature.PUBLISH: ("write",)}


def test_a_consent_that_does_not_say_what_it_covers_is_taken_to_cover_all():
    assert cannot(CALLS, []) == {}
    require(WRITE, credential(), label="It")


def test_a_call_that_the_consent_does_not_cover_never_leaves():
    require(READ, credential("read"), label="It")
    with pytest.raises(MissingPermission, match="publish posts") as caught:
        require(WRITE, credential("read"), label="It")
    assert caught.value.scopes == ("write",)
