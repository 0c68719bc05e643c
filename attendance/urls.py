from datetime import date

from django.urls import path, register_converter

from attendance import (
    views,
    views_figures,
    views_follow_up,
    views_notices,
    views_reporting,
    views_reports,
    views_sheets,
    views_substitutes,
)


class DayConverter:
    """A day as 2026-11-23; what is no day is no page."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else value.isoformat()


class WeekConverter:
    """An ISO week as 2026-W48, by its Monday; what is no week is no page."""

    regex = r"2[01]\d{2}-W\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisocalendar(int(value[:4]), int(value[6:]), 1)

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else f"{value.isocalendar().year}-W{value.isocalendar().week:02}"


register_converter(DayConverter, "attendance_day")
register_converter(WeekConverter, "attendance_week")

app_name = "attendance"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("marks/", views.marks, name="marks"),
    path("missed/", views_follow_up.missed, name="missed"),
    path("missed/<int:pk>/", views_follow_up.contact, name="contact"),
    path("missed/<int:pk>/rest/", views_follow_up.rest, name="rest"),
    path("reports/<int:pk>/", views_reports.report, name="report"),
    path("reports/<int:pk>/send/", views_reports.send, name="send_report"),
    path("reports/<int:pk>/discard/", views_reports.discard, name="discard_report"),
    path("reports/<int:pk>/received/", views_reports.receive, name="receive_report"),
    path("case/<str:reference>/", views_figures.citizen, name="citizen"),
    path("warnings/<int:pk>/settle/", views_figures.settle_warning, name="settle_warning"),
    path("case/<str:reference>/weeks/<attendance_week:monday>/", views_reporting.week, name="week"),
    path("case/<str:reference>/notice/", views_notices.give, name="give_notice"),
    path("notices/<int:pk>/", views_notices.change, name="change_notice"),
    path("notices/<int:pk>/take-back/", views_notices.take_back, name="take_back_notice"),
    path("<int:workshop>/joint-days/", views_notices.joint_days, name="joint_days"),
    path("joint-days/<int:pk>/cancel/", views_notices.cancel, name="cancel_joint_day"),
    path("<int:workshop>/<attendance_day:day>/", views.register, name="register"),
    path("arrivals/", views_sheets.arrivals, name="arrivals"),
    path("<int:workshop>/<attendance_day:day>/print/", views_sheets.sheet, name="sheet"),
    path("<int:workshop>/<attendance_day:day>/history/", views.history, name="history"),
    path("<int:workshop>/substitutes/", views_substitutes.substitutes, name="substitutes"),
    path("<int:workshop>/step-in/", views_substitutes.stepping_in, name="step_in"),
    path("substitutes/<int:pk>/end/", views_substitutes.end, name="end_substitution"),
]
