from datetime import date

from django.urls import path, register_converter

from attendance.absence import views as absence
from attendance.figures import views as figures
from attendance.follow_up import views as follow_up
from attendance.joint_days import views as joint_days
from attendance.notices import views as notices
from attendance.register import sheet_views as sheets
from attendance.register import views as register
from attendance.reported import views as reported
from attendance.substitutes import views as substitutes


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
    path("", register.overview, name="overview"),
    path("marks/", register.marks, name="marks"),
    path("missed/", follow_up.missed, name="missed"),
    path("missed/<int:pk>/", follow_up.contact, name="contact"),
    path("missed/<int:pk>/rest/", follow_up.rest, name="rest"),
    path("reports/<int:pk>/", absence.report, name="report"),
    path("reports/<int:pk>/send/", absence.send, name="send_report"),
    path("reports/<int:pk>/discard/", absence.discard, name="discard_report"),
    path("reports/<int:pk>/received/", absence.receive, name="receive_report"),
    path("case/<str:reference>/", figures.citizen, name="citizen"),
    path("warnings/<int:pk>/settle/", figures.settle_warning, name="settle_warning"),
    path("case/<str:reference>/weeks/<attendance_week:monday>/", reported.week, name="week"),
    path("case/<str:reference>/notice/", notices.give, name="give_notice"),
    path("notices/<int:pk>/", notices.change, name="change_notice"),
    path("notices/<int:pk>/take-back/", notices.take_back, name="take_back_notice"),
    path("<int:workshop>/joint-days/", joint_days.joint_days, name="joint_days"),
    path("joint-days/<int:pk>/cancel/", joint_days.cancel, name="cancel_joint_day"),
    path("<int:workshop>/<attendance_day:day>/", register.register, name="register"),
    path("arrivals/", sheets.arrivals, name="arrivals"),
    path("<int:workshop>/<attendance_day:day>/print/", sheets.sheet, name="sheet"),
    path("<int:workshop>/<attendance_day:day>/history/", register.history, name="history"),
    path("<int:workshop>/substitutes/", substitutes.substitutes, name="substitutes"),
    path("<int:workshop>/step-in/", substitutes.stepping_in, name="step_in"),
    path("substitutes/<int:pk>/end/", substitutes.end, name="end_substitution"),
]
