"""Production: behind TLS, with secrets from the environment or from files."""

from config import media
from config.settings.base import *  # noqa: F403
from config.settings.base import ALLAUTH_TRUSTED_PROXY_COUNT, MEDIA_BUCKET, PUBLIC_URL

SECURE_SSL_REDIRECT = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
if ALLAUTH_TRUSTED_PROXY_COUNT:
    # Believed from a proxy of ours alone: without one anybody could send it.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
STORAGES = media.storages(MEDIA_BUCKET, static="whitenoise.storage.CompressedManifestStaticFilesStorage")
