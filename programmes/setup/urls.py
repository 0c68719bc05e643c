"""Set-up, for administrators; team leaders reach workshops and closing days of their own centre (U4)."""

from django.urls import path

from programmes.setup import closing_day_views, offer_views, place_views, type_views, workshop_views
from programmes.setup.views import home

app_name = "setup"
urlpatterns = [
    path("", home, name="home"),
    path("organisations/", place_views.organisations, name="organisations"),
    path("organisations/new/", place_views.new_organisation, name="new_organisation"),
    path("organisations/<int:pk>/", place_views.organisation, name="organisation"),
    path("organisations/<int:pk>/close/", place_views.close_organisation, name="close_organisation"),
    path("organisations/<int:pk>/reopen/", place_views.reopen_organisation, name="reopen_organisation"),
    path("organisations/<int:pk>/teams/new/", place_views.new_team, name="new_team"),
    path("teams/<int:pk>/", place_views.team, name="team"),
    path("units/<int:pk>/close/", place_views.close_unit, name="close_unit"),
    path("units/<int:pk>/reopen/", place_views.reopen_unit, name="reopen_unit"),
    path("organisations/<int:pk>/workshops/", workshop_views.workshops, name="workshops"),
    path("organisations/<int:pk>/workshops/new/", workshop_views.new_workshop, name="new_workshop"),
    path("workshops/<int:pk>/", workshop_views.workshop, name="workshop"),
    path("organisations/<int:pk>/offers/", offer_views.offers, name="offers"),
    path("organisations/<int:pk>/offers/<slug:key>/", offer_views.offer, name="offer"),
    path("organisations/<int:pk>/closing-days/", closing_day_views.closing_days, name="closing_days"),
    path("organisations/<int:pk>/public-holidays/", closing_day_views.public_holidays, name="public_holidays"),
    path("types/", type_views.types, name="types"),
    path("types/upload/", type_views.upload, name="upload_type"),
    path("types/<slug:key>/", type_views.newest, name="newest_type"),
    path("types/<slug:key>/<int:version>/", type_views.version, name="type"),
    path("types/<slug:key>/<int:version>/file/", type_views.as_file, name="type_file"),
    path("closing-days/<int:pk>/remove/", closing_day_views.remove, name="remove_closing_day"),
]
