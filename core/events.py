"""The named events by which higher apps follow lower ones, in the same transaction; a receiver may refuse by raising.

Receivers are connected in each app's `apps.py`. Listed with their senders in docs/architecture.md.
"""

from django.dispatch import Signal

# A referral was accepted: referral, programme, by. Plans start the plan from its goals.
referral_accepted = Signal()

# A programme's placements, schedule, pauses or period changed: programme, from_day, by. Attendance rewrites what it
# expects from that day on (A12).
schedule_changed = Signal()

# A programme is about to be completed or interrupted: programme, by. Closing notes refuse without an approved one (C6).
programme_ending = Signal()

# A colleague leaves: user, taker, by. Every app that knows an owner hands what is open to the taker; authorship stays
# (U2).
user_leaving = Signal()

# Somebody must get a message: to, subject, body, channel ("mail" or "sms"). Messaging puts it into the outbox, so that
# a mail server or a gateway that is away keeps nobody waiting (U3).
message_due = Signal()
