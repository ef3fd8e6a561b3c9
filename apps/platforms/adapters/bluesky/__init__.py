"""Bluesky: AT Protocol with OAuth (PAR, PKCE, DPoP) or app passwords, and posts at keys of our own choosing.

`client_metadata` and `client_jwks` make the documents that a hosted installation serves about itself.
"""

from apps.platforms.adapters.bluesky.adapter import BlueskyAdapter
from apps.platforms.adapters.bluesky.client import jwks as client_jwks
from apps.platforms.adapters.bluesky.client import metadata as client_metadata
from apps.platforms.adapters.bluesky.keys import new_key as new_client_key

__all__ = ["BlueskyAdapter", "client_jwks", "client_metadata", "new_client_key"]
