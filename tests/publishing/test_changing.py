"""Changing what is out: what is live is what the page says is live."""

from __future__ import annotations

import pytest

from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.contract import Receipt
from apps.posts.errors import PostChanged, PostNotReady
from apps.posts.models import Part, Variant
from apps.publishing.models import Publication
from apps.publishing.services import Aftermath
from apps.publishing.states import Outcome, State
from tests.publishing.afterwards import able, change, deeds, diary
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


def test_a_change_is_live_and_the_page_says_what_is_live(agency: Agency, memory: MemoryPlatform) -> None:
    first, second = agency.account("harbour"), agency.account("pier")
    post = agency.post("Open until 8", on=[first, second])
    agency.schedule(post)
    run_worker()
    with agency.scope():
        out = Publication.objects.get(post=post, account=first)

    answer = change(out, options={"audience": "few"})

    assert answer == Aftermath(Outcome.CHANGED)
    assert memory.texts("harbour") == ["Open until 9"]
    assert memory.texts("pier") == ["Open until 8"]
    with agency.scope():
        own = Variant.objects.get(post=post, account=first)
        assert (own.text, own.options) == ("Open until 9", {"audience": "few"})
        assert Part.objects.get(post=post).text == "Open until 8"
    changed = agency.read(out)
    assert changed.state == State.PUBLISHED
    assert changed.revision == agency.read(post).revision == 2
    assert deeds(agency, out) == [("change", "changed")]
    assert agency.events(out)[-1] == "publication.edited"
    assert diary(agency, out) == ["publication.edited"]


def test_a_change_with_a_lost_answer_is_not_believed_until_it_is_said_again(
    agency: Agency, memory: MemoryPlatform, out: Publication
) -> None:
    memory.fault("lost_after", call="edit")

    lost = change(out)
    assert (lost.outcome, lost.is_done) == (Outcome.UNCERTAIN, False)
    with agency.scope():
        assert Variant.objects.get(post=out.post_id).text is None
    assert agency.attempts(out)[-1].evidence["wanted"] == {"text": "Open until 9", "options": {}}

    assert change(out).is_done
    assert memory.texts("harbour") == ["Open until 9"]
    assert deeds(agency, out) == [("change", "uncertain"), ("change", "changed")]


def test_what_is_found_gone_while_changing_it_is_removed(
    agency: Agency, memory: MemoryPlatform, out: Publication
) -> None:
    memory.posts.clear()

    answer = change(out)

    assert answer.outcome == Outcome.GONE
    assert agency.read(out).state == State.REMOVED
    assert diary(agency, out) == ["publication.found_gone"]


def test_words_that_the_platform_would_refuse_are_not_sent(
    agency: Agency, memory: MemoryPlatform, out: Publication
) -> None:
    with pytest.raises(PostNotReady) as refused:
        change(out, "x" * 501)

    assert [problem.field for problem in refused.value.problems] == ["text"]
    assert deeds(agency, out) == []


def test_only_what_the_platform_changes_is_changed(agency: Agency, memory: MemoryPlatform, out: Publication) -> None:
    able(memory, edits=frozenset({"text"}))

    change(out, options={"audience": "few"})

    with agency.scope():
        assert Variant.objects.get(post=out.post_id).options == {}


def test_somebody_elses_change_is_not_overwritten(agency: Agency, memory: MemoryPlatform, out: Publication) -> None:
    change(out, "Theirs", expected_revision=1)

    with pytest.raises(PostChanged):
        change(out, "Mine", expected_revision=1)

    assert memory.texts("harbour") == ["Theirs"]


def test_what_is_on_its_way_elsewhere_is_not_disturbed_by_a_change(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    first, second = agency.account("harbour"), agency.account("pier")
    post = agency.post("Open until 8", on=[first, second])
    agency.schedule(post)
    memory.fault("lost_after", call="commit")
    run_worker()
    with agency.scope():
        out = Publication.objects.get(post=post, state=State.PUBLISHED)
        lost = Publication.objects.get(post=post, state=State.UNCERTAIN)

    assert change(out).is_done
    clock.advance(minutes=2)
    run_worker()

    assert agency.read(lost).state == State.PUBLISHED
    assert sorted(memory.texts("harbour") + memory.texts("pier")) == ["Open until 8", "Open until 9"]


def test_a_new_name_of_the_changed_post_is_kept(
    agency: Agency, memory: MemoryPlatform, out: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On X each version of a post has a name of its own."""

    def renamed(*_: object) -> Receipt:
        return Receipt("version-2", "https://memory.invalid/posts/version-2", facts={"cid": "2"})

    monkeypatch.setattr(adapter(memory), "edit", renamed)

    change(out)

    row = agency.read(out)
    assert (row.remote_id, row.remote_facts) == ("version-2", {"cid": "2"})
    assert row.remote_url.endswith("version-2")
    assert row.published_at == out.published_at
