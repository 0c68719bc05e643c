from django import forms
from django.conf import settings

from accounts.models import User


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ["language", "theme", "phone"]
