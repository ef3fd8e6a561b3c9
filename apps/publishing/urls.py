from django.urls import path

from apps.publishing.views import actions, afterwards, commenting, correcting, mending, pages, wholes

app_name = "publishing"
urlpatterns = [
    path("", pages.posts, name="list"),
    path("<uuid:post_id>/", pages.post, name="post"),
    path("<uuid:post_id>/cancel/", actions.cancel, name="cancel"),
    path("<uuid:post_id>/publish/", actions.publish_now, name="publish_now"),
    path("<uuid:post_id>/delete/", actions.delete, name="delete"),
    path("<uuid:post_id>/retry/", wholes.retry_all, name="retry_all"),
    path("<uuid:post_id>/take-down/", wholes.take_down_all, name="take_down_all"),
    path("<uuid:post_id>/comment/", commenting.comment, name="comment"),
    path("follow-ups/<uuid:follow_up_id>/call-off/", commenting.withdraw, name="withdraw_comment"),
    path("<uuid:post_id>/sort/", wholes.sort, name="sort"),
    path("publications/<uuid:publication_id>/", pages.publication, name="publication"),
    path("publications/<uuid:publication_id>/cancel/", actions.cancel_publication, name="cancel_publication"),
    path("publications/<uuid:publication_id>/correct/", correcting.correct, name="correct"),
    path("publications/<uuid:publication_id>/retry/", actions.retry, name="retry"),
    path("publications/<uuid:publication_id>/resume/", actions.resume, name="resume"),
    path("<uuid:post_id>/files/", pages.media_work_of, name="media_work"),
    path("<uuid:post_id>/files/again/", actions.prepare_media, name="prepare_media"),
    path("publications/<uuid:publication_id>/live/", actions.decide_out, name="decide_out"),
    path("publications/<uuid:publication_id>/not-live/", actions.decide_not_out, name="decide_not_out"),
    path("publications/<uuid:publication_id>/leave/", actions.decide_leave, name="decide_leave"),
    path("publications/<uuid:publication_id>/change/", afterwards.change, name="change"),
    path("publications/<uuid:publication_id>/take-down/", afterwards.take_down, name="take_down"),
    path("publications/<uuid:publication_id>/removed/", afterwards.said_removed, name="said_removed"),
    path("follow-ups/<uuid:follow_up_id>/take-down/", afterwards.take_down_follow_up, name="take_down_follow_up"),
    path("accounts/<uuid:account_id>/waiting/", mending.mend, name="mend"),
    path("follow-ups/<uuid:follow_up_id>/retry/", actions.retry_follow_up, name="retry_follow_up"),
]
