"""What an organization's own app signs: taken at that app's address alone, and about its own accounts alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.ids import new_id
from apps.publishing.states import State
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import Sender
from apps.social_accounts.selectors import concerned_by
from apps.webhooks import services
from apps.webhooks.models import InboundNotice, Listening
from apps.webhooks.services import passing
from apps.webhooks.states import NoticeState
from apps.webhooks.views import MOST_BYTES
from tests.support import factories
from tests.webhooks import letters
from tests.webhooks.conftest import read

pytestmark = pytest.mark.django_db
OURS, THEIRS = "the secret of our own app", "the secret of their own app"
PAGE = "111"


@pytest.fixture
def app(workspace):
    return factories.organization_app(workspace, "facebook", secret=OURS)


@pytest.fixture
def their_app(stranger_workspace):
    return factories.organization_app(stranger_workspace, "facebook", secret=THEIRS)


def page_on(app, workspace):
    """The same Page of Facebook's, connected by way of this app; None: the operator's."""
    account = factories.account(workspace, "facebook", remote_id=PAGE, kind="page")
    with tenancy.across_tenants("a test says which app it hangs on"):
        account.grant.organization_app = app
        account.grant.save()
    return account


def published(account):
    post = factories.post(account.workspace, accounts=[account])
    return factories.publication(post, account, state=State.PUBLISHED, remote_id="111_5")


def send(letter: letters.Letter, app=None, client: Client | None = None):
    return letter.send(client, query=f"{app.pk}/" if app else "")


def gone(secret: str) -> letters.Letter:
    later = system_clock.now() + timedelta(minutes=1)
    return letters.facebook(letters.removed(created_time=int(later.timestamp())), secret=secret)


def test_it_concerns_what_hangs_on_the_app_and_never_the_same_page_elsewhere(
    app, their_app, workspace, other_workspace, stranger_workspace
):
    mine = published(page_on(app, workspace))
    others = [
        published(page_on(None, other_workspace)),  # of the same organization, by the operator's app
        published(page_on(their_app, stranger_workspace)),
    ]

    assert send(gone(OURS), app).status_code == 200
    services.handle_waiting()

    assert read(mine).state == State.REMOVED
    assert [read(one).state for one in others] == [State.PUBLISHED] * 2


def test_the_row_of_the_app_is_not_all_that_stands_between_tenants(app, workspace, stranger_workspace):
    """A sender is its organization and its app: where they do not belong together, it is about nobody."""
    account = page_on(app, workspace)
    own, mixed = Sender(app.organization_id, app.pk), Sender(stranger_workspace.organization_id, app.pk)
    meant = {"platform": "facebook", "remote_id": PAGE}

    assert [one.account_id for one in concerned_by(**meant, sender=own)] == [account.pk]
    assert [one.account_ids for one in social_accounts.find_identity(**meant, sender=own)] == [{account.pk}]
    assert concerned_by(**meant, sender=mixed) == []
    assert social_accounts.find_identity(**meant, sender=mixed) == []


def test_what_the_operators_app_signs_concerns_everybody_as_before(app, workspace, stranger_workspace):
    rows = [published(page_on(app, workspace)), published(page_on(None, stranger_workspace))]

    send(gone(letters.SECRETS["facebook"]))
    services.handle_waiting()

    assert [read(one).state for one in rows] == [State.REMOVED] * 2


def test_each_secret_opens_its_own_door_alone(app, their_app):
    operators = letters.SECRETS["facebook"]
    doors = {"ours": (app, OURS), "theirs": (their_app, THEIRS), "the operator's": (None, operators)}
    for door, (at, fits) in doors.items():
        for secret in (OURS, THEIRS, operators):
            wanted = 200 if secret == fits else 401
            assert send(gone(secret), at).status_code == wanted, f"{secret} at {door}"
    assert InboundNotice.objects.count() == 3


def test_nobody_shadows_what_another_app_tells(app, their_app):
    for at, secret in ((app, OURS), (their_app, THEIRS), (None, letters.SECRETS["facebook"])):
        for _ in range(2):
            send(letters.facebook(letters.comment(), secret=secret), at)
            send(letters.signed_by_meta(b"[]", secret=secret), at)

    found = InboundNotice.objects.values_list("kind", "of_organization", "of_app")
    whose = {(None, None), (app.organization_id, app.pk), (their_app.organization_id, their_app.pk)}
    assert len(found) == 6, "each once for each app"
    assert set(found) == {(kind, *one) for kind in ("comment", "unreadable") for one in whose}


def test_what_one_app_tells_is_contradicted_by_its_own_words_alone(app, their_app):
    """Else a tenant could cast doubt on what others are told, and have the platform asked each time."""
    send(gone(OURS), app)
    removal = InboundNotice.objects.get()
    public = {"item": "post", "verb": "add", "post_id": "111_5", "from": {"id": PAGE}}

    send(letters.facebook(public, secret=THEIRS), their_app)
    send(letters.facebook(public))
    assert not passing._is_contradicted(removal)

    send(letters.facebook(public, secret=OURS), app)
    assert passing._is_contradicted(removal)


def test_an_address_that_nobody_has_is_as_unknown_as_a_platform(app, workspace):
    letter = gone(OURS)
    unknown = [
        letter.send(query=f"{new_id()}/"),
        letter.send(platform="threads", query=f"{app.pk}/"),
        letter.send(platform="mastodon", query=f"{app.pk}/"),
        Client().get(f"/inbound/facebook/{new_id()}/", {"hub.mode": "subscribe"}),
    ]
    nowhere = letter.send(platform="nowhere")

    assert [(one.status_code, one.content) for one in unknown] == [(404, b"")] * 4
    assert (nowhere.status_code, nowhere.content) == (404, b"")
    assert not InboundNotice.objects.exists()


def test_a_replaced_app_is_heard_for_as_long_as_something_hangs_on_it(app, workspace, clock):
    with tenancy.across_tenants("a test replaces the app"):
        app.replaced_at = clock.now
        app.save()
    assert send(gone(OURS), app).status_code == 404

    page_on(app, workspace)
    page_on(app, factories.workspace(workspace.organization))

    assert send(gone(OURS), app).status_code == 200


def test_what_is_too_large_is_refused_at_any_address(app):
    assert send(letters.signed_by_meta(b"x" * (MOST_BYTES + 1), secret=OURS), app).status_code == 413


def test_the_handshake_asks_for_the_apps_own_word(app, their_app):
    def shake(token: str, at=app):
        asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "77"}
        return Client().get(f"/inbound/facebook/{at.pk}/", asked)

    word = social_accounts.verify_token_of(app.pk).reveal()

    assert (shake(word).status_code, shake(word).content) == (200, b"77")
    assert shake(letters.VERIFY_TOKEN).status_code == 403, "the operator's word is not the tenants'"
    assert shake(word, their_app).status_code == 403


@pytest.mark.parametrize("platform", ["x", "youtube"])
def test_what_an_apps_secret_cannot_prove_is_refused(platform, workspace):
    app = factories.organization_app(workspace, platform, secret=OURS)
    signed = {
        "x": letters.x("post.delete", id="5", secret=OURS),
        "youtube": letters.Letter("youtube", b"<feed/>", {"X-Hub-Signature": f"sha1={'0' * 40}"}),
    }[platform]

    assert send(signed, app).status_code == 401
    assert Client().get(f"/inbound/{platform}/{app.pk}/", {"crc_token": "1"}).status_code == 404


def test_linkedin_is_answered_with_the_apps_own_secret(workspace):
    app = factories.organization_app(workspace, "linkedin", secret=OURS)

    answer = Client().get(f"/inbound/linkedin/{app.pk}/", {"challengeCode": "890e4665-4dfe"})

    assert json.loads(answer.content)["challengeResponse"] == letters.hexadecimal(OURS, b"890e4665-4dfe")


def test_linkedin_is_not_asked_in_the_name_of_an_app_whose_number_nobody_knows(workspace, platforms):
    app = factories.organization_app(workspace, "linkedin", secret=OURS)
    account = factories.account(workspace, "linkedin", kind="page")
    with tenancy.across_tenants("a test says which app it hangs on"):
        account.grant.organization_app = app
        account.grant.save()

    services.listen_to(organization_id=workspace.organization_id, account_id=account.pk)

    with tenancy.scope(organization_id=workspace.organization_id):
        assert Listening.objects.get(account=account).problem == "not offered"


def test_a_person_who_takes_an_own_app_away_ends_what_hangs_on_it(app, workspace, other_workspace, clock):
    mine, operators = page_on(app, workspace), page_on(None, other_workspace)
    clock.advance(minutes=1)
    leaving = letters.signed_request(PAGE, at=int(clock.now.timestamp()), secret=OURS)

    answer = Client().post(
        f"/compliance/facebook/{app.pk}/deauthorize/", f"signed_request={leaving}",
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    services.handle_waiting()

    assert answer.status_code == 200
    assert [str(read(one).state) for one in (mine, operators)] == ["needs_reauth", "active"]


def test_half_a_sender_is_no_row(app):
    """It would be taken for the operator's word, which speaks for everybody."""
    notice = InboundNotice(platform="facebook", dedupe_key="1", kind="deleted", of_app=app.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        notice.save()


def test_what_is_about_nobody_here_keeps_its_sender_and_no_words(app):
    send(letters.facebook(letters.comment(), secret=OURS), app)
    services.handle_waiting()

    notice = InboundNotice.objects.get()
    assert (notice.state, notice.text, notice.of_app) == (NoticeState.HANDLED, "", app.pk)
