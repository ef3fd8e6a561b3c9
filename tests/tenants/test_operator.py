"""The operator's admin: all tenants to be read, little to be changed, and a diary that tells who has looked."""

from __future__ import annotations

from datetime import time

import pytest
from django.contrib import admin
from django.urls import reverse

from apps.analytics.models import (
    AccountSnapshot,
    Alert,
    AlertRecipient,
    AlertRule,
    Audience,
    Goal,
    HistoryUpload,
    Import,
    ImportedPost,
    MixShare,
    PublicationSnapshot,
    Reading,
    Refresh,
    SnapshotRun,
    UploadedDay,
    UploadedPost,
)
from apps.approvals import services as approvals
from apps.approvals.deciders import Decider
from apps.approvals.models import Escalation, Guest, Letter, MailLink, ReviewedPost, ReviewLink
from apps.approvals.people.hours import Hours
from apps.approvals.records.signing import key_in_force
from apps.approvals.states import MailChoice, Verdict
from apps.audit import services as audit
from apps.audit.models import Entry
from apps.compliance.models import DataRequest
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM, Actor, ActorKind
from apps.core.secrets import Secret
from apps.events import services as events
from apps.links.models import ClickDay, Link, LinkDomain, LinkSettings
from apps.media import services as media
from apps.media.models import Upload
from apps.media.recipes import Framing, PictureRecipe
from apps.posts.models import Campaign, Label, Place, Post, Queue, Slot, Template
from apps.publishing.models import Attempt, OperatorStop, Stop
from apps.publishing.restraints import Scope
from apps.reports.models import Report, ReportFile, ReportLink, ReportMail, ReportTemplate, Schedule
from apps.social_accounts.models import OrganizationApp, PortalLink, ReturnOrigin
from apps.tenants.models import AnsweredRequest, ApiKey, Branding, Invitation
from apps.tenants.permissions import Role
from apps.usage import services as usage
from apps.usage.meters import Meter
from apps.usage.models import Assignment, Plan
from apps.watch.models import Breach, Departure, Punctuality, StatusPage
from apps.watch.states import Invariant
from apps.webhooks.models import Delivery, Endpoint, InboundNotice
from tests.support import factories

pytestmark = pytest.mark.django_db
OURS = [model for model in admin.site._registry if model.__module__.startswith("apps.")]


@pytest.fixture
def operator():
    return factories.user("operator@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def browser(operator):
    return factories.signed_in(operator)


@pytest.fixture
def everything(owner, workspace):
    """At least one row of every model the operator may look at."""
    account, asset = factories.account(workspace, token="very-secret-token"), factories.asset(workspace)
    post: Post = factories.post(workspace, accounts=[account], assets=[asset])
    publication = factories.publication(post, account)
    factories.member(workspace.organization, Role.CREATOR, workspaces=[workspace])
    factories.oauth_app()
    InboundNotice.objects.create(platform="x", dedupe_key="1" * 64, kind="post_removed")
    with tenancy.across_tenants("the operator stops a platform"):
        OperatorStop.objects.create(platform="x", reason="X is down")
    now = clock.now()
    Breach.objects.create(
        invariant=Invariant.values[0], began_at=now, noticed_at=now, last_seen_at=now, count=1, worst=1
    )
    DataRequest.objects.create(platform="facebook", request_key="1" * 64, identity_hash="1" * 64, code="abc")
    with tenancy.scope(organization_id=workspace.organization_id):
        queue = Queue.objects.create(workspace=workspace, name="Tips")
        slot = Slot.objects.create(workspace=workspace, queue=queue, number=1, weekday=0, at=time(9))
        Place.objects.create(workspace=workspace, queue=queue, slot=slot, post=post, slot_at=now, due_at=now)
        Attempt.objects.create(
            workspace=workspace, publication=publication, number=1, fence=1, revision=1, started_at=clock.now()
        )
        Label.objects.create(workspace=workspace, name="Evergreen")
        Campaign.objects.create(workspace=workspace, name="Spring")
        Template.objects.create(workspace=workspace, name="Opening", parts=[{"role": "main", "text": "Open"}])
        Invitation.objects.create(
            email="x@example.org", role=Role.ADMIN, token_hash="0" * 64, expires_at=clock.now(), invited_by=owner.user
        )
        media.request_rendition(asset=asset, recipe=PictureRecipe("image/jpeg", Framing((0, 0, 8, 8), 8, 8, (8, 8))))
        media.put_on_shelf(asset_id=asset.pk, actor=SYSTEM)
        Upload.objects.create(workspace=workspace, declared_size=1, storage_name="x", expires_at=clock.now())
        OrganizationApp.objects.create(platform="x", client_id="own", client_secret=Secret("very-secret-token"))
        PortalLink.objects.create(workspace=workspace, token_hash="0" * 64, expires_at=clock.now())
        ReturnOrigin.objects.create(origin="https://shop.example")
        Branding.objects.create()
        Assignment.objects.create(plan=Plan.objects.create(name="PAID"))
        usage.set_own_limit(workspace=workspace, meter=Meter.PUBLICATIONS, monthly=5, actor=SYSTEM)
        usage.consume(Meter.PUBLICATIONS, workspace_id=workspace.pk, key="once")
        Stop.objects.create(scope=Scope.ORGANIZATION, reason="A recall")
        times = dict.fromkeys(("due_at", "claimed_at", "committed_at", "answered_at"), now)
        Departure.objects.create(workspace=workspace, publication=publication, platform="x", lateness_ms=5, **times)
        Punctuality.objects.create(day=now.date())
        StatusPage.objects.create(slug="abcdefgh")
        key = ApiKey.objects.create(name="Ours", mode="live", lookup="abcdefgh", secret_hash="0" * 64)
        answered = AnsweredRequest(api_key=key, key="1", fingerprint="0" * 64, started_at=clock.now())
        answered.organization_id, answered.body = workspace.organization_id, Secret("very-secret-token")
        answered.save()
        endpoint = Endpoint(url="https://example.com/", organization_id=workspace.organization_id)
        endpoint.secret = Secret("very-secret-token")
        endpoint.save()
        Delivery.objects.create(endpoint=endpoint)
        step = {"key": "one", "name": "One", "roles": ["owner"]}
        approvals.set_policy(workspace_id=workspace.pk, steps=[step], actor=SYSTEM)
        asked = approvals.submit(post=post, actor=SYSTEM)
        approvals.decide(request_id=asked.pk, verdict=Verdict.APPROVE, decider=Decider.of(Actor.user(owner.user.pk)))
        approvals.comment(post=post, text="A word", by=Decider.of(SYSTEM), files=[asset.pk])
        key_in_force()
        guest = Guest.objects.create(workspace=workspace, name="Ingrid")
        link = ReviewLink.objects.create(workspace=workspace, guest=guest, token_hash="0" * 64, expires_at=now)
        ReviewedPost.objects.create(workspace=workspace, link=link, post=post)
        _bring_people_in(workspace, asked, owner.user)
        AccountSnapshot.objects.create(workspace=workspace, account=account, day=now.date(), taken_at=now)
        template = ReportTemplate.objects.create(workspace=workspace, name="Monthly")
        Schedule.objects.create(workspace=workspace, template=template, next_at=now)
        report = Report.objects.create(
            workspace=workspace, name="October", first=now.date(), last=now.date(), next_try_at=now
        )
        ReportFile.objects.create(workspace=workspace, report=report, kind="pdf", size=1)
        ReportLink.objects.create(workspace=workspace, report=report, token_hash="0" * 64, expires_at=now)
        ReportMail.objects.create(workspace=workspace, report=report, address="a@b.example", next_try_at=now)
        Audience.objects.create(workspace=workspace, account=account, day=now.date(), taken_at=now)
        PublicationSnapshot.objects.create(
            workspace=workspace, account=account, publication=publication, key="1h", taken_at=now
        )
        SnapshotRun.objects.create(workspace=workspace, day=now.date(), opened_at=now)
        reading = Reading.objects.create(workspace=workspace, account=account)
        Refresh.objects.create(workspace=workspace, reading=reading, asked_at=now)
        Import.objects.create(workspace=workspace, account=account, most=5, next_try_at=now)
        ImportedPost.objects.create(workspace=workspace, account=account, remote_id="1", taken_at=now)
        Goal.objects.create(workspace=workspace, aim="views", target=5, begins_on=now.date(), ends_on=now.date())
        MixShare.objects.create(workspace=workspace, format="video", percent=30)
        upload = HistoryUpload.objects.create(
            workspace=workspace, account=account, kind="accounts", total=1, next_try_at=now
        )
        brought = {"workspace": workspace, "account": account, "upload": upload, "day": now.date(), "taken_at": now}
        UploadedDay.objects.create(**brought, views=1)
        UploadedPost.objects.create(**brought, remote_id="1", views=1)
        rule = AlertRule.objects.create(
            workspace=workspace, name="Fell", kind="drop", metric="views", threshold=50, watches_from=now.date()
        )
        LinkSettings.objects.create(workspace=workspace)
        LinkDomain.objects.create(workspace=workspace, host="go.client.example", token="token")
        link = Link.objects.create(
            workspace=workspace, written="https://a.example", destination="https://a.example",
            outgoing="https://a.example", code="abc2345",
        )  # fmt: skip
        ClickDay.objects.create(workspace=workspace, link=link, day=now.date(), clicks=1)
        AlertRecipient.objects.create(workspace=workspace, rule=rule, user=owner.user)
        Alert.objects.create(
            workspace=workspace, rule=rule, version=1, account=account, window_on=now.date(), day=now.date(), value=1,
            found_at=now,
        )  # fmt: skip
        events.emit("post.created", subject=post)
        audit.record("post.created", subject=post, actor=SYSTEM)


def _bring_people_in(workspace, asked, person):
    """What approvals hold of people and of their time."""
    now, step = clock.now(), asked.steps.first()
    approvals.make_group(name="Legal", people=[person.pk], workspace_id=workspace.pk, actor=SYSTEM)
    approvals.set_hours(hours=Hours("Europe/Oslo"), user_id=person.pk, actor=SYSTEM)
    approvals.choose_mail(user_id=person.pk, choice=MailChoice.DIGEST)
    approvals.note_absence(
        user_id=person.pk, starts_on=now.date(), ends_on=now.date(), zone="UTC", delegate_id=None, actor=SYSTEM
    )
    Escalation.objects.create(
        workspace=workspace, request=asked, step=step, rule="after-60-remind", deed="remind", policy_version=1
    )
    Letter.objects.create(user=person, key="waiting:2026-11-30", rule="waiting", due_at=now)
    MailLink.objects.create(
        workspace=workspace, request=asked, step=step, user=person, token_hash="very-secret-token", expires_at=now
    )


def test_the_operator_is_shown_names_that_are_words(browser):
    page = browser.get(reverse("admin:index")).content.decode()

    for name in ("Workspace accesses", "OAuth apps", "Social accounts"):
        assert name in page
    for botched in ("accesss", "O auth", "Social_Accounts"):
        assert botched not in page


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_the_operator_reads_lists_and_rows(browser, everything, model):
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    listed = browser.get(reverse(f"admin:{name}_changelist"))
    assert listed.status_code == 200

    with tenancy.across_tenants("a test looks"):
        row = getattr(model, "across_tenants", model._default_manager).order_by("pk").first()
    shown = browser.get(reverse(f"admin:{name}_change", args=[row.pk]))

    assert shown.status_code == 200
    assert "very-secret-token" not in shown.content.decode()
    assert "v1.test." not in shown.content.decode(), "not even sealed"


def latest_entry() -> Entry:
    with tenancy.across_tenants("a test looks"):
        entry: Entry = Entry.across_tenants.latest("id")
    return entry


def test_looking_at_a_row_of_a_tenant_is_written_in_its_diary(browser, operator, workspace):
    browser.get(reverse("admin:tenants_workspace_change", args=[workspace.pk]))

    entry = latest_entry()
    assert (entry.verb, entry.subject_id) == ("operator.viewed", workspace.pk)
    assert (entry.actor_kind, entry.actor_id) == (ActorKind.OPERATOR, operator.pk)
    assert entry.organization_id == workspace.organization_id


def test_a_list_is_written_in_the_diary_of_every_tenant_on_it(browser, workspace, stranger_workspace):
    browser.get(reverse("admin:tenants_workspace_changelist"))

    with tenancy.across_tenants("a test looks"):
        told = set(Entry.across_tenants.filter(verb="operator.listed").values_list("organization_id", flat=True))
    assert told == {workspace.organization_id, stranger_workspace.organization_id}


def test_the_operator_changes_people_and_nothing_of_tenants(browser, owner, workspace):
    person = reverse("admin:tenants_user_change", args=[owner.user.pk])
    browser.post(person, {"name": "New name", "is_active": "on"})
    owner.user.refresh_from_db()
    assert owner.user.name == "New name"

    change = reverse("admin:tenants_workspace_change", args=[workspace.pk])
    assert browser.post(change, {"name": "Taken over"}).status_code == 403
    assert browser.post(reverse("admin:tenants_workspace_delete", args=[workspace.pk])).status_code == 403


def test_an_owner_of_a_tenant_is_no_operator(owner):
    browser = factories.signed_in(owner)

    answer = browser.get("/operator/", follow=True)

    assert answer.status_code == 403


def test_the_operator_signs_in_like_everybody_else(client, db):
    assert client.get("/operator/", follow=True).redirect_chain[-1][0] == "/accounts/login/?next=/operator/"


def test_who_makes_an_operator_on_the_command_line_is_believed_about_the_address(client, db, django_user_model):
    django_user_model.objects.create_superuser("root@example.org", factories.PASSWORD)

    client.post("/accounts/login/", {"login": "root@example.org", "password": factories.PASSWORD})

    assert client.get("/operator/").status_code == 200
