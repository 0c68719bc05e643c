from django.urls import path

from desk import views
from desk.activities import views as activity_views
from desk.case import checklist_views, consent_views, ending_views, notes, people_views
from desk.case import views as case_views
from desk.citizen import merging_views
from desk.citizen import views as citizen_views
from desk.course import views as course_views
from desk.figures import attendance_views, progression_views
from desk.lists import task_views
from desk.own import views as own_views
from desk.search import views as search_views
from desk.week import views as week_views

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
    path("cases/<str:reference>/consents/", consent_views.consents, name="consents"),
    path("cases/<str:reference>/consents/dealt-with/", consent_views.dealt_with, name="consents_dealt_with"),
    path("cases/<str:reference>/consents/<int:pk>/withdraw/", consent_views.withdraw, name="consent_withdraw"),
    path("cases/<str:reference>/week/", week_views.week, name="week"),
    path("cases/<str:reference>/week/told/", week_views.told, name="week_told"),
    path("cases/<str:reference>/week/new/", week_views.new, name="week_new"),
    path("cases/<str:reference>/week/new/<int:workshop>/", week_views.place, name="week_place"),
    path("cases/<str:reference>/week/new/<slug:kind>/", week_views.elsewhere, name="week_elsewhere"),
    path("cases/<str:reference>/week/<int:pk>/", week_views.change, name="week_change"),
    path("cases/<str:reference>/week/<int:pk>/end/", week_views.end, name="week_end"),
    path("cases/<str:reference>/week/<int:pk>/contact/", week_views.contact, name="week_contact"),
    path("cases/<str:reference>/week/<int:pk>/remove/", week_views.remove, name="week_remove"),
    path("cases/<str:reference>/week/<int:pk>/drop/<str:day>/", week_views.drop, name="week_drop"),
    path("cases/<str:reference>/activities/", activity_views.of_case, name="activities"),
    path("cases/<str:reference>/activities/new/", activity_views.new, name="new_activity"),
    path("cases/<str:reference>/activities/<int:pk>/", activity_views.activity, name="activity"),
    path("cases/<str:reference>/checklist/<str:key>/", checklist_views.requirement, name="requirement"),
    path("activities/", activity_views.offered, name="offered"),
    path("activities/groups/", activity_views.groups, name="groups"),
    path("activities/groups/new/", activity_views.new_group, name="new_group"),
    path("activities/groups/<uuid:group>/", activity_views.group, name="group"),
    path("cases/<str:reference>/notes/new/", notes.new_note, name="new_note"),
    path("my/plan/", own_views.plan, name="own_plan"),
    path("my/attendance/", own_views.attendance, name="own_attendance"),
    path("my/meetings/", own_views.meetings, name="own_meetings"),
    path("my/shared/", own_views.shared, name="own_shared"),
    path("cases/<str:reference>/course/", course_views.course, name="course"),
    path("cases/<str:reference>/course/pause/", course_views.pause, name="pause"),
    path("cases/<str:reference>/course/pause/<int:pk>/end/", course_views.resume, name="resume"),
    path("cases/<str:reference>/course/last-day/", course_views.move_end, name="move_end"),
    path("cases/<str:reference>/course/phase/", course_views.phase, name="phase"),
    path("cases/<str:reference>/course/coordinator/", course_views.coordinator, name="coordinator"),
    path("cases/<str:reference>/end/", ending_views.end, name="end"),
    path("citizens/duplicates/", merging_views.duplicates, name="duplicates"),
    path("citizens/<uuid:pk>/", citizen_views.citizen, name="citizen"),
    path("citizens/<uuid:pk>/edit/", citizen_views.edit, name="citizen_edit"),
    path("citizens/<uuid:pk>/number/", citizen_views.number, name="citizen_number"),
    path("citizens/<uuid:pk>/merge/", merging_views.merge_with, name="merge_with"),
    path("citizens/<uuid:pk>/merge/<uuid:other>/", merging_views.merge, name="merge"),
    path("citizens/<uuid:pk>/merges/<int:merge>/undo/", merging_views.unmerge, name="unmerge"),
    path("figures/steps/", progression_views.steps, name="progression"),
    path("figures/attendance/", attendance_views.figures, name="attendance_figures"),
    path("figures/attendance/file/", attendance_views.file, name="attendance_file"),
    path("search/", search_views.search, name="search"),
    path("search/suggestions/", search_views.suggestions, name="suggestions"),
    path("tasks/", task_views.tasks, name="tasks"),
    path("tasks/<int:pk>/", task_views.task, name="task"),
]
