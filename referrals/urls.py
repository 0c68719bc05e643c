"""Referrals: the referrer's form and list, the team leader's queue and decision."""

from django.urls import path

from referrals.views import deciding, places, reading, writing

app_name = "referrals"
urlpatterns = [
    path("", reading.listing, name="list"),
    path("new/", writing.new, name="new"),
    path("capacity/", places.capacity, name="capacity"),
    path("queue/", deciding.queue, name="queue"),
    path("<str:reference>/", reading.detail, name="detail"),
    path("<str:reference>/edit/", writing.edit, name="edit"),
    path("<str:reference>/draft/", writing.autosave, name="autosave"),
    path("<str:reference>/throw-away/", writing.throw_away, name="throw_away"),
    path("<str:reference>/health/", reading.health, name="health"),
    path("<str:reference>/triage/", deciding.triage, name="triage"),
    path("<str:reference>/take-back/", deciding.take_back, name="take_back"),
    path("<str:reference>/reject/", deciding.say, {"move": "reject"}, name="reject"),
    path("<str:reference>/ask/", deciding.say, {"move": "ask"}, name="ask"),
    path("<str:reference>/waiting-list/", deciding.say, {"move": "waiting-list"}, name="waiting_list"),
    path("<str:reference>/answer/", deciding.say, {"move": "answer"}, name="answer"),
    path("<str:reference>/withdraw/", deciding.say, {"move": "withdraw"}, name="withdraw"),
]
