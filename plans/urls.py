from django.urls import path

from plans.agreement import views as agreement
from plans.evidence import observation_views as observations
from plans.evidence import views as evidence
from plans.follow_ups import views as follow_ups
from plans.paper import views as paper
from plans.showing import views as showing
from plans.writing import abandoning_views as abandoning
from plans.writing import version_views
from plans.writing import views as writing

app_name = "plans"
urlpatterns = [
    path("meetings/<int:pk>/", evidence.talked_about, name="talked_about"),
    path("<str:reference>/", showing.detail, name="detail"),
    path("<str:reference>/edit/", writing.edit, name="edit"),
    path("<str:reference>/confirm/", agreement.confirm, name="confirm"),
    path("<str:reference>/signature/", agreement.sign, name="sign"),
    path("<str:reference>/agree/", agreement.agree, name="agree"),
    path("<str:reference>/confirmations/<int:pk>/", agreement.proof, name="proof"),
    path("<str:reference>/abandon/<uuid:subgoal>/", abandoning.abandon, name="abandon"),
    path("<str:reference>/take-up/<uuid:subgoal>/", abandoning.take_up, name="take_up"),
    path("<str:reference>/follow-up/put-off/", follow_ups.put_off, name="put_off"),
    path("<str:reference>/follow-up/<int:pk>/summary/", follow_ups.summary, name="summary"),
    path("<str:reference>/observations/", observations.observations, name="observe"),
    path("<str:reference>/observations/health/", observations.health, name="health"),
    path("<str:reference>/steps/", showing.steps, name="steps"),
    path("<str:reference>/whole/", showing.whole, name="whole"),
    path("<str:reference>/together/", showing.one_plan, name="together"),
    path("<str:reference>/tablet/", showing.show, name="tablet"),
    path("<str:reference>/own-steps/", evidence.own_steps, name="own_steps"),
    path("<str:reference>/document/", paper.document, name="document"),
    path("<str:reference>/document/<int:pk>/", paper.progress, name="document_progress"),
    path("<str:reference>/document/<int:pk>/file/", paper.file, name="document_file"),
    path("<str:reference>/versions/", version_views.versions, name="versions"),
    path("<str:reference>/follow-up/", follow_ups.follow_up, name="follow_up"),
]
