from django.urls import path

from apps.approvals.views import figures, links, log, mailed, me, people, policies, posts, queue, records
from apps.usage import months

assert months  # noqa: S101  it gives addresses their months

app_name = "approvals"
urlpatterns = [
    path("", queue.index, name="index"),
    path("bulk/", queue.bulk, name="bulk"),
    path("figures/", figures.figures, name="figures"),
    path("log/", log.log, name="log"),
    path("log.<slug:form>", log.log_file, name="log_file"),
    path("links/", links.index, name="links"),
    path("links/new/", links.new, name="link_new"),
    path("links/hand-over/", links.hand_over, name="links_hand_over"),
    path("links/<uuid:link_id>/mail/", links.mail, name="link_mail"),
    path("links/<uuid:link_id>/revoke/", links.revoke, name="link_revoke"),
    path("guests/<uuid:guest_id>/forget/", links.forget, name="guest_forget"),
    path("<uuid:request_id>/", posts.review, name="review"),
    path("<uuid:request_id>/record.pdf", records.of_request, name="record"),
    path("records/<month:period>.pdf", records.of_month, name="record_of_month"),
    path("<uuid:request_id>/decide/", posts.decide, name="decide"),
    path("<uuid:request_id>/edits/", posts.decide_with_edits, name="decide_with_edits"),
    path("<uuid:request_id>/withdraw/", posts.withdraw, name="withdraw"),
    path("<uuid:request_id>/comment/", posts.comment, name="comment"),
    path("threads/<uuid:thread_id>/resolve/", posts.resolve, name="resolve"),
    path("threads/<uuid:thread_id>/take-time/", links.take_time, name="take_time"),
    path("posts/<uuid:post_id>/", posts.of_post, name="of_post"),
    path("posts/<uuid:post_id>/submit/", posts.submit, name="submit"),
    path("me/", me.me, name="me"),
    path("mail/<str:token>/", mailed.mailed, name="mailed"),
    path("policies/<uuid:workspace_id>/", policies.policy, name="policy"),
    path("policies/<uuid:workspace_id>/people/", people.people, name="people"),
]
