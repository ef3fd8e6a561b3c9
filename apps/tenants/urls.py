from django.urls import path

from apps.tenants.views import api_keys, audit, members, organization, people, workspaces

app_name = "tenants"
urlpatterns = [
    path("", organization.index, name="index"),
    path("profile/", people.profile, name="profile"),
    path("organization/", organization.organization, name="organization"),
    path("organization/new/", organization.create, name="organization_create"),
    path("organization/leave/", organization.leave, name="leave"),
    path("switch/", organization.switch, name="switch"),
    path("workspaces/", workspaces.workspaces, name="workspaces"),
    path("workspaces/new/", workspaces.create, name="workspace_create"),
    path("workspaces/<uuid:workspace_id>/", workspaces.edit, name="workspace_edit"),
    path("workspaces/<uuid:workspace_id>/archive/", workspaces.archive, name="workspace_archive"),
    path("workspaces/<uuid:workspace_id>/restore/", workspaces.restore, name="workspace_restore"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="invite"),
    path("members/<uuid:membership_id>/", members.member, name="member"),
    path("members/<uuid:membership_id>/remove/", members.remove, name="member_remove"),
    path("invitations/<uuid:invitation_id>/send-again/", members.send_again, name="invitation_send_again"),
    path("invitations/<uuid:invitation_id>/revoke/", members.revoke, name="invitation_revoke"),
    path("api-keys/", api_keys.keys, name="keys"),
    path("api-keys/new/", api_keys.make, name="key_make"),
    path("api-keys/<uuid:key_id>/roll/", api_keys.roll, name="key_roll"),
    path("api-keys/<uuid:key_id>/revoke/", api_keys.revoke, name="key_revoke"),
    path("audit/", audit.audit, name="audit"),
    path("audit.csv", audit.audit_file, name="audit_file"),
    path("join/<str:token>/", people.invitation, name="invitation"),
    path("join/<str:token>/accept/", people.accept, name="invitation_accept"),
    path("join/<str:token>/sign-up/", people.join, name="join"),
]
