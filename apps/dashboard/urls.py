from django.urls import path

from apps.dashboard import accounts, health

app_name = "dashboard"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("social-accounts/", accounts.accounts, name="accounts"),
    path("social-accounts/<uuid:account_id>/", accounts.account, name="account"),
]
