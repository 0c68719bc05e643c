from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in

# Django's own receiver has this name; it says not who acts, so the database would refuse its write (T4).
DJANGOS_NAME = "update_last_login"


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.actions import note_sign_in
        from accounts.pin_sessions import follow_sign_in
        from accounts.sessions import begin_session

        # Whichever of the two apps is ready first, ours holds the name.
        user_logged_in.disconnect(dispatch_uid=DJANGOS_NAME)
        user_logged_in.connect(note_sign_in, dispatch_uid=DJANGOS_NAME)
        user_logged_in.connect(begin_session)
        user_logged_in.connect(follow_sign_in)
