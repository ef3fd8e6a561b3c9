"""The table of contents of the REST API. The operations themselves live in their rooms."""

from django.urls import path, re_path

from apps.api import views
from apps.publishing import api as publishing
from apps.social_accounts.api import accounts, sessions
from apps.tenants.api import keys, members, organization, workspaces

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
    # --- connecting
    path("connect-sessions", sessions.SessionList.as_view(), name="sessions"),
    path("connect-sessions/<cs:session_id>", sessions.SessionOperations.as_view(), name="session"),
    path("connect-sessions/<cs:session_id>/pending", sessions.SessionPending.as_view(), name="session_pending"),
    path("connect-sessions/<cs:session_id>/finalize", sessions.SessionFinalize.as_view(), name="session_finalize"),
    path("connect-sessions/<cs:session_id>/cancel", sessions.SessionCancel.as_view(), name="session_cancel"),
    path("social-accounts", accounts.AccountList.as_view(), name="accounts"),
    path("social-accounts/at-risk", publishing.AccountsAtRisk.as_view(), name="accounts_at_risk"),
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
    path("social-accounts/<acc:account_id>/waiting", publishing.AccountWaiting.as_view(), name="account_waiting"),
    path("social-accounts/<acc:account_id>/mend", publishing.AccountMend.as_view(), name="account_mend"),
    # --- what all this is
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.swagger, name="swagger"),
    path("redoc", views.redoc, name="redoc"),
    # Not a dot: that would leave lines that are broken to somebody else.
    re_path(r"^[\s\S]*$", views.Nothing.as_view(), name="nothing"),
]
