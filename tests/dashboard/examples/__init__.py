"""A context for each page, as its template documents it. Tests render them: they are the pages by example."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.test import RequestFactory

from tests.dashboard.examples import (
    accounts,
    analytics,
    compliance,
    days,
    going_out,
    library,
    portal,
    stops,
    tenants,
    watch,
    writing,
)
from tests.dashboard.examples.frame import ZONE, row, shell

PAGES: dict[str, Any] = {
    "dashboard/home.html": days.home,
    "dashboard/first_run.html": days.first_run,
    "dashboard/calendar.html": days.month,
    "dashboard/search.html": lambda: {
        "query": "rye",
        "posts": [row("Rye week", "scheduled")],
        "zone": ZONE,
        "search_url": "/search/",
    },
    "dashboard/_found.html": lambda: {
        "query": "rye",
        "posts": [row("Rye week", "scheduled"), row("Draft", "draft", None)],
        "actions": [],
        "zone": ZONE,
    },
    "analytics/overview.html": analytics.overview,
    "analytics/imports.html": analytics.imports,
    "analytics/_imports.html": analytics.imports,
    "social_accounts/list.html": accounts.accounts,
    "social_accounts/connect.html": accounts.connect,
    "social_accounts/leaving.html": lambda: {
        "platform": "mastodon",
        "next_url": "https://masto.example/oauth/authorize?state=s",
    },
    "social_accounts/channels.html": accounts.channels,
    "social_accounts/account.html": accounts.account,
    "social_accounts/risks.html": accounts.risks,
    "social_accounts/apps.html": accounts.apps,
    "social_accounts/app.html": accounts.app,
    "social_accounts/return_origins.html": accounts.return_origins,
    "social_accounts/branding.html": accounts.branding,
    "social_accounts/portal_links.html": accounts.portal_links,
    "social_accounts/portal_link.html": accounts.portal_link,
    "portal/home.html": portal.home,
    "portal/leaving.html": portal.leaving,
    "portal/channels.html": portal.channels,
    "portal/done.html": portal.done,
    "portal/problem.html": portal.problem,
    "social_accounts/consent_failed.html": lambda: {
        "platform": "bluesky",
        "words": "Bluesky says that the permission was not given.",
        "again_url": "/again/",
        "back_url": "/accounts/",
    },
    "posts/composer.html": writing.composer,
    "posts/sorting.html": writing.sorting,
    "posts/sorting_form.html": writing.sorting_form,
    "posts/_live.html": writing.composer,
    "posts/_media.html": writing.composer,
    "posts/_after.html": writing.composer,
    "publishing/list.html": days.posts,
    "publishing/post.html": going_out.post,
    "publishing/change.html": going_out.change,
    "publishing/correct.html": going_out.correction,
    "publishing/stops.html": stops.stops,
    "publishing/stop.html": stops.asking,
    "publishing/_stop.html": stops.asking,
    "publishing/restart.html": stops.restart,
    "publishing/windows.html": stops.windows,
    "dashboard/library.html": library.library,
    "dashboard/asset.html": library.asset,
    "dashboard/_arriving.html": library.arriving,
    "dashboard/shelf.html": library.shelf,
    "usage/usage.html": tenants.usage,
    "tenants/members.html": tenants.members,
    "tenants/keys.html": tenants.keys,
    "tenants/key_form.html": tenants.form_page,
    "tenants/key_shown_once.html": tenants.key_shown_once,
    "tenants/member_form.html": tenants.form_page,
    "tenants/workspace_form.html": tenants.form_page,
    "tenants/organization.html": tenants.form_page,
    "tenants/workspaces.html": tenants.workspaces,
    "tenants/invitation.html": tenants.invitation,
    "tenants/join.html": lambda: {
        "form": tenants.SampleForm(),
        "email": "nora@alderandrye.example",
        "organization_name": "Northlight Agency",
    },
    "tenants/create.html": lambda: {"form": tenants.SampleForm()},
    "tenants/switch.html": tenants.switch,
    "tenants/profile.html": tenants.profile,
    "watch/on_time.html": watch.on_time,
    "watch/organization.html": watch.organization,
    "watch/status.html": watch.status,
    "watch/_alarm.html": watch.alarm,
    "compliance/deletion.html": compliance.deletion,
    "compliance/certificate.html": compliance.certificate,
    "compliance/exports.html": compliance.exports,
    "403.html": dict,
    "403_csrf.html": dict,
    "404.html": dict,
    "429.html": dict,
    "500.html": dict,
    "503.html": dict,
}


def render(template: str, *, theme: str = "") -> str:
    """The page `template` with its example, as a member sees it."""
    return render_to_string(
        template,
        {"zone": ZONE, **PAGES[template](), "messages": [], "shell": shell(theme=theme)},
        RequestFactory().get("/"),
    )
