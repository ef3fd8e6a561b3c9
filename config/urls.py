"""Where each address leads. A room's addresses live with the room."""

from django.contrib import admin
from django.urls import include, path

from apps.links.views.following import follow

urlpatterns = [
    path("", include("apps.dashboard.urls")),
    path("accounts/", include("allauth.urls")),
    path("settings/", include("apps.tenants.urls")),
    path("settings/usage/", include("apps.usage.urls")),
    path("settings/webhooks/", include("apps.webhooks.settings_urls")),
    path("settings/connections/", include("apps.social_accounts.settings_urls")),
    path("social-accounts/", include("apps.social_accounts.urls")),
    path("connect/", include("apps.social_accounts.portal_urls")),
    path("media/", include("apps.media.urls")),
    path("posts/", include("apps.publishing.urls")),
    path("approvals/", include("apps.approvals.urls")),
    path("review/", include("apps.approvals.guest_urls")),
    path("queues/", include("apps.publishing.queue_urls")),
    path("sorting/", include("apps.posts.urls")),
    path("stops/", include("apps.publishing.stop_urls")),
    path("settings/windows/", include("apps.publishing.window_urls")),
    path("", include("apps.webhooks.urls")),
    path("", include("apps.watch.urls")),
    path("analytics/", include("apps.analytics.urls")),
    path("reports/", include("apps.reports.urls")),
    path("r/", include("apps.reports.shared_urls")),
    path("clients/", include("apps.analytics.agency_urls")),
    path("links/", include("apps.links.urls")),
    path("l/<slug:code>", follow, name="short_link"),
    path("compliance/", include("apps.compliance.urls")),
    path("operator/", admin.site.urls),
    path("api/v1/", include("apps.api.urls")),
    path("developers/", include("apps.api.developers_urls")),
]
