from django.urls import path

app_name = "closing_notes"
urlpatterns: list = []
