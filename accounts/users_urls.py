"""Users, their roles and invitations (U2), and the switch between one's own roles."""

from django.urls import path

from accounts import invitation_views, leaving_views, users_views

app_name = "accounts"
urlpatterns = [
    path("", users_views.users, name="users"),
    path("invite/", invitation_views.invite, name="invite"),
    path("invitations/<int:pk>/resend/", invitation_views.resend, name="resend"),
    path("invitations/<int:pk>/withdraw/", invitation_views.withdraw, name="withdraw"),
    path("welcome/<str:token>/", invitation_views.welcome, name="welcome"),
    path("switch/", users_views.switch, name="switch"),
    path("<int:pk>/", users_views.user, name="user"),
    path("<int:pk>/role/", users_views.give, name="give_role"),
    path("<int:pk>/password/", users_views.send_link, name="send_password_link"),
    path("<int:pk>/deactivate/", leaving_views.deactivate, name="deactivate"),
    path("<int:pk>/reactivate/", leaving_views.reactivate, name="reactivate"),
    path("<int:pk>/hand-over/<int:organisation>/", leaving_views.hand_over, name="hand_over"),
    path("roles/<int:pk>/", leaving_views.role, name="role"),
]
