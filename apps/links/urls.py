from django.urls import path

from apps.links.views import domains, pages

app_name = "links"
urlpatterns = [
    path("", pages.listed, name="links"),
    path("new/", pages.make, name="new"),
    path("settings/", pages.rules, name="settings"),
    path("clicks/", pages.clicks, name="clicks"),
    path("domains/", domains.domains, name="domains"),
    path("domains/<uuid:domain_id>/check/", domains.check, name="domain_check"),
    path("domains/<uuid:domain_id>/remove/", domains.remove, name="domain_remove"),
    path("<uuid:short_link_id>/", pages.change, name="link"),
    path("<uuid:short_link_id>/pause/", pages.pause, name="pause"),
    path("<uuid:short_link_id>/remove/", pages.remove, name="remove"),
]
