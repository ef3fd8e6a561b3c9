"""The table of contents of the REST API. The operations themselves live in their rooms."""

from django.urls import path, re_path

from apps.analytics.api import alerts, boards, exports, figures, history, imports, plans
from apps.api import views
from apps.approvals import api as approvals
from apps.approvals import guest_api as guests
from apps.approvals import link_api as review_links
from apps.approvals.figures import api as approval_figures
from apps.approvals.log import api as approval_log
from apps.approvals.people import api as reviewers
from apps.approvals.records import api as records
from apps.links.api import domains as link_domains
from apps.links.api import links
from apps.media.api import library, uploads
from apps.posts import api as sorting
from apps.publishing.api import comments, connections, posts, publications, queues
from apps.reports import api as reports
from apps.social_accounts.api import accounts, apps, platforms, sessions
from apps.tenants.api import audit, keys, members, organization, workspaces
from apps.usage import api as usage
from apps.watch import api as watch
from apps.webhooks.api import endpoints, events

app_name = "api"
urlpatterns = [
    # --- who is who
    path("organization", organization.OrganizationOperations.as_view(), name="organization"),
    path("workspaces", workspaces.WorkspaceList.as_view(), name="workspaces"),
    path("workspaces/<ws:workspace_id>", workspaces.WorkspaceOperations.as_view(), name="workspace"),
    path("workspaces/<ws:workspace_id>/archive", workspaces.WorkspaceArchive.as_view(), name="workspace_archive"),
    path("workspaces/<ws:workspace_id>/restore", workspaces.WorkspaceRestore.as_view(), name="workspace_restore"),
    path("members", members.MemberList.as_view(), name="members"),
    path("members/<mem:membership_id>", members.MemberOperations.as_view(), name="member"),
    path("invitations", members.InvitationList.as_view(), name="invitations"),
    path("invitations/<inv:invitation_id>", members.InvitationOperations.as_view(), name="invitation"),
    path("api-keys", keys.KeyList.as_view(), name="keys"),
    path("api-keys/<key:key_id>", keys.KeyOperations.as_view(), name="key"),
    path("api-keys/<key:key_id>/roll", keys.KeyRoll.as_view(), name="key_roll"),
    path("audit", audit.AuditList.as_view(), name="audit"),
    # --- connecting
    path("connect-sessions", sessions.SessionList.as_view(), name="sessions"),
    path("connect-sessions/<cs:session_id>", sessions.SessionOperations.as_view(), name="session"),
    path("connect-sessions/<cs:session_id>/pending", sessions.SessionPending.as_view(), name="session_pending"),
    path("connect-sessions/<cs:session_id>/finalize", sessions.SessionFinalize.as_view(), name="session_finalize"),
    path("connect-sessions/<cs:session_id>/cancel", sessions.SessionCancel.as_view(), name="session_cancel"),
    path("oauth-apps", apps.AppList.as_view(), name="oauth_apps"),
    path("oauth-apps/<slug:platform>", apps.AppOperations.as_view(), name="oauth_app"),
    path("oauth-apps/<slug:platform>/test", apps.AppTest.as_view(), name="oauth_app_test"),
    path("social-accounts", accounts.AccountList.as_view(), name="accounts"),
    path("social-accounts/at-risk", connections.AccountsAtRisk.as_view(), name="accounts_at_risk"),
    path("social-accounts/<acc:account_id>", accounts.AccountOperations.as_view(), name="account"),
    path("social-accounts/<acc:account_id>/health", accounts.AccountHealth.as_view(), name="account_health"),
    path("social-accounts/<acc:account_id>/check", accounts.AccountCheck.as_view(), name="account_check"),
    path("social-accounts/<acc:account_id>/refresh", accounts.AccountRefresh.as_view(), name="account_refresh"),
    path("social-accounts/<acc:account_id>/channels", accounts.AccountChannels.as_view(), name="account_channels"),
    path(
        "social-accounts/<acc:account_id>/channels/refresh",
        accounts.AccountChannelsRefresh.as_view(),
        name="account_channels_refresh",
    ),
    path(
        "social-accounts/<acc:account_id>/reconnect-link",
        accounts.AccountReconnectLink.as_view(),
        name="account_reconnect_link",
    ),
    path(
        "social-accounts/<acc:account_id>/disconnect", accounts.AccountDisconnect.as_view(), name="account_disconnect"
    ),
    path("social-accounts/<acc:account_id>/waiting", connections.AccountWaiting.as_view(), name="account_waiting"),
    path("social-accounts/<acc:account_id>/mend", connections.AccountMend.as_view(), name="account_mend"),
    # --- writing and publishing
    path("posts", posts.PostList.as_view(), name="posts"),
    path("posts/validate", posts.PostValidate.as_view(), name="posts_validate"),
    path("posts/bulk", posts.PostBulk.as_view(), name="posts_bulk"),
    path("posts/<post:post_id>", posts.PostOperations.as_view(), name="post"),
    path("posts/<post:post_id>/schedule", posts.PostSchedule.as_view(), name="post_schedule"),
    path("posts/<post:post_id>/publish", posts.PostPublish.as_view(), name="post_publish"),
    path("posts/<post:post_id>/cancel", posts.PostCancel.as_view(), name="post_cancel"),
    path("posts/<post:post_id>/duplicate", posts.PostDuplicate.as_view(), name="post_duplicate"),
    # --- who approves what
    path("approvals", approvals.ApprovalList.as_view(), name="approvals"),
    path("approvals/<apr:approval_id>", approvals.ApprovalOperations.as_view(), name="approval"),
    path("approvals/<apr:approval_id>/decide", approvals.ApprovalDecide.as_view(), name="approval_decide"),
    path("approvals/<apr:approval_id>/withdraw", approvals.ApprovalWithdraw.as_view(), name="approval_withdraw"),
    path("approvals/<apr:approval_id>/record", records.ApprovalRecord.as_view(), name="approval_record"),
    path("approval-figures", approval_figures.FiguresOfApprovals.as_view(), name="approval_figures"),
    path("approval-log", approval_log.LogList.as_view(), name="approval_log"),
    path("approval-log.csv", approval_log.LogAsCSV.as_view(), name="approval_log_csv"),
    path("approval-log.jsonl", approval_log.LogAsJSONLines.as_view(), name="approval_log_jsonl"),
    path("guests", guests.GuestList.as_view(), name="guests"),
    path("guests/<gst:guest_id>", guests.GuestOperations.as_view(), name="guest"),
    path("guests/<gst:guest_id>/forget", guests.GuestForget.as_view(), name="guest_forget"),
    path("review-links", review_links.ReviewLinkList.as_view(), name="review_links"),
    path("review-links/<rvl:review_link_id>/mail", review_links.ReviewLinkMail.as_view(), name="review_link_mail"),
    path("review-links/<rvl:review_link_id>", review_links.ReviewLinkOperations.as_view(), name="review_link"),
    path(
        "review-links/<rvl:review_link_id>/revoke", review_links.ReviewLinkRevoke.as_view(), name="review_link_revoke"
    ),
    path("reviewer-groups", reviewers.GroupList.as_view(), name="groups"),
    path("reviewer-groups/<grp:group_id>", reviewers.GroupOperations.as_view(), name="group"),
    path("members/<mem:membership_id>/working-hours", reviewers.MemberHours.as_view(), name="member_hours"),
    path("members/<mem:membership_id>/absences", reviewers.AbsenceList.as_view(), name="absences"),
    path("absences/<abs:absence_id>", reviewers.AbsenceOperations.as_view(), name="absence"),
    path("workspaces/<ws:workspace_id>/working-hours", reviewers.WorkspaceHours.as_view(), name="workspace_hours"),
    path("organization/working-hours", reviewers.OrganizationHours.as_view(), name="organization_hours"),
    path("posts/<post:post_id>/threads", approvals.ThreadList.as_view(), name="threads"),
    path("threads/<thr:thread_id>", approvals.ThreadOperations.as_view(), name="thread"),
    path("threads/<thr:thread_id>/take-time", approvals.ThreadTakeTime.as_view(), name="thread_take_time"),
    path("threads/<thr:thread_id>/comments", approvals.ThreadComments.as_view(), name="thread_comments"),
    path("workspaces/<ws:workspace_id>/approval-policy", approvals.PolicyOperations.as_view(), name="policy"),
    path("queues", queues.QueueList.as_view(), name="queues"),
    path("queues/<q:queue_id>", queues.QueueOperations.as_view(), name="queue"),
    path("queues/<q:queue_id>/pause", queues.QueuePause.as_view(), name="queue_pause"),
    path("queues/<q:queue_id>/resume", queues.QueueResume.as_view(), name="queue_resume"),
    path("queues/<q:queue_id>/next-slot", queues.QueueNextSlot.as_view(), name="queue_next_slot"),
    path("queues/<q:queue_id>/preview", queues.QueuePreview.as_view(), name="queue_preview"),
    path("queues/<q:queue_id>/slots", queues.SlotList.as_view(), name="queue_slots"),
    path("queues/<q:queue_id>/slots/<slot:slot_id>", queues.SlotOperations.as_view(), name="queue_slot"),
    path("posts/<post:post_id>/retry", posts.PostRetry.as_view(), name="post_retry"),
    path("posts/<post:post_id>/unpublish", posts.PostUnpublish.as_view(), name="post_unpublish"),
    path("publications", publications.PublicationList.as_view(), name="publications"),
    path("publications/<pub:publication_id>", publications.PublicationOperations.as_view(), name="publication"),
    path(
        "publications/<pub:publication_id>/attempts",
        publications.PublicationAttempts.as_view(),
        name="publication_attempts",
    ),
    path("publications/<pub:publication_id>/retry", publications.PublicationRetry.as_view(), name="publication_retry"),
    path(
        "publications/<pub:publication_id>/resume", publications.PublicationResume.as_view(), name="publication_resume"
    ),
    path(
        "publications/<pub:publication_id>/cancel", publications.PublicationCancel.as_view(), name="publication_cancel"
    ),
    path(
        "publications/<pub:publication_id>/decide", publications.PublicationDecide.as_view(), name="publication_decide"
    ),
    path(
        "publications/<pub:publication_id>/change", publications.PublicationChange.as_view(), name="publication_change"
    ),
    path(
        "publications/<pub:publication_id>/unpublish",
        publications.PublicationUnpublish.as_view(),
        name="publication_unpublish",
    ),
    path("comments", comments.CommentList.as_view(), name="comments"),
    path("comments/<cmt:comment_id>", comments.CommentOperations.as_view(), name="comment"),
    path("comments/<cmt:comment_id>/attempts", comments.CommentAttempts.as_view(), name="comment_attempts"),
    path("comments/<cmt:comment_id>/retry", comments.CommentRetry.as_view(), name="comment_retry"),
    path("comments/<cmt:comment_id>/unpublish", comments.CommentUnpublish.as_view(), name="comment_unpublish"),
    path("labels", sorting.LabelList.as_view(), name="labels"),
    path("labels/<lbl:label_id>", sorting.LabelOperations.as_view(), name="label"),
    path("campaigns", sorting.CampaignList.as_view(), name="campaigns"),
    path("campaigns/<cmp:campaign_id>", sorting.CampaignOperations.as_view(), name="campaign"),
    path("templates", sorting.TemplateList.as_view(), name="templates"),
    path("templates/<tpl:template_id>", sorting.TemplateOperations.as_view(), name="template"),
    path("media", library.MediaList.as_view(), name="media"),
    path("media/<med:media_id>", library.MediaOperations.as_view(), name="medium"),
    path("uploads", uploads.UploadList.as_view(), name="uploads"),
    path("uploads/<upl:upload_id>", uploads.UploadOperations.as_view(), name="upload"),
    path("uploads/<upl:upload_id>/parts", uploads.UploadParts.as_view(), name="upload_parts"),
    path("uploads/<upl:upload_id>/complete", uploads.UploadComplete.as_view(), name="upload_complete"),
    path("platforms", platforms.PlatformList.as_view(), name="platforms"),
    path("platforms/<slug:platform>", platforms.PlatformOperations.as_view(), name="platform"),
    path("usage", usage.UsageOperations.as_view(), name="usage"),
    path("usage/months", usage.MonthList.as_view(), name="usage_months"),
    path("usage/months/<month:period>", usage.MonthByWorkspace.as_view(), name="usage_month"),
    path("usage/months/<month:period>.csv", usage.MonthAsCSV.as_view(), name="usage_csv"),
    path("limits", usage.LimitsOperations.as_view(), name="limits"),
    path("workspaces/<ws:workspace_id>/limits", usage.WorkspaceLimits.as_view(), name="workspace_limits"),
    path("events", events.EventFeed.as_view(), name="events"),
    path("webhook-endpoints", endpoints.EndpointList.as_view(), name="endpoints"),
    path("webhook-endpoints/<whe:endpoint_id>", endpoints.EndpointOperations.as_view(), name="endpoint"),
    path("webhook-endpoints/<whe:endpoint_id>/rotate", endpoints.EndpointRotate.as_view(), name="endpoint_rotate"),
    path("webhook-endpoints/<whe:endpoint_id>/test", endpoints.EndpointTest.as_view(), name="endpoint_test"),
    path(
        "webhook-endpoints/<whe:endpoint_id>/redeliver",
        endpoints.EndpointRedeliver.as_view(),
        name="endpoint_redeliver",
    ),
    path("webhook-endpoints/<whe:endpoint_id>/deliveries", endpoints.DeliveryList.as_view(), name="deliveries"),
    path(
        "webhook-deliveries/<dlv:delivery_id>/attempts", endpoints.DeliveryAttempts.as_view(), name="delivery_attempts"
    ),
    path(
        "webhook-deliveries/<dlv:delivery_id>/redeliver",
        endpoints.DeliveryRedeliver.as_view(),
        name="delivery_redeliver",
    ),
    # --- did it work
    path("analytics/accounts/<acc:account_id>", figures.AccountAnalytics.as_view(), name="analytics_account"),
    path(
        "analytics/accounts/<acc:account_id>/audience", figures.AudienceAnalytics.as_view(), name="analytics_audience"
    ),
    path("analytics/posts", figures.PostAnalytics.as_view(), name="analytics_posts"),
    path("analytics/posts/<post:post_id>", boards.PostBoard.as_view(), name="analytics_post"),
    path("analytics/organization", boards.ClientsBoard.as_view(), name="analytics_organization"),
    path("analytics/workspaces/<ws:workspace_id>", boards.WorkspaceBoard.as_view(), name="analytics_workspace"),
    path("analytics/workspaces/<ws:workspace_id>/times", boards.WorkspaceTimes.as_view(), name="analytics_times"),
    path("analytics/workspaces/<ws:workspace_id>/mix", boards.WorkspaceMix.as_view(), name="analytics_mix"),
    path("analytics/workspaces/<ws:workspace_id>/mix/plan", plans.MixPlan.as_view(), name="analytics_mix_plan"),
    path("analytics/campaigns/<cmp:campaign_id>", boards.CampaignBoard.as_view(), name="analytics_campaign"),
    path("analytics/labels/<lbl:label_id>", boards.LabelBoard.as_view(), name="analytics_label"),
    path("goals", plans.GoalList.as_view(), name="goals"),
    path("goals/<goal:goal_id>", plans.GoalOperations.as_view(), name="goal"),
    path("analytics/refreshes", figures.RefreshList.as_view(), name="analytics_refreshes"),
    path("analytics/refreshes/<rfr:refresh_id>", figures.RefreshOperations.as_view(), name="analytics_refresh"),
    path("links", links.LinkList.as_view(), name="links"),
    path("links/<lnk:short_link_id>", links.LinkOperations.as_view(), name="link"),
    path("links/<lnk:short_link_id>/clicks", links.LinkClickList.as_view(), name="link_clicks"),
    path("link-domains", link_domains.LinkDomainList.as_view(), name="link_domains"),
    path("link-domains/<ldm:domain_id>", link_domains.LinkDomainOperations.as_view(), name="link_domain"),
    path("link-domains/<ldm:domain_id>/check", link_domains.LinkDomainCheck.as_view(), name="link_domain_check"),
    path("workspaces/<ws:workspace_id>/link-settings", links.LinkSettingsOperations.as_view(), name="link_settings"),
    path("analytics/alert-rules", alerts.AlertRuleList.as_view(), name="alert_rules"),
    path("analytics/alert-rules/<alr:rule_id>", alerts.AlertRuleOperations.as_view(), name="alert_rule"),
    path("analytics/alerts", alerts.AlertList.as_view(), name="alerts"),
    path("analytics/alerts/<alt:alert_id>", alerts.AlertOperations.as_view(), name="alert"),
    path("analytics/alerts/<alt:alert_id>/acknowledge", alerts.AlertAcknowledge.as_view(), name="alert_acknowledge"),
    path("imports", imports.ImportList.as_view(), name="imports"),
    path("analytics/exports/<slug:what>", exports.Export.as_view(), name="analytics_export"),
    path("imports/history", history.HistoryList.as_view(), name="history_uploads"),
    path("imports/history/template", history.HistoryTemplate.as_view(), name="history_template"),
    path("imports/history/<his:history_id>", history.HistoryOperations.as_view(), name="history_upload"),
    path("imports/history/<his:history_id>/retry", history.HistoryRetry.as_view(), name="history_retry"),
    path("imports/<imp:import_id>", imports.ImportOperations.as_view(), name="import"),
    path("imports/<imp:import_id>/retry", imports.ImportRetry.as_view(), name="import_retry"),
    path("imports/<imp:import_id>/posts", imports.ImportPosts.as_view(), name="import_posts"),
    # --- what clients are shown
    path("reports", reports.ReportList.as_view(), name="reports"),
    path("reports/<rpt:report_id>", reports.ReportOperations.as_view(), name="report"),
    path("reports/<rpt:report_id>/retry", reports.ReportRetry.as_view(), name="report_retry"),
    path("reports/<rpt:report_id>/pdf", reports.ReportAsPDF.as_view(), name="report_pdf"),
    path("reports/<rpt:report_id>/csv", reports.ReportAsCSV.as_view(), name="report_csv"),
    path("reports/<rpt:report_id>/xlsx", reports.ReportAsXLSX.as_view(), name="report_xlsx"),
    path("reports/<rpt:report_id>/links", reports.ReportLinkList.as_view(), name="report_links"),
    path("report-links/<rlnk:report_link_id>", reports.ReportLinkOperations.as_view(), name="report_link"),
    path("report-templates", reports.ReportTemplateList.as_view(), name="report_templates"),
    path(
        "report-templates/<rtpl:report_template_id>",
        reports.ReportTemplateOperations.as_view(),
        name="report_template",
    ),
    path("report-schedules", reports.ReportScheduleList.as_view(), name="report_schedules"),
    path(
        "report-schedules/<rsch:report_schedule_id>",
        reports.ReportScheduleOperations.as_view(),
        name="report_schedule",
    ),
    # --- how late it was
    path("on-time", watch.OrganizationOnTime.as_view(), name="on_time"),
    path("workspaces/<ws:workspace_id>/on-time", watch.WorkspaceOnTime.as_view(), name="workspace_on_time"),
    # --- what all this is
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.swagger, name="swagger"),
    path("redoc", views.redoc, name="redoc"),
    # Not a dot: that would leave lines that are broken to somebody else.
    re_path(r"^[\s\S]*$", views.Nothing.as_view(), name="nothing"),
]
