from django.urls import path

from plans import views, views_confirming, views_observations, views_versions

app_name = "plans"
urlpatterns = [
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/edit/", views.edit, name="edit"),
    path("<str:reference>/confirm/", views_confirming.confirm, name="confirm"),
    path("<str:reference>/signature/", views_confirming.sign, name="sign"),
    path("<str:reference>/agree/", views_confirming.agree, name="agree"),
    path("<str:reference>/confirmations/<int:pk>/", views_confirming.proof, name="proof"),
    path("<str:reference>/observations/", views_observations.observations, name="observe"),
    path("<str:reference>/observations/health/", views_observations.health, name="health"),
    path("<str:reference>/versions/", views_versions.versions, name="versions"),
    path("<str:reference>/follow-up/", views.follow_up, name="follow_up"),
]
