"""What Google tells of a person's account: judged at the door, believed where it is certain, asked about elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.core.cache import cache
from django.test import Client

from apps.compliance.services import work_waiting
from apps.core import tenancy
from apps.core.secrets import Secret
from apps.events import services as outbox
from apps.events.models import Event
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import Grant
from apps.social_accounts.services import losing
from apps.social_accounts.states import AccountState, GrantState
from apps.webhooks import services, waking
from apps.webhooks.models import InboundNotice
from apps.webhooks.services import keys
from apps.webhooks.states import NoticeState
from tests.support import factories
from tests.support import google_events as google
from tests.webhooks.conftest import read

pytestmark = pytest.mark.django_db
YOUTUBE, BUSINESS, ELSEWHERE = "123456789-yt", "123456789-gb", "987654321-yt"  # two clients of one project, and another
OWN, THEIR_OWN = "555555555-own", "666666666-own"
APPS = {"youtube": (YOUTUBE, "secret"), "google_business": (BUSINESS, "secret")}
REFRESH = "1//0kept-and-never-told-to-anybody"


@pytest.fixture(autouse=True)
def _known(settings) -> None:
    settings.PLATFORM_APPS = APPS
    cache.clear()
    remember(google.public_keys())


@pytest.fixture
def youtube(platforms, settings):
    """The simulated YouTube can be asked, by the apps that these tests are about."""
    settings.PLATFORM_APPS = APPS
    return platforms


def remember(found, *, at="2026-01-01T00:00:00+00:00"):
    for platform in APPS:
        cache.set(keys._name(platform), {"keys": found, "read_at": at})


def connected(workspace, platform="youtube", *, app=YOUTUBE, sub=google.SUB, refresh_token=REFRESH, **fields):
    """An account that this person connected by way of this client, or of an organization's app."""
    account = factories.account(workspace, platform, **fields)
    with tenancy.across_tenants("a test says whose consent it is"):
        grant = account.grant
        if isinstance(app, str):
            known = {"platform": platform, "server": "", "client_id": app}
            grant.app = factories.OAuthApp.objects.filter(**known).first() or factories.oauth_app(
                **known, redirect_uri=app
            )
        else:
            grant.organization_app = app
        grant.facts, grant.refresh_token = {"shared_consent": f"google:{sub}"}, Secret(refresh_token)
        grant.save()
    return account


def ring(body: bytes, *, at="youtube/"):
    return Client().post(f"/inbound/{at}", body, content_type="application/secevent+jwt")


@pytest.fixture
def tell(clock):
    """Google tells something five seconds after it happened, and it is handled."""

    def send(kind=google.TOKENS_REVOKED, *, aud=YOUTUBE, at="youtube/", told=None, **more):
        said = google.claims(kind, at=int(clock.now.timestamp()), aud=aud, told=told)
        said["events"][kind].update(more)
        clock.advance(seconds=5)
        assert ring(google.signed(said), at=at).status_code == 202
        services.handle_waiting()
        return said

    return send


def state(account) -> str:
    return str(read(account).state)


def grant_of(account) -> Grant:
    with tenancy.across_tenants("a test looks"):
        return Grant.across_tenants.get(pk=account.grant_id)


def holds(account) -> bool:
    grant = grant_of(account)
    return bool(grant.refresh_token or grant.access_token)


def events(name: str) -> list[Event]:
    with tenancy.across_tenants("a test looks"):
        return list(Event.across_tenants.filter(name=name).order_by("pk"))


# --- at the door

REFUSED = {
    "a foreign audience": lambda said: google.signed({**said, "aud": ELSEWHERE}),
    "another issuer": lambda said: google.signed({**said, "iss": "https://accounts.example.com/"}),
    "another's signature": lambda said: google.signed(said, owner="somebody else"),
    "a byte more": lambda said: google.signed(said) + b" ",
    "no event": lambda said: google.signed({**said, "events": {}}),
    "no token": lambda said: b"{}",
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_google_has_not_signed_for_us_is_neither_stored_nor_explained(how, clock):
    said = google.claims(at=int(clock.now.timestamp()), aud=YOUTUBE)

    answer = ring(REFUSED[how](said))

    assert (answer.status_code, answer.content) == (400, b"")
    assert not InboundNotice.objects.exists()
    assert ring(google.signed(said)).status_code == 202, "the event itself is genuine"


def test_an_event_that_comes_again_is_stored_once(clock):
    body = google.signed(google.claims(at=int(clock.now.timestamp()), aud=YOUTUBE))

    answers = [ring(body) for _ in range(3)]

    assert [(one.status_code, one.content) for one in answers] == [(202, b"")] * 3
    assert InboundNotice.objects.count() == 1


@pytest.mark.parametrize("at", ["youtube/", "google_business/"])
@pytest.mark.parametrize("aud", [YOUTUBE, BUSINESS])
def test_either_address_takes_what_is_for_any_of_our_clients(at, aud, clock):
    assert ring(google.signed(google.claims(at=int(clock.now.timestamp()), aud=aud)), at=at).status_code == 202


def test_the_address_of_a_platform_that_tells_nothing_else_takes_nothing_else():
    other = Client().post("/inbound/google_business/", b"{}", content_type="application/json")

    assert (other.status_code, other.content) == (401, b"")
    assert Client().get("/inbound/google_business/").status_code == 404
    assert Client().post("/compliance/google_business/deletion/").status_code == 404


def test_a_key_that_nobody_knows_yet_is_read_by_a_worker_once_in_five_minutes(clock, monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, **options: woken.append(task))
    said = google.claims(at=int(clock.now.timestamp()), aud=YOUTUBE)
    new, invented = google.signed(said, key_id="google-key-2"), google.signed(said, key_id="invented")

    assert [ring(body).status_code for body in (new, invented, invented)] == [503] * 3, "it shall come again"
    assert woken == [waking.KEYS_TASK], "whatever is sent"
    assert not InboundNotice.objects.exists()

    remember(google.public_keys("google-key-2"), at=clock.now.isoformat())
    assert ring(new).status_code == 202
    assert ring(invented).status_code == 400, "there is no such key"
    assert len(woken) == 1


def test_where_nobody_has_an_app_no_key_is_asked_for(clock, settings, monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, **options: woken.append(task))
    settings.PLATFORM_APPS = {}
    cache.clear()

    answer = ring(google.signed(google.claims(at=int(clock.now.timestamp()), aud=YOUTUBE)))

    assert (answer.status_code, woken) == (400, [])


def test_without_a_cache_it_shall_come_again(clock, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }
    body = google.signed(google.claims(at=int(clock.now.timestamp()), aud=YOUTUBE))

    assert ring(body).status_code == 503


def test_keys_are_read_where_somebody_has_an_app(youtube, settings, workspace):
    cache.clear()
    services.read_keys()
    (key_id,) = cache.get(keys._name("youtube"))["keys"]
    assert keys.key_of("youtube", key_id)["kty"] == "RSA"

    cache.clear()
    settings.PLATFORM_APPS = {}
    services.read_keys()
    assert cache.get(keys._name("youtube")) is None

    factories.organization_app(workspace, "youtube", secret="theirs")
    services.read_keys()
    assert cache.get(keys._name("youtube")) is not None


def test_keys_that_were_known_stay_while_google_does_not_answer(youtube, clock):
    youtube.fault("error_before", platform="youtube", path="risc-configuration")
    services.read_keys()

    body = google.signed(google.claims(at=int(clock.now.timestamp()), aud=YOUTUBE))
    assert ring(body).status_code == 202


# --- a consent that was taken back


def test_all_that_hangs_on_the_person_ends_with_one_event_and_one_mail(
    workspace, other_workspace, owner, mailbox, tell
):
    family = [
        connected(workspace, handle="roast"),
        connected(other_workspace, handle="brew"),
        connected(workspace, "google_business", app=BUSINESS, handle="shop"),
    ]
    bystander = connected(workspace, sub="1", handle="other")

    tell()

    assert [state(one) for one in family] == ["needs_reauth"] * 3
    assert not any(holds(one) for one in family)
    assert (state(bystander), holds(bystander)) == ("active", True)
    (event,) = events("account.needs_reauth")
    assert {one["handle"] for one in event.payload["accounts"]} == {"roast", "brew", "shop"}
    outbox.relay()
    (mail,) = mailbox.to(owner.user.email)
    assert mail.subject == "3 accounts to reconnect"
    assert "taken away at Google" in mail.body
    assert InboundNotice.objects.get().state == NoticeState.HANDLED


def test_each_organization_hears_of_its_own(workspace, stranger_workspace, tell):
    mine, theirs = connected(workspace, handle="mine"), connected(stranger_workspace, handle="theirs")
    bystander = connected(stranger_workspace, sub="1")

    tell()

    assert [state(one) for one in (mine, theirs, bystander)] == ["needs_reauth", "needs_reauth", "active"]
    told = {event.organization_id: [one["handle"] for one in event.payload["accounts"]]
            for event in events("account.needs_reauth")}  # fmt: skip
    assert told == {workspace.organization_id: ["mine"], stranger_workspace.organization_id: ["theirs"]}


def test_what_was_told_twice_or_of_old_tokens_changes_nothing(workspace, tell, clock, youtube):
    account = connected(workspace)
    said = tell()
    with tenancy.across_tenants("a person connects it again"):
        known = youtube.create_account("youtube", "harbourcoffee")
        grant = grant_of(account)
        grant.access_token, grant.state, grant.issued_at = (
            Secret(known["credentials"]["token"]), GrantState.ACTIVE, clock.now
        )  # fmt: skip
        grant.save()
        type(account).across_tenants.filter(pk=account.pk).update(state=AccountState.ACTIVE)

    assert ring(google.signed(said)).status_code == 202
    assert ring(google.signed({**said, "jti": "in another name"})).status_code == 202
    services.handle_waiting()

    assert (state(account), holds(account)) == ("active", True)
    assert len(events("account.needs_reauth")) == 1
    assert read(account).checked_at is not None, "it was asked about"


def test_what_is_about_nobody_here_keeps_no_words(workspace, tell):
    connected(workspace, sub="1")

    tell()

    notice = InboundNotice.objects.get()
    assert (notice.state, notice.remote_user_id, notice.data) == (NoticeState.HANDLED, "", {})


def test_a_grant_of_another_project_is_asked_about_and_not_condemned(workspace, tell, clock, youtube):
    """The person took back what another app of the operator's had, of which only Google knows what hangs on it."""
    account = connected(workspace, app=ELSEWHERE, refresh_token="")
    alive(account, youtube, clock)

    tell()

    assert (state(account), holds(account)) == ("active", True)
    assert read(account).checked_at == clock.now


def test_where_the_platform_refuses_what_was_in_doubt_it_is_lost(workspace, tell, clock, youtube):
    account = connected(workspace, app=ELSEWHERE, refresh_token="")
    alive(account, youtube, clock)
    youtube.revoke_tokens("youtube", "harbourcoffee")

    tell()
    for _ in range(3):
        clock.advance(minutes=2)
        social_accounts.refresh_expiring(now=clock.now)

    assert state(account) == "needs_reauth"


def alive(account, youtube, clock) -> None:
    """Its token is one that the simulated YouTube knows."""
    known = youtube.create_account("youtube", "harbourcoffee")
    with tenancy.across_tenants("a test connects it"):
        grant = grant_of(account)
        grant.access_token, grant.expires_at = Secret(known["credentials"]["token"]), clock.now + timedelta(hours=1)
        grant.refresh_at = clock.now + timedelta(minutes=40)
        grant.save()


@pytest.mark.parametrize("alg", ["prefix", "hash_base64_sha512_sha512"])
def test_a_single_token_ends_what_hangs_on_it(workspace, stranger_workspace, tell, alg):
    mine = connected(workspace)
    others = [
        connected(workspace, refresh_token="1//0another"),
        connected(stranger_workspace, app=ELSEWHERE),  # told to others
    ]

    tell(google.TOKEN_REVOKED, told={"subject": google.token_subject(REFRESH, alg)})

    assert (state(mine), holds(mine)) == ("needs_reauth", False)
    assert [(state(one), holds(one)) for one in others] == [("active", True)] * 2


# --- organizations' own apps


@pytest.fixture
def own_app(workspace):
    return factories.organization_app(workspace, "youtube", secret="ours", client_id=OWN)


@pytest.fixture
def their_app(stranger_workspace):
    return factories.organization_app(stranger_workspace, "youtube", secret="theirs", client_id=THEIR_OWN)


def test_an_own_app_hears_at_its_own_address_of_its_own_organization(
    own_app, workspace, other_workspace, stranger_workspace, their_app, tell
):
    mine = [connected(workspace, app=own_app), connected(other_workspace, app=own_app)]
    others = [connected(workspace), connected(stranger_workspace), connected(stranger_workspace, app=their_app)]

    tell(aud=OWN, at=f"youtube/{own_app.pk}/")

    assert [state(one) for one in mine] == ["needs_reauth"] * 2
    assert [(state(one), holds(one)) for one in others] == [("active", True)] * 3
    assert len(events("account.needs_reauth")) == 1


def test_nothing_is_taken_at_another_apps_address(own_app, their_app, clock):
    doors = {YOUTUBE: "youtube/", OWN: f"youtube/{own_app.pk}/", THEIR_OWN: f"youtube/{their_app.pk}/"}
    for door, at in doors.items():
        for aud in doors:
            body = google.signed(google.claims(at=int(clock.now.timestamp()), aud=aud))
            assert ring(body, at=at).status_code == (202 if aud == door else 400), f"{aud} at {door}"


def test_a_project_with_two_clients_rings_at_one_address(own_app, workspace, tell):
    shop = factories.organization_app(workspace, "google_business", secret="ours", client_id="555555555-shop")
    both = [connected(workspace, app=own_app), connected(workspace, "google_business", app=shop)]

    tell(aud="555555555-shop", at=f"youtube/{own_app.pk}/")

    assert [state(one) for one in both] == ["needs_reauth"] * 2
    assert len(events("account.needs_reauth")) == 1


# --- the other events


def test_a_disabled_account_keeps_its_tokens_and_comes_back_when_google_says_so(
    workspace, owner, mailbox, tell, clock, youtube
):
    channel, shop = connected(workspace), connected(workspace, "google_business", app=BUSINESS)
    alive(channel, youtube, clock)

    tell(f"{google.RISC}account-disabled", reason="bulk-account")

    assert [state(one) for one in (channel, shop)] == ["disabled"] * 2
    assert all(holds(one) for one in (channel, shop))
    assert grant_of(channel).refresh_at is None, "what would be refused is not asked for"
    (event,) = events("account.disabled")
    assert (len(event.payload["accounts"]), event.subject_id) == (2, channel.grant_id)
    outbox.relay()
    assert [mail.subject for mail in mailbox.to(owner.user.email)] == ["2 accounts disabled at the platform"]

    tell(f"{google.RISC}account-enabled")
    assert state(channel) == "active"
    assert [one["id"] for event in events("account.recovered") for one in event.payload["accounts"]] == [
        str(channel.pk)
    ]


def test_a_hijacked_account_is_signed_out(workspace, tell):
    account = connected(workspace, app=ELSEWHERE)

    tell(f"{google.RISC}account-disabled", reason="hijacking")

    assert (state(account), holds(account)) == ("needs_reauth", False), "it is true of the person, whatever the app"
    assert "somebody else" in read(account).reason


def test_who_is_gone_for_good_is_signed_out_and_forgotten(workspace, stranger_workspace, tell):
    gone = [connected(workspace), connected(stranger_workspace, "google_business", app=BUSINESS)]
    bystander = connected(workspace, sub="1")

    tell(f"{google.RISC}account-purged")

    assert [state(one) for one in gone] == ["needs_reauth"] * 2
    assert len(events("account.needs_reauth")) == 2, "one for each organization"
    assert work_waiting() == 1
    assert [(state(one), read(one).remote_id[:8]) for one in gone] == [("disconnected", "deleted:")] * 2
    with tenancy.across_tenants("a test looks"):
        assert list(Grant.across_tenants.values_list("pk", flat=True)) == [bystander.grant_id]
    assert not InboundNotice.objects.filter(remote_user_id=google.PERSON).exists()
    assert state(bystander) == "active"


@pytest.mark.parametrize("kind", ["sessions-revoked", "account-credential-change-required"])
def test_what_may_have_ended_nothing_is_asked_about_once_for_each_grant(kind, workspace, tell, clock, youtube):
    channel = connected(workspace)
    sibling = connected(workspace, grant=channel.grant)
    alive(channel, youtube, clock)

    tell(f"{google.RISC}{kind}")

    assert [state(one) for one in (channel, sibling)] == ["active"] * 2
    assert [read(one).checked_at for one in (channel, sibling)].count(clock.now) == 1
    assert youtube.count("youtube", "read") == 1


def test_a_test_is_stored_and_nothing_is_done(workspace, tell):
    account = connected(workspace)

    tell(f"{google.RISC}verification", told={"state": "is anybody there?"})

    notice = InboundNotice.objects.get()
    assert (notice.kind, notice.state) == ("test", NoticeState.HANDLED)
    assert state(account) == "active"


def test_what_is_told_of_the_same_person_under_way_is_marked_once(workspace, tell):
    """Google tells of a hijacked account in several events."""
    account = connected(workspace)

    tell(google.TOKENS_REVOKED)
    tell(f"{google.RISC}sessions-revoked")
    tell(f"{google.RISC}account-disabled", reason="hijacking")

    assert len(events("account.needs_reauth")) == 1
    assert not events("account.disabled")
    assert losing.ENDED not in read(account).reason
