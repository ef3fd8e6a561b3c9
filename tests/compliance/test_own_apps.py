"""A person asks an organization's own app to be forgotten: that organization forgets, and nobody else."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.compliance import services
from apps.compliance.models import DataRequest, Erasure
from apps.core import tenancy
from apps.core.ids import new_id
from apps.social_accounts.models import Grant
from apps.social_accounts.services import disconnect
from apps.tenants.members import member_of
from apps.tenants.permissions import Role
from apps.webhooks.models import InboundNotice
from tests.compliance.conftest import run_workers
from tests.support import factories
from tests.webhooks import letters
from tests.webhooks.conftest import read

pytestmark = pytest.mark.django_db
OURS, THEIRS = "the secret of our own app", "the secret of their own app"
PERSON, PAGE = "9000000001", "1110000001"


@pytest.fixture
def app(workspace):
    return factories.organization_app(workspace, "facebook", secret=OURS)


@pytest.fixture
def their_app(stranger_workspace):
    return factories.organization_app(stranger_workspace, "facebook", secret=THEIRS)


def page_on(app, workspace):
    account = factories.account(workspace, "facebook", remote_id=PAGE, handle="harbour", kind="page")
    with tenancy.across_tenants("a test names the person and the app"):
        account.grant.remote_user_id, account.grant.organization_app = PERSON, app
        account.grant.save()
    return account


def ask(app, *, secret: str = OURS, person: str = PERSON, what: str = "deletion"):
    place = f"{app.pk}/" if app else ""
    return Client().post(
        f"/compliance/facebook/{place}{what}/",
        f"signed_request={letters.signed_request(person, at=1790000000, secret=secret)}",
        content_type="application/x-www-form-urlencoded",
    )


def is_forgotten(account) -> bool:
    return read(account).name == "Deleted account"


def test_only_what_hangs_on_the_app_is_forgotten(app, their_app, workspace, other_workspace, stranger_workspace):
    mine = page_on(app, workspace)
    others = [page_on(None, other_workspace), page_on(their_app, stranger_workspace)]
    letters.facebook(letters.comment(), page=PAGE).send()
    letters.facebook(letters.comment(), page=PAGE, secret=THEIRS).send(query=f"{their_app.pk}/")
    letters.facebook(letters.comment(), page=PAGE, secret=OURS).send(query=f"{app.pk}/")

    told = ask(app).json()
    run_workers()

    assert is_forgotten(mine)
    assert not any(is_forgotten(one) or read(one).grant_id is None for one in others)
    with tenancy.across_tenants("a test looks"):
        assert Grant.across_tenants.count() == 2
    kept = InboundNotice.objects.exclude(remote_user_id="").values_list("of_app", flat=True)
    assert set(kept) == {None, their_app.pk}, "what others were told of the same page is theirs"
    receipt = Client().get(f"/compliance/deletion/{told['confirmation_code']}/").content.decode()
    assert "1 connected account" in receipt
    assert "Done" in receipt


def test_a_page_by_its_own_id_is_no_way_into_another_organization(app, their_app, workspace, stranger_workspace):
    """Whoever owns an app can sign what they like with it."""
    theirs = page_on(their_app, stranger_workspace)

    for identity in (PAGE, PERSON):
        ask(app, person=identity)
    run_workers()

    assert not is_forgotten(theirs)


def test_the_same_words_by_different_apps_are_different_requests(app, their_app):
    asked = [(app, OURS), (app, OURS), (their_app, THEIRS), (None, letters.SECRETS["facebook"])]

    first, again, theirs, operators = [ask(at, secret=secret).json()["confirmation_code"] for at, secret in asked]

    assert first == again
    assert len({first, theirs, operators}) == 3
    known = dict(DataRequest.objects.values_list("code", "of_organization"))
    assert known == {first: app.organization_id, theirs: their_app.organization_id, operators: None}


@pytest.mark.parametrize("what", ["deletion", "deauthorize"])
def test_what_the_app_has_not_signed_is_refused(app, their_app, what):
    for at, secret in ((app, THEIRS), (app, letters.SECRETS["facebook"]), (their_app, OURS), (None, OURS)):
        assert ask(at, secret=secret, what=what).status_code == 401
    app.pk = new_id()
    assert ask(app, what=what).status_code == 404
    assert not DataRequest.objects.exists()
    assert not InboundNotice.objects.exists()


def test_what_is_left_of_a_disconnected_account_is_forgotten_in_that_organization(
    app, their_app, workspace, stranger_workspace, platforms
):
    mine, theirs = page_on(app, workspace), page_on(their_app, stranger_workspace)
    for account in (mine, theirs):
        at = account.workspace
        person = factories.member(at.organization, Role.OWNER).user
        disconnect(member=member_of(person, at.organization_id, workspace_id=at.pk), account_id=account.pk)
    assert read(mine).grant_id is None

    ask(app, person=PAGE)
    run_workers()

    assert (is_forgotten(mine), is_forgotten(theirs)) == (True, False)


def test_a_wish_that_came_to_the_apps_door_for_notices_stays_with_the_app(
    app, their_app, workspace, stranger_workspace
):
    mine, theirs = page_on(app, workspace), page_on(their_app, stranger_workspace)
    body = f"signed_request={letters.signed_request(PERSON, at=1790000000, secret=OURS)}".encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    letters.Letter("facebook", body, form, query=f"{app.pk}/?about=deletion").send()

    run_workers()

    assert (is_forgotten(mine), is_forgotten(theirs)) == (True, False)
    assert DataRequest.objects.get().of_app == app.pk


def test_the_receipt_outlives_the_app_and_the_organization_and_its_notices_do_not(
    app, their_app, workspace, owner, clock
):
    letters.facebook(letters.comment(), page=PAGE, secret=OURS).send(query=f"{app.pk}/")
    letters.facebook(letters.comment(), page=PAGE, secret=THEIRS).send(query=f"{their_app.pk}/")
    code = ask(app).json()["confirmation_code"]
    name = workspace.organization.name
    factories.signed_in(owner, at=workspace).post("/compliance/erasures/", {"typed": name, "workspace": ""})

    services.carry_out_erasures(now=clock.advance(days=15))

    erasure = Erasure.objects.get()
    assert erasure.removed["webhooks.InboundNotice"] == 1
    assert [one.of_app for one in InboundNotice.objects.all()] == [their_app.pk]
    services.work_waiting()
    receipt = Client().get(f"/compliance/deletion/{code}/").content.decode()
    assert "Nothing was held about you" in receipt
    assert not DataRequest.objects.get().identity, "whom it was about is forgotten, too"
