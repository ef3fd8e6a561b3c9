from django.urls import path

from apps.posts.views import campaigns, labels, templates

app_name = "posts"
urlpatterns = [
    path("labels/", labels.listed, name="labels"),
    path("labels/new/", labels.make, name="label_new"),
    path("labels/<uuid:label_id>/", labels.change, name="label"),
    path("labels/<uuid:label_id>/remove/", labels.remove, name="label_remove"),
    path("campaigns/", campaigns.listed, name="campaigns"),
    path("campaigns/new/", campaigns.make, name="campaign_new"),
    path("campaigns/<uuid:campaign_id>/", campaigns.change, name="campaign"),
    path("campaigns/<uuid:campaign_id>/remove/", campaigns.remove, name="campaign_remove"),
    path("templates/", templates.listed, name="templates"),
    path("templates/new/", templates.make, name="template_new"),
    path("templates/<uuid:template_id>/", templates.change, name="template"),
    path("templates/<uuid:template_id>/remove/", templates.remove, name="template_remove"),
]
