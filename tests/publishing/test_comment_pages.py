"""What staff see and do below a post that is out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.core import tenancy
from apps.media.models import Asset
from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing import comment_forms
from apps.publishing.models import FollowUp, Publication
from apps.publishing.states import State
from apps.tenants.models import Membership
from tests.support import factories
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(owner: Membership, agency: Agency) -> Client:
    return factories.signed_in(owner, at=agency.workspace)


def out(agency: Agency) -> Publication:
    publication = agency.scheduled("Main")
    run_worker()
    read: Publication = agency.read(publication)
    return read


def sent(desk: Client, publication: Publication, **typed: Any) -> Any:
    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)
    url = reverse("publishing:comment", args=[publication.post_id])
    return desk.post(url, {"text": "See also", "on": [str(publication.pk)], "key": key, **typed})


def test_a_comment_is_written_on_the_page_of_the_post(desk: Client, agency: Agency, memory: MemoryPlatform) -> None:
    publication = out(agency)

    assert sent(desk, publication).status_code == 302
    run_worker()

    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
    assert memory.texts("harbour") == ["Main", "See also"]
    assert "A comment written" in page
    assert "See also" in page


def test_a_form_that_is_sent_twice_says_it_once(desk: Client, agency: Agency, memory: MemoryPlatform) -> None:
    publication = out(agency)
    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)

    for _ in range(2):
        assert sent(desk, publication, key=key).status_code == 302
        run_worker()

    assert memory.texts("harbour") == ["Main", "See also"]


def test_a_comment_with_a_time_waits_and_is_called_off(desk: Client, agency: Agency) -> None:
    publication = out(agency)
    sent(desk, publication, at="2027-01-05T09:00")
    with agency.scope():
        row = FollowUp.objects.get()
    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()
    assert "Goes out on Tue 5 Jan 2027, 09:00" in page

    desk.post(reverse("publishing:withdraw_comment", args=[row.pk]))

    assert agency.read(row).state == State.CANCELED


@pytest.mark.parametrize("typed", [{"text": "x" * 10_000}, {"text": " "}, {"on": []}, {"at": "2020-01-01T09:00"}])
def test_what_cannot_go_out_comes_back_as_typed(desk: Client, agency: Agency, typed: dict[str, Any]) -> None:
    publication = out(agency)

    answer = sent(desk, publication, **typed)

    assert answer.status_code == 422
    assert typed.get("text", "See also").strip() in answer.content.decode()
    with tenancy.across_tenants("look"):
        assert not FollowUp.across_tenants.exists()


def test_nothing_is_offered_below_what_waits(desk: Client, agency: Agency) -> None:
    publication = agency.scheduled("Later", minutes=30)

    page = desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()

    assert "Comment below this post" not in page


def two_out(agency: Agency) -> list[Publication]:
    rows = agency.schedule(agency.post("Main", on=[agency.account("harbour"), agency.account("quay")]))
    run_worker()
    return [agency.read(row) for row in rows]


def below(memory: MemoryPlatform) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    return {
        handle: [(post.text, post.alts) for post in memory.posts if post.handle == handle and post.parent_id]
        for handle in ("harbour", "quay")
    }


def test_an_account_hears_its_own_words(desk: Client, agency: Agency, memory: MemoryPlatform) -> None:
    first, second = two_out(agency)
    both = [str(first.pk), str(second.pk)]

    assert sent(desk, first, on=both, **{f"own-{second.pk}": "On the quay"}).status_code == 302
    run_worker()

    assert below(memory) == {"harbour": [("See also", ())], "quay": [("On the quay", ())]}


def test_words_for_one_account_are_refused_beside_them(desk: Client, agency: Agency) -> None:
    first, second = two_out(agency)

    answer = sent(desk, first, on=[str(first.pk), str(second.pk)], **{f"own-{second.pk}": "x" * 10_000})

    form = answer.context["commenting"].form
    assert (answer.status_code, list(form.errors)) == (422, [f"own-{second.pk}"])
    assert "x" * 10_000 in answer.content.decode()


def test_a_picture_goes_along_where_one_is_taken(
    desk: Client, agency: Agency, memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_out(agency)
    chosen = factories.asset(agency.workspace, alt="A loaf", original_name="loaf.png")
    page = desk.get(reverse("publishing:post", args=[first.post_id])).content.decode()
    assert "loaf.png" in page
    monkeypatch.setattr(comment_forms, "takes_pictures", lambda account: account.handle == "quay")

    both = [str(first.pk), str(second.pk)]
    assert sent(desk, first, on=both, shown=str(chosen.pk), alt="A fresh loaf").status_code == 302
    run_worker()

    assert below(memory) == {"harbour": [("See also", ())], "quay": [("See also", ("A fresh loaf",))]}


def test_a_new_picture_comes_into_the_library_and_stays_chosen_where_the_words_are_refused(
    desk: Client, agency: Agency, memory: MemoryPlatform, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    publication = out(agency)
    picture = SimpleUploadedFile("mill.png", factories.picture(), "image/png")

    refused = sent(desk, publication, text="x" * 10_000, picture=picture)

    assert refused.status_code == 422
    with agency.scope():
        (made,) = Asset.objects.all()
    assert refused.context["commenting"].form["shown"].value() == str(made.pk)
    assert sent(desk, publication, text="", shown=str(made.pk), alt="A mill").status_code == 302
    run_worker()
    assert below(memory)["harbour"] == [("", ("A mill",))]
    assert "A mill" in desk.get(reverse("publishing:post", args=[publication.post_id])).content.decode()


def test_what_is_no_picture_is_refused_in_words(desk: Client, agency: Agency, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)

    answer = sent(desk, out(agency), picture=SimpleUploadedFile("words.png", b"no picture", "image/png"))

    assert (answer.status_code, list(answer.context["commenting"].form.errors)) == (422, ["picture"])


def test_a_stranger_s_picture_cannot_be_chosen(desk: Client, agency: Agency) -> None:
    theirs = factories.asset(factories.workspace())

    answer = sent(desk, out(agency), shown=str(theirs.pk))

    assert (answer.status_code, list(answer.context["commenting"].form.errors)) == (422, ["shown"])
