"""A person asks a platform to be forgotten: from the signed request to the receipt, and nothing is left to be found."""

from __future__ import annotations

import time

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from apps.compliance import erasing, services
from apps.compliance.models import DataRequest
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import Actor
from apps.core.ids import new_id
from apps.core.secrets import Secret
from apps.events import services as events
from apps.events.models import Event
from apps.publishing import services as publishing
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.services import turns
from apps.publishing.states import Deed, Outcome, State
from apps.social_accounts.models import ConnectSession, Grant, PortalLink, SocialAccount
from apps.social_accounts.services.marking import mark_signed_out
from apps.social_accounts.states import AccountState
from config.platforms import SANDBOX_APPS
from tests.compliance.conftest import grep, run_workers
from tests.sandbox.facebook_client import Facebook
from tests.support import factories
from tests.webhooks import letters
from tests.webhooks.conftest import read

pytestmark = pytest.mark.django_db
PERSON, PAGE, HANDLE, NAME = "9000000001", "1110000001", "harbour.roastery", "Harbour Roastery"
TRACES = (PERSON, PAGE, HANDLE, NAME, "Mole Street", "board-77")


def ask(person: str = PERSON, *, at: int = 1790000000, path: str = "facebook/deletion", **options):
    form = {"signed_request": letters.signed_request(person, at=at, **options)}
    return Client().post(f"/compliance/{path}/", form_body(form), content_type="application/x-www-form-urlencoded")


def form_body(form: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in form.items())


def full_account(workspace, *, page: str = PAGE, person: str = PERSON) -> SocialAccount:
    """An account with a trace of its person wherever one can be."""
    own = {"organization_id": workspace.organization_id, "workspace": workspace}
    account = factories.account(
        workspace, "facebook", remote_id=page, handle=HANDLE, name=NAME, url=f"https://facebook.com/{HANDLE}",
        kind="page", choices={"board": [["board-77", "Mole Street"]]}, limits={"max_text": 5},
    )  # fmt: skip
    post = factories.post(workspace, "What the agency wrote stays", accounts=[account])
    with tenancy.across_tenants("a test fills every corner"):
        account.grant.remote_user_id, account.grant.facts = person, {"login": "x", "owner": NAME}
        account.grant.extra = Secret(f'{{"channel:{page}": "page token"}}')
        account.grant.save()
        session = ConnectSession(
            **own, user=factories.user(), platform="facebook", state_hash=new_id().hex * 2, browser_hash="2" * 64,
            expires_at=system_clock.now(), grant=account.grant, channels=[{"remote_id": page, "name": NAME}],
        )  # fmt: skip
        session.save()
        link = PortalLink(
            **own, note=f"@{HANDLE}", platforms=["facebook"], token_hash=new_id().hex * 2, reconnects=account,
            expires_at=system_clock.now(),
        )  # fmt: skip
        link.save()
    publication = factories.publication(
        post, account, state=State.PUBLISHED, remote_id=f"{page}_5", remote_url=f"https://facebook.com/{HANDLE}/5",
        remote_facts={"owner": NAME}, staged={"data": {"page": page}, "ready": True, "since": "x"},
        problem_words=f"@{HANDLE} is not connected", fence=1,
    )  # fmt: skip
    with tenancy.scope(organization_id=workspace.organization_id), transaction.atomic():
        FollowUp.objects.create(
            **own, publication=publication, position=1, role="reply", text="Our words", state=State.PUBLISHED,
            next_try_at=system_clock.now(), remote_id=f"{page}_5_9", remote_url=f"https://facebook.com/{HANDLE}/5/9",
        )  # fmt: skip
        Attempt.objects.create(
            **own, publication=publication, number=1, fence=1, revision=1, started_at=system_clock.now(),
            outcome=Outcome.PUBLISHED, words=f"{NAME} said", evidence={"looked_at": [f"{page}_4"]},
        )  # fmt: skip
        events.emit("publication.published", subject=publication, data={"remote_url": f"https://fb/{HANDLE}"})
        mark_signed_out(account_ids=[account.pk], reason=f"{NAME} signed out")
    letters.facebook(letters.comment(message=f"I like {NAME}"), page=page).send()
    return account


def test_from_the_signed_request_to_the_receipt_nothing_of_the_person_is_left(workspace, stranger_workspace):
    accounts = [full_account(workspace), full_account(stranger_workspace)]
    assert len(grep(*TRACES)) >= 20, "there is something to find"

    told = ask().json()
    assert grep(PERSON), "it is not done yet, and the page says so"
    page = Client().get(told["url"].removeprefix("http://127.0.0.1:8000"))
    assert "Waiting" in page.content.decode()
    run_workers()

    assert grep(*TRACES) == []
    page = Client().get(f"/compliance/deletion/{told['confirmation_code']}/").content.decode()
    assert "Done" in page
    assert "2 connected accounts" in page
    assert "2 permissions with their tokens" in page
    for account in map(read, accounts):
        assert (account.name, account.state, account.grant_id) == ("Deleted account", AccountState.DISCONNECTED, None)
    with tenancy.across_tenants("a test looks"):
        assert not Grant.across_tenants.exists()
        kept = list(Publication.across_tenants.all())
    assert [(row.state, bool(row.published_at)) for row in kept] == [(State.PUBLISHED, True)] * 2


def test_the_receipt_outlives_the_person_by_number_alone(workspace):
    full_account(workspace)
    code = ask().json()["confirmation_code"]
    run_workers()

    request = DataRequest.objects.get(code=code)
    assert (bool(request.identity), request.targets) == (False, [])
    assert request.identity_hash == services.requesting.identity_hash("facebook", PERSON)
    assert request.receipt == {
        "accounts": 1, "grants": 1, "sessions": 1, "links": 1, "publications": 1, "comments": 1, "attempts": 1,
        "events": 1, "notices": 1,
    }  # fmt: skip


def test_whoever_asks_twice_gets_the_same_code_and_a_later_wish_its_own(workspace):
    first, again, later = ask().json(), ask().json(), ask(at=1790000001).json()

    assert first == again
    assert later["confirmation_code"] != first["confirmation_code"]
    assert first["confirmation_code"].isalnum()


@pytest.mark.parametrize("path", ["facebook/deletion", "facebook/deauthorize"])
def test_what_meta_has_not_signed_is_refused_and_leaves_nothing(path, workspace):
    for answer in (
        ask(path=path, secret="guessed"),
        Client().post(f"/compliance/{path}/", "signed_request=abc", content_type="application/x-www-form-urlencoded"),
        Client().post(f"/compliance/{path}/", "{}", content_type="application/json"),
    ):
        assert (answer.status_code, answer.content) == (401, b"")
    assert not DataRequest.objects.exists()
    assert Client().get(f"/compliance/{path}/").status_code == 405


def test_a_platform_without_such_callbacks_has_no_door(db):
    assert ask(path="mastodon/deletion").status_code == 404
    assert ask(path="nowhere/deauthorize").status_code == 404


def test_somebody_we_never_heard_of_is_told_so(db):
    code = ask("123").json()["confirmation_code"]
    run_workers()

    assert "Nothing was held about you" in Client().get(f"/compliance/deletion/{code}/").content.decode()
    assert grep("123123") == []


def test_nobody_finds_a_page_by_guessing(db):
    assert Client().get("/compliance/deletion/ABCDEFGH/").status_code == 404


def test_what_was_told_of_several_at_once_forgets_one_and_keeps_the_others(workspace):
    """A Page is forgotten; the other, on the same sign-in, is another one's."""
    other = factories.account(workspace, "facebook", remote_id="222", handle="neighbour")
    gone = factories.account(workspace, "facebook", remote_id=PAGE, handle=HANDLE, grant=other.grant)
    with tenancy.scope(organization_id=workspace.organization_id):
        mark_signed_out(account_ids=[gone.pk, other.pk], reason=f"{NAME} signed out")

    erasing.erase(platform="facebook", organization_id=workspace.organization_id, account_ids=[gone.pk], grant_ids=[])

    assert not [place for place in grep(*TRACES) if place.startswith("events_")]
    assert grep(PAGE, HANDLE) == []
    with tenancy.across_tenants("a test looks"):
        told = Event.across_tenants.get(name="account.needs_reauth").payload
    assert {one["id"]: one["handle"] for one in told["accounts"]} == {str(gone.pk): "", str(other.pk): "neighbour"}


def test_what_was_taken_down_is_forgotten_as_well(workspace, clock):
    account = full_account(workspace)
    post = factories.post(workspace, "Taken down", accounts=[account])
    removed = factories.publication(post, account, state=State.PUBLISHED, remote_id=f"{PAGE}_7", published_at=clock.now)
    publishing.note_removed_at_platform(
        organization_id=workspace.organization_id, account_id=account.pk, remote_ids=[f"{PAGE}_7"], at=clock.now
    )
    assert read(removed).state == State.REMOVED

    ask()
    run_workers()

    assert grep(*TRACES) == []
    assert (read(removed).state, read(removed).removed_at) == (State.REMOVED, clock.now)


def test_whoever_takes_something_down_just_now_is_waited_for(workspace, clock, owner):
    account = full_account(workspace)
    with tenancy.across_tenants("a test looks"):
        publication = Publication.across_tenants.select_related("account").get(account=account)
    with publication.scope(), transaction.atomic():
        turns.begin(publication, Deed.REMOVE, actor=Actor.user(owner.user_id))
    code = ask().json()["confirmation_code"]

    run_workers()
    assert DataRequest.objects.get(code=code).done_at is None
    clock.advance(minutes=10)
    run_workers()
    assert DataRequest.objects.get(code=code).done_at, "one that is not heard of again keeps nobody waiting"


def test_others_keep_what_is_theirs(workspace, other_workspace):
    full_account(workspace)
    other = factories.account(other_workspace, "facebook", remote_id="222", handle="neighbour")
    publication = factories.publication(
        factories.post(other_workspace, accounts=[other]), other, state=State.PUBLISHED, remote_id="222_1"
    )

    ask()
    run_workers()

    assert read(other).handle == "neighbour"
    assert read(other).grant_id is not None
    assert read(publication).remote_id == "222_1"


def test_a_job_that_breaks_off_goes_on_where_it_was(workspace, stranger_workspace, monkeypatch, clock, caplog):
    full_account(workspace), full_account(stranger_workspace)
    code = ask().json()["confirmation_code"]
    steps = [(step, labels) for step, labels in erasing.STEPS]
    calls = []

    def breaks(about):
        calls.append(about)
        if len(calls) == 2:
            raise RuntimeError("the worker is killed here")
        return steps[-1][0](about)

    monkeypatch.setattr(erasing, "STEPS", (*steps[:-1], (breaks, ())))
    run_workers()
    page = Client().get(f"/compliance/deletion/{code}/").content.decode()
    assert "not done yet" in page
    assert "What was removed" not in page, "the page never claims more than is done"
    clock.advance(minutes=2)
    run_workers()

    assert grep(*TRACES) == []
    assert DataRequest.objects.get(code=code).receipt["accounts"] == 2, "each counted once"


def test_a_post_on_its_way_is_waited_for(workspace, clock):
    account = full_account(workspace)
    sending = factories.publication(factories.post(workspace, accounts=[account]), account, state=State.PUBLISHING)
    code = ask().json()["confirmation_code"]
    run_workers()
    assert DataRequest.objects.get(code=code).done_at is None
    with tenancy.across_tenants("the answer arrives"):
        Publication.across_tenants.filter(pk=sending.pk).update(
            state=State.PUBLISHED, remote_id=f"{PAGE}_6", published_at=clock.now
        )

    clock.advance(minutes=2)
    run_workers()

    assert DataRequest.objects.get(code=code).done_at == clock.now
    assert grep(*TRACES) == []


def test_a_tiktok_account_that_is_no_more_is_forgotten(workspace, clock):
    factories.account(workspace, "tiktok", remote_id="open-77", handle="gone.away")
    clock.advance(minutes=1)
    letters.tiktok("authorization.removed", at=int(clock.now.timestamp()), user="open-77", reason=2).send()

    run_workers()
    clock.advance(minutes=2)
    run_workers()

    assert grep("open-77", "gone.away") == []


def test_a_request_that_came_to_the_door_for_notices_is_carried_out_too(workspace):
    full_account(workspace)
    body = f"signed_request={letters.signed_request(PERSON, at=1790000000)}".encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    letters.Letter("facebook", body, form, query="?about=deletion").send()

    run_workers()

    assert grep(*TRACES) == []


def test_the_deauthorize_callback_ends_the_tokens(workspace, clock):
    account = factories.account(workspace, "facebook", remote_id="111")
    clock.advance(minutes=1)
    answer = ask("111", at=int(clock.now.timestamp()), path="facebook/deauthorize")
    run_workers()

    assert answer.status_code == 200
    assert read(account).state == AccountState.NEEDS_REAUTH
    assert read(account).name != "Deleted account", "leaving is not asking to be forgotten"
    with tenancy.across_tenants("a test looks"):
        assert not Grant.across_tenants.get(pk=account.grant_id).access_token


def test_every_table_that_refers_to_an_account_is_forgotten_or_explained():
    assert unforgotten() == set()


def test_a_table_that_nobody_forgets_is_noticed(monkeypatch):
    monkeypatch.setattr(erasing, "STEPS", erasing.STEPS[:1])

    assert "publishing.Publication" in unforgotten()


def unforgotten() -> set[str]:
    about = {SocialAccount, Grant, Publication, FollowUp}
    referring = {
        model._meta.label
        for model in apps.get_models()
        if model in about or any(field.related_model in about for field in model._meta.local_fields)
    }
    return referring - set(erasing.covered())


@pytest.mark.django_db(transaction=True)
def test_the_sandbox_plays_meta(live_server, platforms, settings, workspace):
    """The person presses the button in Facebook's settings, and reads the page that Facebook shows them."""
    settings.PLATFORM_APPS, here = SANDBOX_APPS, live_server.url.replace("localhost", "127.0.0.1")
    settings.PUBLIC_URL = here
    platforms.set("facebook", deletion_url=f"{here}/compliance/facebook/deletion/")
    with Facebook(platforms, "harbourcoffee") as facebook:
        known = facebook.credentials()
        page = platforms.account("facebook", "harbourcoffee")
        full_account(workspace, page=page["id"], person=known["user_id"])
        facebook.people("delete_data")
        request = wait_for_request()
    services.work_waiting()

    assert grep(known["user_id"], page["id"], NAME, HANDLE) == []
    assert "Done" in Client().get(f"/compliance/deletion/{request.code}/").content.decode()


def wait_for_request() -> DataRequest:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if request := DataRequest.objects.first():
            return request
    raise AssertionError("Facebook did not ask")
