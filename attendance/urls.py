from datetime import date

from django.urls import path, register_converter

from attendance import views, views_follow_up, views_substitutes


class DayConverter:
    """A day as 2026-11-23; what is no day is no page."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else value.isoformat()


register_converter(DayConverter, "attendance_day")

app_name = "attendance"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("marks/", views.marks, name="marks"),
    path("missed/", views_follow_up.missed, name="missed"),
    path("missed/<int:pk>/", views_follow_up.contact, name="contact"),
    path("case/<str:reference>/", views_follow_up.citizen, name="citizen"),
    path("<int:workshop>/<attendance_day:day>/", views.register, name="register"),
    path("<int:workshop>/<attendance_day:day>/history/", views.history, name="history"),
    path("<int:workshop>/substitutes/", views_substitutes.substitutes, name="substitutes"),
    path("<int:workshop>/step-in/", views_substitutes.stepping_in, name="step_in"),
    path("substitutes/<int:pk>/end/", views_substitutes.end, name="end_substitution"),
]
