"""All that is answered on a domain for links."""

from django.urls import path

from apps.links.views.following import follow

urlpatterns = [path("<slug:code>", follow)]
