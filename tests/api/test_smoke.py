import pytest
pytestmark = pytest.mark.django_db

def test_smoke(api, workspace, workspace_api, owner):
    for p in ["/organization","/workspaces","/members","/invitations","/api-keys","/connect-sessions","/social-accounts","/social-accounts/at-risk", "/nope"]:
        a=api.get(p); print(p,a.status_code,a.content[:600], dict(a.headers)); assert a.status_code < 500
    a=api.post("/workspaces", {"name":"X"}, Idempotency_Key="1"); print(a.status_code,a.content)
    a=api.post("/workspaces", {"name":"X"}, Idempotency_Key="1"); print(a.status_code,a.content, dict(a.headers))
    a=api.post("/api-keys", {"name":"X","scopes":["posts:read"]}); print(a.status_code,a.content)
    a=api.post("/connect-sessions", {"workspace":str(workspace.pk)}); print(a.status_code,a.content)
    a=workspace_api.post("/connect-sessions", {}); print(a.status_code,a.content)
    a=api.post("/workspaces", {"name":""}); print(a.status_code,a.content)
    a=api.post("/workspaces", b"{"); print(a.status_code,a.content)
    a=api.client.get("/api/v1/openapi.json"); print(a.status_code,len(a.content))
    a=api.client.get("/api/v1/docs"); print(a.status_code,a.content, dict(a.headers))
    a=api.client.get("/api/v1/organization"); print(a.status_code,a.content, dict(a.headers))
