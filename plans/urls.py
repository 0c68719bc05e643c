from django.urls import path

from plans import views, views_changes, views_confirming, views_document, views_observations, views_show, views_versions

app_name = "plans"
urlpatterns = [
    path("meetings/<int:pk>/", views_show.talked_about, name="talked_about"),
    path("<str:reference>/", views.detail, name="detail"),
    path("<str:reference>/edit/", views.edit, name="edit"),
    path("<str:reference>/confirm/", views_confirming.confirm, name="confirm"),
    path("<str:reference>/signature/", views_confirming.sign, name="sign"),
    path("<str:reference>/agree/", views_confirming.agree, name="agree"),
    path("<str:reference>/confirmations/<int:pk>/", views_confirming.proof, name="proof"),
    path("<str:reference>/abandon/<uuid:subgoal>/", views_changes.abandon, name="abandon"),
    path("<str:reference>/take-up/<uuid:subgoal>/", views_changes.take_up, name="take_up"),
    path("<str:reference>/follow-up/put-off/", views_changes.put_off, name="put_off"),
    path("<str:reference>/follow-up/<int:pk>/summary/", views_changes.summary, name="summary"),
    path("<str:reference>/observations/", views_observations.observations, name="observe"),
    path("<str:reference>/observations/health/", views_observations.health, name="health"),
    path("<str:reference>/steps/", views_show.steps, name="steps"),
    path("<str:reference>/whole/", views_show.whole, name="whole"),
    path("<str:reference>/together/", views_show.one_plan, name="together"),
    path("<str:reference>/tablet/", views_show.show, name="tablet"),
    path("<str:reference>/own-steps/", views_show.own_steps, name="own_steps"),
    path("<str:reference>/document/", views_document.document, name="document"),
    path("<str:reference>/document/<int:pk>/", views_document.progress, name="document_progress"),
    path("<str:reference>/document/<int:pk>/file/", views_document.file, name="document_file"),
    path("<str:reference>/versions/", views_versions.versions, name="versions"),
    path("<str:reference>/follow-up/", views.follow_up, name="follow_up"),
]
