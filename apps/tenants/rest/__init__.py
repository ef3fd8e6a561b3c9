"""The door of every operation of the REST API, and the manners that all of them share.

    class Workspaces(Operations):
        needs = {"GET": "workspace.view", "POST": "workspace.create"}

        def get(self, request):
            return self.page(Workspace.objects.all(), WorkspaceSerializer)

A room writes its operations in `api.py` with what is here; `apps.api` puts them together, and says in the settings of
Django REST framework who is let in, how often, and how a refusal looks.
"""
