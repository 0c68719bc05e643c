"""Signing in and out, a forgotten password (U3), language and appearance."""

from allauth.account import views as allauth_views
from django.urls import path, re_path

from accounts import code_views, sessions, tablet_views, views

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("code/", code_views.ask, name="sign_in_code"),
    path("code/enter/", code_views.enter, name="sign_in_code_enter"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("password/change/", views.ChangePassword.as_view(), name="account_change_password"),
    path("password/reset/", views.ForgottenPassword.as_view(), name="account_reset_password"),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.ChooseNewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("session/", sessions.session, name="session"),
    path("language/", views.language, name="set_language"),
    path("profile/", views.profile, name="profile"),
    path("tablet/", tablet_views.users, name="tablet_users"),
    path("tablet/<int:user>/", tablet_views.enter, name="tablet_enter"),
    path("tablet/lock/", tablet_views.lock, name="tablet_lock"),
    path("tablet/pin/", tablet_views.pin, name="tablet_pin"),
    path("tablet/shared/", tablet_views.tablets, name="tablets"),
    path("tablet/shared/<int:pk>/withdraw/", tablet_views.withdraw, name="tablet_withdraw"),
]
