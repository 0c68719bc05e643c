"""Set-up, for administrators; team leaders reach workshops and closing days of their own centre (U4)."""

from django.urls import path

from programmes.setup import views_closing_days, views_offers, views_places, views_types, views_workshops
from programmes.setup.views import home

app_name = "setup"
urlpatterns = [
    path("", home, name="home"),
    path("organisations/", views_places.organisations, name="organisations"),
    path("organisations/new/", views_places.new_organisation, name="new_organisation"),
    path("organisations/<int:pk>/", views_places.organisation, name="organisation"),
    path("organisations/<int:pk>/close/", views_places.close_organisation, name="close_organisation"),
    path("organisations/<int:pk>/reopen/", views_places.reopen_organisation, name="reopen_organisation"),
    path("organisations/<int:pk>/teams/new/", views_places.new_team, name="new_team"),
    path("teams/<int:pk>/", views_places.team, name="team"),
    path("units/<int:pk>/close/", views_places.close_unit, name="close_unit"),
    path("units/<int:pk>/reopen/", views_places.reopen_unit, name="reopen_unit"),
    path("organisations/<int:pk>/workshops/", views_workshops.workshops, name="workshops"),
    path("organisations/<int:pk>/workshops/new/", views_workshops.new_workshop, name="new_workshop"),
    path("workshops/<int:pk>/", views_workshops.workshop, name="workshop"),
    path("organisations/<int:pk>/offers/", views_offers.offers, name="offers"),
    path("organisations/<int:pk>/offers/<slug:key>/", views_offers.offer, name="offer"),
    path("organisations/<int:pk>/closing-days/", views_closing_days.closing_days, name="closing_days"),
    path("organisations/<int:pk>/public-holidays/", views_closing_days.public_holidays, name="public_holidays"),
    path("types/", views_types.types, name="types"),
    path("types/upload/", views_types.upload, name="upload_type"),
    path("types/<slug:key>/", views_types.newest, name="newest_type"),
    path("types/<slug:key>/<int:version>/", views_types.version, name="type"),
    path("types/<slug:key>/<int:version>/file/", views_types.as_file, name="type_file"),
    path("closing-days/<int:pk>/remove/", views_closing_days.remove, name="remove_closing_day"),
]
