import os

from django.core.wsgi import get_wsgi_application

from apps.core.settling import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

application = get_wsgi_application()
settle()
