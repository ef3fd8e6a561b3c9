from django.urls import path

from apps.social_accounts import client_documents, link_views, views

app_name = "social_accounts"
urlpatterns = [
    path("bluesky/client-metadata.json", client_documents.metadata, name="bluesky_client"),
    path("bluesky/keys.json", client_documents.keys, name="bluesky_keys"),
    path("connect/", views.connect, name="connect"),
    path("portal-links/", link_views.links, name="portal_links"),
    path("portal-links/<uuid:link_id>/revoke/", link_views.revoke, name="portal_link_revoke"),
    path("callback/<slug:platform>/", views.callback, name="callback"),
    path("channels/<uuid:session_id>/", views.channels, name="channels"),
    path("<uuid:account_id>/reconnect/", views.reconnect, name="reconnect"),
    path("<uuid:account_id>/reconnect-link/", link_views.reconnect, name="reconnect_link"),
    path("<uuid:account_id>/check/", views.check, name="check"),
    path("<uuid:account_id>/disconnect/", views.disconnect, name="disconnect"),
]
