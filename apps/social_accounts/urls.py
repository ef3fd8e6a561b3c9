from django.urls import URLPattern, URLResolver

app_name = "social_accounts"
urlpatterns: list[URLPattern | URLResolver] = []
