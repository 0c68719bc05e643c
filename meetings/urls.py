from django.urls import path

from meetings import views, views_writing

app_name = "meetings"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("case/<str:reference>/", views.of_case, name="case"),
    path("case/<str:reference>/new/", views_writing.new, name="new"),
    path("task/<int:pk>/", views.task, name="task"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views_writing.edit, name="edit"),
    path("<int:pk>/move/", views_writing.move, name="move"),
    path("<int:pk>/cancel/", views_writing.cancel, name="cancel"),
    path("<int:pk>/minutes/", views_writing.minutes, name="minutes"),
    path("<int:pk>/minutes/autosave/", views_writing.autosave, name="autosave"),
    path("<int:pk>/not-held/", views_writing.not_held, name="not_held"),
    path("<int:pk>/calendar/", views.calendar, name="calendar"),
]
