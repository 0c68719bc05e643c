from django.urls import path

from plans import views

app_name = "plans"
urlpatterns = [
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/edit/", views.edit, name="edit"),
    path("<str:reference>/confirm/", views.confirm, name="confirm"),
    path("<str:reference>/follow-up/", views.follow_up, name="follow_up"),
]
