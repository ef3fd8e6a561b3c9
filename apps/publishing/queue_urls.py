from django.urls import path

from apps.publishing.views import queues

app_name = "queues"
urlpatterns = [
    path("", queues.index, name="index"),
    path("<uuid:queue_id>/", queues.queue, name="queue"),
    path("join/<uuid:post_id>/", queues.join, name="join"),
]
