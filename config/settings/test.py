"""Tests: a database and a queue of their own, quick passwords, mail kept in memory."""

import atexit
import base64
import os
import shutil
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-and-long-enough-to-please-the-checks-of-django")
os.environ.setdefault("KEYRING", f"test:{base64.b64encode(b'k' * 32).decode()}")
if "POSTROOM_VAR" not in os.environ:
    # Processes that a test run starts find the folder in their environment; the one that made it removes it.
    os.environ["POSTROOM_VAR"] = tempfile.mkdtemp(prefix="postroom-test-")
    atexit.register(shutil.rmtree, os.environ["POSTROOM_VAR"], ignore_errors=True)

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, VAR_DIR

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
SIGNUP_OPEN = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, because threads of one test must see one database.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    # Nobody pulls the plug on a test's database, so nothing waits for the disk.
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=NORMAL", "synchronous=OFF")
# Static files come from where they are written, as in development.
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
# Each of the tests' clients would list them all before its first request.
WHITENOISE_AUTOREFRESH = True
