from django.urls import path

from closing_notes import views, views_document

app_name = "closing_notes"
urlpatterns = [
    path("", views.note_list, name="list"),
    path("<str:reference>/", views.edit, name="edit"),
    path("<str:reference>/start/", views.start, name="start"),
    path("<str:reference>/review/", views.review, name="review"),
    path("<str:reference>/approve/", views.approve, name="approve"),
    path("<str:reference>/send-back/", views.send_back, name="send_back"),
    path("<str:reference>/deliver/", views.deliver, name="deliver"),
    path("<str:reference>/new-version/", views.new_version, name="new_version"),
    path("<str:reference>/render/", views_document.render_document, name="render"),
    path("<str:reference>/progress/", views_document.progress, name="progress"),
    path("<str:reference>/preview/", views_document.preview, name="preview"),
    path("<str:reference>/download/", views_document.download, name="download"),
]
