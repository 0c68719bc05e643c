from django.urls import path

from worklist import views

app_name = "worklist"
urlpatterns = [
    path("new/", views.new, name="new"),
    path("put-off/", views.snooze, name="snooze"),
    path("bring-back/", views.wake, name="wake"),
    path("hand-over/", views.hand_over, name="hand_over"),
    path("give-back/", views.give_back, name="give_back"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/done/", views.done, name="done"),
    path("<int:pk>/undo/", views.undo, name="undo"),
]
