"""What the documentation leaves open, or tells in two ways: the simulated LinkedIn does each of them in turn."""

from __future__ import annotations

import pytest

from apps.platforms.contract import RemotePost, Verdict
from apps.platforms.errors import Disconnected, MissingPermission, NotSent, Rejected
from tests.platforms.conformance.sandbox_bench import settings_of


@pytest.fixture
def varied(bench):
    """`varied(setting=value)`: the simulated LinkedIn otherwise than usual, for the rest of the test."""
    usual = settings_of(bench.sandbox, "linkedin")
    changed = {}

    def vary(**settings):
        changed.update({name: usual[name] for name in settings})
        bench.sandbox.set("linkedin", **settings)

    yield vary
    if changed:
        bench.sandbox.set("linkedin", **changed)


@pytest.mark.parametrize("key", ["organization", "organizationTarget", "organizationalTarget"])
def test_a_page_is_found_under_each_name_of_its_key(bench, varied, key):
    varied(acl_key=key)
    assert [channel.kind for channel in bench.consent().channels] == ["page"]


@pytest.mark.parametrize("role", ["CONTENT_ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER"])
def test_a_page_is_found_by_each_role_that_may_post(bench, varied, role):
    varied(organization_role=role)
    credential = bench.connect()
    assert credential.channel_kind == "page"
    post = bench.publish(bench.post("Hello"), credential)
    # Figures are for administrators.
    with pytest.raises(MissingPermission):
        bench.adapter.post_metrics(RemotePost(post.remote_id), credential)


@pytest.mark.parametrize("header", ["x-restli-id", "x-linkedin-id", ""])
def test_the_id_is_read_wherever_it_is(bench, varied, header):
    credential = bench.connect()
    varied(id_header=header)
    assert bench.publish(bench.post("Hello"), credential).remote_id == bench.seen()[0].remote_id


def test_an_upload_token_is_handed_back_as_it_was_given(bench, varied):
    varied(upload_token=True)
    credential = bench.connect()
    bench.publish(bench.samples()["video"], credential)
    assert len(bench.seen()) == 1


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_request"])
def test_a_dead_refresh_token_is_dead_under_each_name(bench, varied, error):
    varied(dead_refresh_error=error)
    credential = bench.connect()
    bench.revoke_tokens()
    with pytest.raises(Disconnected):
        bench.adapter.refresh(credential)


def test_an_app_without_refresh_tokens_lasts_sixty_days(bench, varied):
    varied(refresh_tokens=False)
    credential = bench.connect()
    assert not credential.refresh_token
    assert bench.adapter.refresh(credential) == credential
    bench.clock.advance(days=61)
    with pytest.raises(Disconnected):
        bench.adapter.check(credential)


def test_a_version_that_is_over_stops_nobodys_account(bench, varied):
    credential = bench.connect()
    varied(oldest_version="202610")
    with pytest.raises(NotSent, match="operator"):
        bench.adapter.check(credential)


@pytest.mark.parametrize("key", ["ugc", "ugcPost"])
def test_the_figures_of_a_members_film_are_found_under_each_name(bench, varied, key):
    varied(ugc_entity_key=key)
    bench.scopes = (
        "r_basicprofile", "w_member_social", "r_member_postAnalytics", "r_member_profileAnalytics",
    )  # fmt: skip
    credential = bench.connect()
    film = bench.publish(bench.samples()["video"], credential)
    bench.clock.advance(hours=50)
    assert bench.adapter.post_metrics(RemotePost(film.remote_id), credential).values


def test_a_ghost_of_a_deleted_post_is_not_taken_for_ours(bench, varied):
    varied(ghost_duplicates=True)
    credential = bench.connect()
    first = bench.publish(bench.post("Again and again"), credential)
    bench.adapter.delete(RemotePost(first.remote_id), credential)
    with pytest.raises(Rejected):
        bench.publish(bench.post("Again and again"), credential, key="key-2")
    assert bench.seen() == []


def test_addresses_in_a_text_are_found_again_whether_they_come_back_escaped_or_not(bench, varied):
    varied(raw_addresses=True)
    credential = bench.connect()
    written = bench.post("Look at https://a.example/x_y(z)")
    staged = bench.stage(written, credential, key="key-1")
    trace = bench.trace(written, staged)
    bench.adapter.commit(written, staged, credential, key="key-1")
    bench.wait_until_settled()
    assert bench.adapter.find(trace, credential).verdict is Verdict.FOUND
