from django.urls import path

from desk import case_views, search_views, views

app_name = "desk"
urlpatterns = [
    path("", views.today, name="today"),
    path("cases/", views.cases, name="cases"),
    path("cases/<str:reference>/", case_views.case, name="case"),
    path("search/", search_views.search, name="search"),
    path("tasks/", views.tasks, name="tasks"),
]
