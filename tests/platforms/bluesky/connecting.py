"""The ways to a connected account: by consent, and by app password."""

from __future__ import annotations

from apps.core.secrets import Secret
from tests.platforms.bluesky_world import APP_PASSWORD, HANDLE, PDS

CALLBACK = "http://127.0.0.1:8000/accounts/connect/callback"
HOSTED_CALLBACK = "https://post.example/accounts/connect/callback"
CLIENT_ID = "https://post.example/oauth/client-metadata.json"


def begin(adapter, *, hint=HANDLE, redirect_uri=CALLBACK):
    client = adapter.register(server=PDS, redirect_uri=redirect_uri)
    return client, adapter.begin_consent(client=client, redirect_uri=redirect_uri, state="state-1", hint=hint)


def connect(adapter, network, *, hint=HANDLE, redirect_uri=CALLBACK, **answer):
    client, start = begin(adapter, hint=hint, redirect_uri=redirect_uri)
    answer = {**network.consent(start.authorize_url), **answer}
    return adapter.finish_consent(client=client, redirect_uri=redirect_uri, answer=answer, keep=start.keep)


def sign_in(adapter, password=APP_PASSWORD):
    return adapter.sign_in(server=PDS, identifier=HANDLE, password=Secret(password))
