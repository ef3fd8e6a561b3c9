from django.urls import path

from apps.approvals.views import mailed, me, people, policies, posts, queue

app_name = "approvals"
urlpatterns = [
    path("", queue.index, name="index"),
    path("bulk/", queue.bulk, name="bulk"),
    path("<uuid:request_id>/", posts.review, name="review"),
    path("<uuid:request_id>/decide/", posts.decide, name="decide"),
    path("<uuid:request_id>/edits/", posts.decide_with_edits, name="decide_with_edits"),
    path("<uuid:request_id>/withdraw/", posts.withdraw, name="withdraw"),
    path("<uuid:request_id>/comment/", posts.comment, name="comment"),
    path("threads/<uuid:thread_id>/resolve/", posts.resolve, name="resolve"),
    path("posts/<uuid:post_id>/", posts.of_post, name="of_post"),
    path("posts/<uuid:post_id>/submit/", posts.submit, name="submit"),
    path("me/", me.me, name="me"),
    path("mail/<str:token>/", mailed.mailed, name="mailed"),
    path("policies/<uuid:workspace_id>/", policies.policy, name="policy"),
    path("policies/<uuid:workspace_id>/people/", people.people, name="people"),
]
