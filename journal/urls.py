from django.urls import path

from journal.views import phrases, reading, writing

app_name = "journal"
urlpatterns = [
    path("notes/<uuid:pk>/", reading.note, name="note"),
    path("notes/<uuid:pk>/correct/", writing.correction, name="correct"),
    path("notes/<uuid:pk>/health/", reading.health, name="health"),
    path("notes/<uuid:pk>/documents/<uuid:document>/", reading.document, name="document"),
    path("entries/<int:pk>/strike/", reading.strike, name="strike"),
    path("entries/<int:pk>/unstrike/", reading.unstrike, name="unstrike"),
    path("drafts/", writing.unfinished, name="drafts"),
    path("drafts/<uuid:pk>/", writing.draft, name="draft"),
    path("drafts/<uuid:pk>/share/", writing.share, name="share"),
    path("drafts/<uuid:pk>/throw-away/", writing.throw_away, name="throw_away"),
    path("phrases/", phrases.phrases, name="phrases"),
    path("phrases/new/", phrases.new_phrase, name="new_phrase"),
    path("phrases/<int:pk>/", phrases.phrase, name="phrase"),
    path("phrases/<int:pk>/remove/", phrases.remove, name="remove_phrase"),
]
