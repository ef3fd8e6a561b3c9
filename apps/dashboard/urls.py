from django.urls import path

from apps.dashboard import (
    accounts,
    asset,
    calendar,
    composer,
    health,
    home,
    icon,
    library,
    preferences,
    risks,
    search,
)

app_name = "dashboard"
urlpatterns = [
    path("", home.today, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("favicon.ico", icon.favicon, name="favicon"),
    path("welcome/", home.first_run, name="first_run"),
    path("calendar/", calendar.this_month, name="calendar"),
    path("calendar/<int:year>-<int:month>/", calendar.month, name="month"),
    path("compose/", composer.compose, name="compose"),
    path("compose/preview/", composer.preview, name="compose_preview"),
    path("compose/pick/", composer.pick, name="compose_pick"),
    path("compose/piece/", composer.piece, name="compose_piece"),
    path("compose/<uuid:post_id>/", composer.edit, name="edit"),
    path("social-accounts/", accounts.accounts, name="accounts"),
    path("social-accounts/at-risk/", risks.at_risk, name="risks"),
    path("social-accounts/<uuid:account_id>/", accounts.account, name="account"),
    path("media/", library.files, name="library"),
    path("media/arriving/", library.arriving, name="arriving"),
    path("media/shelf/", library.shelf, name="shelf"),
    path("media/<uuid:asset_id>/details/", asset.asset, name="asset"),
    path("media/<uuid:asset_id>/replace/", asset.replace, name="replace_asset"),
    path("search/", search.search, name="search"),
    path("preferences/", preferences.preferences, name="preferences"),
]
