"""Other words for one account, asked for by a program: where it has not gone out, and where it is live."""

from __future__ import annotations

import pytest

from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.errors import Gone, Rejected
from apps.posts.models import Part, Variant
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.tenants.rest import ids
from tests.publishing.afterwards import able, published
from tests.support.programs_with_keys import Program, program
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(agency: Agency) -> Program:
    return program(agency.workspace, scopes=["posts:write"])


def path(row: Publication, verb: str = "") -> str:
    return f"/publications/{ids.public(ids.PUBLICATION, row.pk)}{verb}"


def two(agency: Agency) -> tuple[Publication, Publication]:
    """The same post on two accounts, of which the first has it and the second waits."""
    first, second = agency.account("harbour"), agency.account("pier")
    post = agency.post("Open until 8", on=[first, second])
    rows = {row.account_id: row for row in agency.schedule(post)}
    out, waits = rows[first.pk], rows[second.pk]
    with agency.scope():
        Publication.objects.filter(pk=waits.pk).update(state=State.HELD)
    run_worker()
    return agency.read(out), agency.read(waits)


def own(agency: Agency, row: Publication) -> Variant:
    with agency.scope():
        return Variant.objects.get(post=row.post_id, account=row.account_id)


def test_what_waits_gets_other_words_after_others_went_out(agency: Agency, memory: MemoryPlatform, api: Program):
    out, waits = two(agency)
    answer = api.patch(path(waits), {"text": "Open until 9"})

    assert answer.status_code == 200, answer.content
    assert (answer.json()["state"], answer.json()["revision"]) == ("held", 2)
    assert own(agency, waits).text == "Open until 9"
    assert own(agency, out).text is None
    assert memory.texts("harbour") == ["Open until 8"]
    late = api.patch(path(out), {"text": "Open until 9"})
    assert (late.status_code, late.json()["code"]) == (409, "busy")


def test_what_is_not_named_stays_and_null_is_as_the_post_has_it(agency: Agency, api: Program):
    _, waits = two(agency)
    api.patch(path(waits), {"text": "Open until 9", "options": {"audience": "few"}})
    api.patch(path(waits), {"options": {}})
    assert (own(agency, waits).text, own(agency, waits).options) == ("Open until 9", {"audience": "few"})

    api.patch(path(waits), {"text": None})
    assert (own(agency, waits).text, own(agency, waits).options) == (None, {"audience": "few"})


def test_a_correction_is_held_against_the_tag(agency: Agency, api: Program):
    _, waits = two(agency)
    tag = api.get(path(waits))["ETag"]

    assert api.patch(path(waits), {"text": "Open until 9"}, If_Match=tag).status_code == 200
    assert api.patch(path(waits), {"text": "Open until 10"}, If_Match=tag).status_code == 412
    assert own(agency, waits).text == "Open until 9"


def test_what_is_live_is_changed_where_it_is_live(agency: Agency, memory: MemoryPlatform, api: Program):
    out = published(agency)
    tag = api.get(path(out))["ETag"]
    answer = api.post(path(out, "/change"), {"text": "Open until 9"}, If_Match=tag)

    assert answer.status_code == 200, answer.content
    assert (answer.json()["state"], answer.json()["revision"]) == ("published", 2)
    assert memory.texts("harbour") == ["Open until 9"]
    with agency.scope():
        assert Part.objects.get(post=out.post_id).text == "Open until 8"
    api.post(path(out, "/change"), {"options": {"audience": "few"}})
    assert (own(agency, out).text, own(agency, out).options) == ("Open until 9", {"audience": "few"})
    assert api.post(path(out, "/change"), {"text": "Closed"}, If_Match=tag).status_code == 412
    assert memory.texts("harbour") == ["Open until 9"]


def test_what_is_not_out_or_cannot_be_changed_there_says_so(agency: Agency, memory: MemoryPlatform, api: Program):
    out, waits = two(agency)
    early = api.post(path(waits, "/change"), {"text": "Open until 9"})
    assert (early.status_code, early.json()["code"]) == (409, "busy")

    able(memory, edits=frozenset())
    unable = api.post(path(out, "/change"), {"text": "Open until 9"})
    assert (unable.status_code, unable.json()["code"]) == (409, "busy")
    assert memory.texts("harbour") == ["Open until 8"]


@pytest.mark.parametrize(("error", "status", "state"), [(Rejected, 502, "published"), (Gone, 409, "removed")])
def test_a_platform_that_does_not_change_it_is_told(agency, memory, api, monkeypatch, error, status, state):
    out = published(agency)

    def refuse(*_):
        raise error("It would not")

    monkeypatch.setattr(adapter(memory), "edit", refuse)
    answer = api.post(path(out, "/change"), {"text": "Open until 9"})

    assert (answer.status_code, answer.json()["code"]) == (status, f"platform_{error.__name__.lower()}")
    assert api.get(path(out)).json()["state"] == state
    assert own(agency, out).text is None


def test_a_key_that_only_reads_changes_nothing(agency: Agency):
    out = published(agency)
    reader = program(agency.workspace, scopes=["posts:read"])

    assert reader.post(path(out, "/change"), {"text": "Open until 9"}).status_code == 403
    assert reader.patch(path(out), {"text": "Open until 9"}).status_code == 403
