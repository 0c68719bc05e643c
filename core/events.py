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
