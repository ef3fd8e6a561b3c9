"""An invitation lets one person in, once, for seven days, and its token is nowhere to be found."""

from __future__ import annotations

import pytest

from apps.core import tenancy
from apps.events import services as events
from apps.events.models import Event
from apps.tenants import services
from apps.tenants.errors import AlreadyMember, InvitationClosed, MeantForSomebodyElse, NoWorkspaceChosen, OwnersOnly
from apps.tenants.forms import InvitationForm
from apps.tenants.models import Invitation, Membership, User, Workspace, WorkspaceAccess
from apps.tenants.permissions import Role
from tests.support import factories

pytestmark = pytest.mark.django_db
GUEST = "newcomer@example.org"


@pytest.fixture
def invite(owner, seat, mailbox):
    """Invite somebody and return the token from the mail."""

    def send(email: str = GUEST, role: Role = Role.ADMIN, workspaces=()) -> str:
        by = seat(owner)
        with by.scope():
            services.invite(email=email, role=role, workspace_ids=[place.pk for place in workspaces], by=by)
        events.relay()
        return mailbox.link(to=email).rstrip("/").rsplit("/", 1)[-1]

    return send


def the_invitation() -> Invitation:
    with tenancy.across_tenants("a test looks"):
        return Invitation.across_tenants.select_related("organization").latest("created_at")


def test_the_mail_names_who_invites_and_brings_a_link(invite, organization, mailbox):
    invite()

    mail = mailbox.to(GUEST)[0]
    assert "Northlight Agency" in mail.subject
    assert "works once" in mail.body


def test_the_token_is_kept_nowhere_once_the_mail_is_out(invite):
    token = invite()

    invitation = the_invitation()
    assert not invitation.unsent_token
    assert invitation.sent_at is not None
    assert invitation.token_hash != token
    with tenancy.across_tenants("a test looks"):
        assert token not in str(list(Event.across_tenants.values_list("payload", flat=True)))


def test_the_mail_waits_for_no_transaction_and_goes_out_once(owner, seat, mailbox):
    by = seat(owner)
    with by.scope():
        services.invite(email=GUEST, role=Role.ADMIN, by=by)
    assert len(mailbox) == 0

    events.relay()
    events.relay()
    assert len(mailbox) == 1


def test_a_person_without_an_account_makes_one_on_the_way_in(invite, workspace, other_workspace, client):
    token = invite(role=Role.CREATOR, workspaces=[workspace])

    page = client.get(f"/settings/join/{token}/")
    assert "Northlight Agency" in page.content.decode()
    answer = client.post(f"/settings/join/{token}/sign-up/", {"name": "Nia", "password": "a long enough pass"})

    assert answer.status_code == 302
    person = User.objects.get(email=GUEST)
    assert person.name == "Nia"
    with tenancy.across_tenants("a test looks"):
        access = WorkspaceAccess.across_tenants.get(membership__user=person)
    assert (access.workspace_id, access.role) == (workspace.pk, "creator")
    assert client.get("/settings/workspaces/").status_code == 200


def test_a_weak_password_is_refused_in_words(invite, client):
    token = invite()

    answer = client.post(f"/settings/join/{token}/sign-up/", {"name": "Nia", "password": "short"})

    assert answer.status_code == 422
    assert "too short" in answer.content.decode()
    assert not User.objects.filter(email=GUEST).exists()


def test_a_person_with_an_account_signs_in_and_joins(invite, organization):
    person = factories.user(GUEST)
    token = invite()
    browser = factories.signed_in(person)

    assert browser.post(f"/settings/join/{token}/accept/").status_code == 302
    with tenancy.across_tenants("a test looks"):
        assert Membership.across_tenants.get(user=person).role == Role.ADMIN


def test_an_existing_account_cannot_be_taken_over_by_signing_up(invite, client):
    factories.user(GUEST)
    token = invite()

    assert (
        client.post(f"/settings/join/{token}/sign-up/", {"name": "X", "password": "another password"}).status_code
        == 302
    )
    assert not client.login(email=GUEST, password="another password")
    with pytest.raises(MeantForSomebodyElse):
        services.join(token=token, name="X", password="another password")


def test_an_invitation_works_once(invite, client):
    token = invite()
    services.join(token=token, name="Nia", password=factories.PASSWORD)

    with pytest.raises(InvitationClosed, match="used already"):
        services.find(token)
    page = client.get(f"/settings/join/{token}/")
    assert page.status_code == 410
    assert "used already" in page.content.decode()


def test_an_invitation_ends_after_seven_days(invite, clock):
    token = invite()
    clock.advance(days=7)

    with pytest.raises(InvitationClosed, match="expired"):
        services.find(token)


def test_a_withdrawn_invitation_lets_nobody_in(invite, owner, seat):
    token = invite()
    by = seat(owner)
    with by.scope():
        services.revoke(invitation=the_invitation(), by=by)

    with pytest.raises(InvitationClosed, match="withdrawn"):
        services.find(token)


def test_sending_again_replaces_the_link(invite, owner, seat, mailbox):
    first = invite()
    by = seat(owner)
    with by.scope():
        services.send_again(invitation=the_invitation(), by=by)
    events.relay()

    second = mailbox.link(to=GUEST).rstrip("/").rsplit("/", 1)[-1]
    assert first != second
    assert services.find(second)
    with pytest.raises(InvitationClosed):
        services.find(first)


def test_inviting_the_same_address_again_withdraws_the_earlier_invitation(invite):
    first = invite()
    invite()

    with pytest.raises(InvitationClosed):
        services.find(first)


def test_an_invitation_is_for_the_invited_address_alone(invite):
    token = invite()
    somebody = factories.user("somebody@example.org")

    answer = factories.signed_in(somebody).post(f"/settings/join/{token}/accept/")

    assert answer.status_code == 409
    assert GUEST in answer.content.decode()


def test_an_unverified_address_does_not_count_as_ones_own(invite):
    token = invite()
    pretender = factories.user(GUEST, verified=False)

    assert factories.signed_in(pretender).post(f"/settings/join/{token}/accept/").status_code == 409


def test_an_invented_token_is_told_so(client, db):
    assert client.get("/settings/join/invented/").status_code == 410


def test_a_member_is_not_invited_again(invite, owner):
    with pytest.raises(AlreadyMember):
        invite(email=owner.user.email)


def test_a_role_for_workspaces_needs_one(invite):
    with pytest.raises(NoWorkspaceChosen):
        invite(role=Role.CREATOR)


def test_an_admin_cannot_invite_an_owner(organization, seat):
    by = seat(factories.member(organization, Role.ADMIN))
    with by.scope(), pytest.raises(OwnersOnly):
        services.invite(email=GUEST, role=Role.OWNER, by=by)


def test_the_only_client_is_chosen_already():
    one = [Workspace(name="Harbour Coffee")]
    two = [*one, Workspace(name="Lumen Yoga")]

    assert InvitationForm(workspaces=one, owners_too=False, zone="UTC")["workspaces"].initial == [str(one[0].pk)]
    assert not InvitationForm(workspaces=two, owners_too=False, zone="UTC")["workspaces"].initial
