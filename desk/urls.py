from django.urls import path

from desk import case_views, notes, own_views, people_views, search_views, task_views, views

app_name = "desk"
urlpatterns = [
    path("", views.today, name="today"),
    path("cases/", views.cases, name="cases"),
    path("cases/<str:reference>/", case_views.case, name="case"),
    path("cases/<str:reference>/print/", case_views.print_timeline, name="print"),
    path("cases/<str:reference>/people/", people_views.people, name="people"),
    path("cases/<str:reference>/people/add/", people_views.team_add, name="team_add"),
    path("cases/<str:reference>/people/<int:pk>/end/", people_views.team_end, name="team_end"),
    path("cases/<str:reference>/people/access/", people_views.own_access, name="own_access"),
    path("cases/<str:reference>/people/uncover/", people_views.give_uncovered, name="uncover"),
    path("cases/<str:reference>/people/protect/", people_views.protect, name="protect"),
    path("cases/<str:reference>/notes/new/", notes.new_note, name="new_note"),
    path("my/plan/", own_views.plan, name="own_plan"),
    path("my/attendance/", own_views.attendance, name="own_attendance"),
    path("my/meetings/", own_views.meetings, name="own_meetings"),
    path("my/shared/", own_views.shared, name="own_shared"),
    path("search/", search_views.search, name="search"),
    path("search/suggestions/", search_views.suggestions, name="suggestions"),
    path("tasks/", task_views.tasks, name="tasks"),
    path("tasks/<int:pk>/", task_views.task, name="task"),
]
