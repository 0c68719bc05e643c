from django.urls import path

from plans import views, views_observations, views_versions

app_name = "plans"
urlpatterns = [
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/edit/", views.edit, name="edit"),
    path("<str:reference>/confirm/", views.confirm, name="confirm"),
    path("<str:reference>/observations/", views_observations.observations, name="observe"),
    path("<str:reference>/observations/health/", views_observations.health, name="health"),
    path("<str:reference>/versions/", views_versions.versions, name="versions"),
    path("<str:reference>/follow-up/", views.follow_up, name="follow_up"),
]
