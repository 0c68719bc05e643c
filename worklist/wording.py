"""What each kind of task asks for. `params` of the task fill the words."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class Wording:
    icon: str
    text: str
    action: str


WORDING = {
    "contact_absent_citizen": Wording(
        "telephone",
        _("Has not come and not sent word. Contact the citizen and ask for the reason"),
        _("Write what happened"),
    ),
    "confirm_plan": Wording("clipboard-check", _("Agree on the plan and confirm it"), _("Open the plan")),
    "plan_follow_up": Wording("clipboard-check", _("Follow up on the plan"), _("Follow up")),
    "answer_question": Wording("question-circle", _("The centre asks about the referral"), _("Answer")),
    "write_closing_note": Wording(
        "file-earmark-text", _("The programme ends soon. Write the closing note"), _("Write the note")
    ),
    "approve_closing_note": Wording("file-earmark-text", _("A closing note waits for approval"), _("Read and approve")),
    "deliver_closing_note": Wording(
        "send", _("The closing note is approved. Deliver it to the job centre"), _("Deliver the note")
    ),
    "revise_closing_note": Wording("pencil", _("The closing note came back with remarks"), _("Open the note")),
}
