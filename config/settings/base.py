"""Settings of every environment. They carry data; behaviour stays in rooms."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from config import databases, env, media, platforms, schedules

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.text("POSTROOM_VAR", str(BASE_DIR / "var")))

VERSION = "0.1.0"  # as in pyproject.toml, which the image does not have
DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = list(env.words("SECRET_KEY_FALLBACKS", ()))
KEYRING = env.text("KEYRING")
PUBLIC_URL = env.origin("PUBLIC_URL", "http://127.0.0.1:8000")
MEDIA_ORIGIN = env.origin("MEDIA_ORIGIN", "")  # an origin that serves files and nothing else
ALLOWED_HOSTS = list(env.words("ALLOWED_HOSTS", ("127.0.0.1", "localhost")))
if MEDIA_ORIGIN:
    ALLOWED_HOSTS.append(str(urlsplit(MEDIA_ORIGIN).hostname))
LINK_DOMAINS = env.domains("LINK_DOMAINS", ())  # hosts for short links alone, and whose
ALLOWED_HOSTS += LINK_DOMAINS
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "apps.core",
    "apps.tenants",
    "apps.events",
    "apps.audit",
    "apps.usage",
    "apps.social_accounts",
    "apps.media",
    "apps.links",
    "apps.posts",
    "apps.publishing",
    "apps.approvals",
    "apps.analytics",
    "apps.reports",
    "apps.webhooks",
    "apps.watch",
    "apps.compliance",
    "apps.api",
    "apps.dashboard",
    "apps.tenants.operator_app.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_celery_beat",
    "django_htmx",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "apps.core.health.HealthMiddleware",
    "apps.links.origin.LinkOriginMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.media.origin.MediaOriginMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.tenants.middleware.TenantMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.dashboard.context.shell",
            ],
        },
    },
]

DATABASE_AS_OWNER = env.flag("POSTROOM_DATABASE_OWNER", False)
DATABASES = {"default": databases.configure(var=VAR_DIR, as_owner=DATABASE_AS_OWNER)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- people and their sessions
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SIGNUP_OPEN = env.flag("SIGNUP_OPEN", False)  # May anybody make an account, or only who is invited?
ACCOUNT_ADAPTER = "apps.tenants.signing_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "apps.tenants.forms.SignUpForm"
ACCOUNT_FORMS = {
    "login": "apps.tenants.account_forms.SignInForm",
    "change_password": "apps.tenants.account_forms.NewPasswordForm",
    "reset_password_from_key": "apps.tenants.account_forms.ForgottenPasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PUBLIC_URL.startswith("https://") else "http"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "signup": "20/m/ip",
}
# How many proxies stand in front, each of which adds to X-Forwarded-For: the limits count by the address behind them.
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXIES", 0)
MFA_ADAPTER = "apps.tenants.signing_in.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Postroom"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith("http://")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # The way back from a consent page is a cross-site navigation and needs the session.
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- where files lie
MEDIA_BUCKET = media.read()  # None: on the disk, in MEDIA_ROOT
STORAGES = media.storages(MEDIA_BUCKET, static="django.contrib.staticfiles.storage.StaticFilesStorage")
_file_origins = media.origins(MEDIA_ORIGIN, MEDIA_BUCKET)

# --- what a page may load
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_file_origins],
        "media-src": [SELF, *_file_origins],
        "font-src": [SELF],
        "connect-src": [SELF, *_file_origins],  # presigned uploads go straight into the bucket
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- telling others
WEBHOOK_MAX_ENDPOINTS = env.integer("WEBHOOK_MAX_ENDPOINTS", 5)  # of one organization
WEBHOOK_CONCURRENCY = env.integer("WEBHOOK_CONCURRENCY", 32)  # hands of one worker
WEBHOOK_AT_ONCE = env.integer("WEBHOOK_AT_ONCE", 4)  # of one endpoint; of one that fails, one
# Pauses after each try that was not taken; after the last it is given up. Nine make the ten tries of Standard Webhooks.
WEBHOOK_RETRY_PAUSES = env.spans("WEBHOOK_RETRY_SECONDS", (30, 300))

# --- the REST API
API_MAX_KEYS = env.integer("API_MAX_KEYS", 50)  # of one organization
API_MAX_BODY_BYTES = env.integer("API_MAX_BODY_BYTES", 1024 * 1024)
# How many requests a key may make, in how many seconds; the longest window last.
API_RATE_WINDOWS = (
    (env.integer("API_RATE_SECOND", 100), 1),
    (env.integer("API_RATE_TEN_SECONDS", 500), 10),
    (env.integer("API_RATE_MINUTE", 2000), 60),
)
API_RATE_ORGANIZATION = env.integer("API_RATE_ORGANIZATION", 4)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.api.permissions.HasKey"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.api.limits.KeyThrottle"],
    "DEFAULT_PARSER_CLASSES": ["apps.api.negotiation.StrictJSON"],
    "DEFAULT_RENDERER_CLASSES": ["apps.tenants.rest.renderers.QuickJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "apps.api.negotiation.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.api.problems.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Postroom",
    "DESCRIPTION": "Plan, publish and measure posts on the social networks of many clients.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": "/"}],
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["apps.api.schema.share"],
    "SERVE_INCLUDE_SCHEMA": False,
}

# --- language, time, files
LANGUAGE_CODE = "en-gb"
# Only pages for people without a seat are translated; each language is named in itself.
LANGUAGES = [
    ("en", "English"), ("pl", "Polski"), ("fr", "Français"), ("de", "Deutsch"), ("es", "Español"), ("it", "Italiano"),
    ("nl", "Nederlands"), ("pt", "Português"), ("ru", "Русский"), ("tr", "Türkçe"), ("zh-hans", "简体中文"),
    ("hi", "हिन्दी"), ("sv", "Svenska"),
]  # fmt: skip
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR_DIR / "media")))
MEDIA_MAX_BYTES = env.integer("MEDIA_MAX_BYTES", 20 * 1024 * 1024)
MEDIA_MAX_PIXELS = env.integer("MEDIA_MAX_PIXELS", 50_000_000)
MEDIA_MAX_FRAMES = env.integer("MEDIA_MAX_FRAMES", 300)
MEDIA_MAX_VIDEO_BYTES = env.integer("MEDIA_MAX_VIDEO_BYTES", 2 * 1024 * 1024 * 1024)
MEDIA_MAX_VIDEO_SECONDS = env.integer("MEDIA_MAX_VIDEO_SECONDS", 4 * 60 * 60)
MEDIA_MAX_DOCUMENT_BYTES = env.integer("MEDIA_MAX_DOCUMENT_BYTES", 100 * 1024 * 1024)
FFMPEG = env.text("FFMPEG", "")  # empty: the one that came with the packages
MEDIA_LINK_LIFETIME = timedelta(hours=env.integer("MEDIA_LINK_HOURS", 24))
MEDIA_MAX_UPLOAD_BYTES = env.integer("MEDIA_MAX_UPLOAD_BYTES", 5 * 1024**3)
MEDIA_WORKSPACE_BYTES = env.integer("MEDIA_WORKSPACE_BYTES", 20 * 1000**3)
MEDIA_UPLOAD_LIFETIME = timedelta(hours=env.integer("MEDIA_UPLOAD_HOURS", 24))
MEDIA_TRASH_KEPT = timedelta(days=env.integer("MEDIA_TRASH_DAYS", 30))
MEDIA_RENDITIONS_KEPT = timedelta(days=env.integer("MEDIA_RENDITION_DAYS", 30))
MEDIA_FETCH_TIMEOUT = timedelta(seconds=env.integer("MEDIA_FETCH_SECONDS", 900))
# May browsers and platforms talk to the bucket, or do all files pass through Postroom on their way out?
MEDIA_S3_DIRECT = env.flag("MEDIA_S3_DIRECT", True)
# Is each file fetched from its public address before a platform is told to fetch it?
MEDIA_SELF_CHECK = env.flag("MEDIA_SELF_CHECK", True)
FILE_UPLOAD_TEMP_DIR = env.text("MEDIA_TEMP", "") or None
FILE_UPLOAD_HANDLERS = [
    "apps.media.forms_guard.GuardedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
MEDIA_THREADS = env.integer("MEDIA_THREADS", 2)  # of one conversion
MEDIA_LEASE = timedelta(seconds=env.integer("MEDIA_LEASE_SECONDS", 120))
MEDIA_UNNEEDED_AFTER = timedelta(hours=env.integer("MEDIA_UNNEEDED_HOURS", 24))
MEDIA_WORK_DIR = VAR_DIR / "making"  # files on their way; what a killed worker left there is removed

# --- taking everything along
ERASURE_GRACE = timedelta(days=env.integer("ERASURE_GRACE_DAYS", 14))  # while it can be taken back
GUESTS_KEPT = timedelta(days=env.integer("GUEST_DAYS", 1095))  # after their last link; 0: until somebody forgets them
EXPORT_KEPT = timedelta(days=env.integer("EXPORT_DAYS", 7))

# --- mail
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Postroom <postroom@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_HOST = env.text("SMTP_HOST", "")
EMAIL_PORT = env.integer("SMTP_PORT", 587)
EMAIL_HOST_USER = env.text("SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("SMTP_TLS", True)
EMAIL_TIMEOUT = 15
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

# --- queue
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Who puts a message on the queue has somebody waiting: one try, and a queue that takes calls and never answers is given
# up soon. Workers do not wait in a read of the socket for what comes; they ask for a second at a time.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600, "socket_connect_timeout": 2, "socket_timeout": 2, "max_retries": 0,
}  # fmt: skip
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker publishes without the queue, and waits for it without end
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "apps.core.liveness.Scheduler"  # the database's, with signs of life
# Lanes: what leaves at its hour waits for nobody; uploads, work on files, and everything else have their own.
CELERY_TASK_DEFAULT_QUEUE = "low"
CELERY_TASK_ROUTES = {
    "publishing.leave": {"queue": "commit"},
    "publishing.*": {"queue": "stage"},
    "media.*": {"queue": "media"},
    "webhooks.deliver": {"queue": "hooks"},
}
CELERY_BEAT_SCHEDULE = schedules.SCHEDULE

# --- watching
HEARTBEAT_STALE = timedelta(seconds=env.integer("HEARTBEAT_STALE_SECONDS", 30))
OPERATOR_MAIL = env.words("OPERATOR_MAIL", ())  # empty: the superusers

# --- publishing
PUBLISH_LEASE = timedelta(seconds=env.integer("PUBLISH_LEASE_SECONDS", 300))
PUBLISH_REQUEST_TIMEOUT = timedelta(seconds=env.integer("PUBLISH_REQUEST_SECONDS", 60))
PUBLISH_MARGIN = timedelta(seconds=env.integer("PUBLISH_MARGIN_SECONDS", 30))
PUBLISH_TOO_LATE_AFTER = timedelta(hours=env.integer("PUBLISH_TOO_LATE_HOURS", 6))
# Pauses after each failed try, and after each look that told nothing; after the last it has failed, or a person looks.
PUBLISH_RETRY_PAUSES = env.spans("PUBLISH_RETRY_SECONDS", (30, 120, 600, 1800, 7200))
PUBLISH_SEARCH_PAUSES = env.spans("PUBLISH_SEARCH_SECONDS", (60, 300, 900, 3600))
PUBLISH_PREPARATION_LIMIT = timedelta(seconds=env.integer("PUBLISH_PREPARATION_SECONDS", 900))
# How long before its hour a post may be uploaded, where the platform takes it early.
PUBLISH_STAGE_AHEAD = timedelta(seconds=env.integer("PUBLISH_STAGE_AHEAD_SECONDS", 1800))
PUBLISH_CONCURRENCY = env.integer("PUBLISH_CONCURRENCY", 100)  # requests that publish, at a time in each process
PUBLISH_STAGE_BYTES = env.integer("PUBLISH_STAGE_MIB", 512) * 1024 * 1024  # on their way to platforms at a time
PUBLISH_STAGE_CONCURRENCY = env.integer("PUBLISH_STAGE_CONCURRENCY", 16)  # uploads, and what comes unprepared

# --- reading figures
ANALYTICS_NIGHT_HOUR = env.integer("ANALYTICS_NIGHT_HOUR", 2)  # on the wall clock of each workspace
ANALYTICS_SPREAD = timedelta(seconds=env.integer("ANALYTICS_SPREAD_SECONDS", 600))
ANALYTICS_CONCURRENCY = env.integer("ANALYTICS_CONCURRENCY", 24)  # questions at a time, of each worker's round
ANALYTICS_LEASE = timedelta(seconds=env.integer("ANALYTICS_LEASE_SECONDS", 300))  # of what a worker reads
ANALYTICS_KEEP_MONTHS = env.integer("ANALYTICS_KEEP_MONTHS", 0)  # of figures; 0: for ever
ANALYTICS_REFRESHES = env.integer("ANALYTICS_REFRESHES_A_DAY", 200)  # that a workspace may ask for
ANALYTICS_SUMS_ACROSS_CLIENTS = env.words("ANALYTICS_SUMS_ACROSS_CLIENTS", ())  # platforms that have accepted them
ANALYTICS_IMPORT_POSTS = env.integer("ANALYTICS_IMPORT_POSTS", 500)  # the most that one import reads
ANALYTICS_HISTORY_ROWS = env.integer("ANALYTICS_HISTORY_ROWS", 20_000)  # of a file with history
ANALYTICS_HISTORY_BYTES = 10_000_000
ANALYTICS_IMPORT_ON_CONNECT = env.flag("ANALYTICS_IMPORT_ON_CONNECT", False)

# --- platforms
_platforms = platforms.read()
PLATFORM_ENDPOINTS = _platforms.endpoints
SANDBOX_URL = _platforms.sandbox_url  # empty where no platform is simulated
PLATFORM_APPS = _platforms.apps  # (client id, client secret) by platform; both empty where there is none
PLATFORM_VERIFY_TOKENS = _platforms.verify_tokens  # by platform: proves a handshake of its notices
PLATFORM_WEBHOOK_SECRETS = _platforms.webhook_secrets  # by platform: what may sign them besides the app's secret
PLATFORM_STAGE_AHEAD = _platforms.stage_ahead  # by platform, where it differs from the adapter's own
PLATFORM_SANDBOXES = _platforms.sandboxes  # origins of simulated platforms by name
PLATFORM_TEST_SANDBOXES = _platforms.test_sandboxes  # the same, of those that test workspaces publish to
MAX_TEST_WORKSPACES = env.integer("MAX_TEST_WORKSPACES", 20)  # of an organization; its plan counts none of them
PLATFORM_TEST_APPS = platforms.SANDBOX_APPS  # which apps Postroom is there
# A private JWK (manage.py bluesky_key makes one): with it and a public https address Postroom is a hosted client, whose
# connections last; without, accounts of Bluesky's own servers connect by app password.
BLUESKY_CLIENT_KEY = env.text("BLUESKY_CLIENT_KEY", "")
if PUBLIC_URL.startswith("https://"):
    PLATFORM_ENDPOINTS["bluesky"] |= {
        "client_id": f"{PUBLIC_URL}/social-accounts/bluesky/client-metadata.json",
        "client_key": BLUESKY_CLIENT_KEY,
    }
    PLATFORM_ENDPOINTS["linkedin"].setdefault("webhook", f"{PUBLIC_URL}/inbound/linkedin/")
# Addresses such as http://127.0.0.1:8012 that may be called although they are not public https: a sandbox, a test
# server.
OUTBOUND_TRUSTED_ORIGINS = _platforms.trusted_origins
OUTBOUND_TIMEOUT = timedelta(seconds=env.integer("OUTBOUND_TIMEOUT_SECONDS", 20))

# --- how often platforms may be called, and when they are left alone
GOVERNOR_PREFIX = "governor"
# What each lane may use of a limit: publish, refresh, health, reconcile, analytics, import. The rest is kept for those
# before it.
GOVERNOR_LANES = env.percents("GOVERNOR_LANES", (100, 95, 90, 85, 70, 50))
# When so much of an app's limit is used, organizations get fair shares of the rest.
GOVERNOR_LOW_PERCENT = env.integer("GOVERNOR_LOW_PERCENT", 75)
GOVERNOR_TIMEOUT = timedelta(milliseconds=env.integer("GOVERNOR_TIMEOUT_MS", 250))
GOVERNOR_RETRY_AFTER = timedelta(seconds=env.integer("GOVERNOR_RETRY_SECONDS", 5))
# Of each limit, for each process, while nobody keeps the counts.
GOVERNOR_OUTAGE_PERCENT = env.integer("GOVERNOR_OUTAGE_PERCENT", 10)
BREAKER_TOKEN_FAILURES = env.integer("BREAKER_TOKEN_FAILURES", 5)
BREAKER_APP_FAILURES = env.integer("BREAKER_APP_FAILURES", 10)
BREAKER_FIRST_PAUSE = timedelta(seconds=env.integer("BREAKER_FIRST_SECONDS", 60))
BREAKER_LONGEST_PAUSE = timedelta(seconds=env.integer("BREAKER_LONGEST_SECONDS", 900))
BREAKER_TRIAL = timedelta(seconds=env.integer("BREAKER_TRIAL_SECONDS", 90))  # longer than any request

# --- everything on one machine (manage.py run)
RUN_HOST = env.text("BIND", "127.0.0.1")
RUN_PORT = env.integer("PORT", 8000)
SANDBOX_PORT = env.integer("SANDBOX_PORT", 8010)
SANDBOX_PORTS = 1 + len(platforms.SANDBOX_PORTS)  # the hub's, and one for each simulated platform
WEB_PROCESSES = env.integer("WEB_PROCESSES", 1)
WEB_THREADS = env.integer("WEB_THREADS", 8)
WORKER_THREADS = env.integer("WORKER_THREADS", 16)
MEDIA_WORKERS = env.integer("MEDIA_WORKERS", 1)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "apps.core.logs.NoSecrets", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        # httpx logs every address it calls, and some platforms carry tokens in theirs.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # WeasyPrint and the reader of fonts tell of every step of every page.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
        # Django's own handlers would write each line a second time, and unmasked.
        "django": {"handlers": []},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
