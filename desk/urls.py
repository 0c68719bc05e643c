from django.urls import path

from desk import views

app_name = "desk"
urlpatterns = [
    path("", views.today, name="today"),
    path("cases/", views.cases, name="cases"),
    path("cases/<str:reference>/", views.case, name="case"),
    path("search/", views.search, name="search"),
    path("tasks/", views.tasks, name="tasks"),
]
