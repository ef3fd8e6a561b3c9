"""All that is answered on a domain for links."""

from django.urls import path

from apps.links.views.following import follow, prove

urlpatterns = [path("<slug:code>", follow), path(".well-known/postroom-links/<slug:token>", prove)]
