"""The named events by which higher apps follow lower ones, in the same transaction; a receiver may refuse by raising.

Receivers are connected in each app's `apps.py`. Listed with their senders in docs/architecture.md.
"""

from django.dispatch import Signal

# A referral was accepted: referral, programme, by. Plans start the plan from its goals.
referral_accepted = Signal()

# A programme's placements, schedule, pauses or period changed: programme, from_day, by. Attendance rewrites what it
# expects from that day on (A12).
schedule_changed = Signal()

# The agreed weeks of many programmes changed at once: programmes (their ids), from_day, by. Attendance rewrites them
# together.
schedules_changed = Signal()

# A programme's planned end was moved: programme, earlier_end, by (P3). Activities after an end that came nearer are
# cancelled, closing notes refuse where one is approved and ask for theirs at the new time, meetings ask about a closing
# meeting that no longer fits.
period_changed = Signal()

# A pause was agreed, ahead or from a day that lies back: programme, pause, by. Attendance takes back the flags of its
# days and what nobody touched on those that are past (A1).
pause_changed = Signal()

# A note was written, corrected or struck out in a case: case (its reference), by. Programmes look what of their
# checklist it meets (P9).
journal_written = Signal()

# A programme is about to end: programme, status (what it becomes), by. Closing notes refuse completion without an
# approved one (C6), attendance refuses "never started" for somebody who came (K4).
programme_ending = Signal()

# A programme has ended, whichever way; its status and `ended_on` say how: programme, by. What was due in it is due no
# more: plans, attendance and closing notes clear up, referrals let the access to the referral run out (K4).
programme_ended = Signal()

# A colleague leaves: user, taker, by, organisation. Every app that knows an owner hands what is open to the taker;
# authorship stays (U2). `organisation` is where the colleague leaves, None is everywhere; `taker` is None where nothing
# needs one; `stays` where work is handed over by somebody who stays.
user_leaving = Signal()

# What has the user open at `organisation` (None: anywhere)? Receivers return a list of `accounts.leaving.OpenWork`.
# What a receiver of `user_leaving` hands on is counted here by the same app (U2).
work_asked = Signal()

# How much have those who could take over from `user` at `organisation` already? Receivers return a sentence by the
# user's id (P13).
load_asked = Signal()

# Somebody must get a message: to, subject, body, channel ("mail" or "sms"). Messaging puts it into the outbox, so that
# a mail server or a gateway that is away keeps nobody waiting (U3).
message_due = Signal()

# A centre was opened or its country changed: centre, by. Programmes writes the country's public holidays, and refuses
# where programmes already count on the old ones (U1).
country_chosen = Signal()

# An organisation or a unit is about to be closed: place, by. Receivers return what still needs it, as a list of
# sentences; with any, it stays open (U4).
place_closing = Signal()

# Somebody new is about to work at an organisation that centres share: organisation, by. Receivers return the ids of the
# centres whose citizens they would see there (U1, ADR 13).
sharing_asked = Signal()

# Days became closing days of a centre, or open days again: centre, days, by. Attendance rewrites what it expects (A12).
closing_days_changed = Signal()

# What covers hours of citizens was agreed, moved, called off or recorded, a meeting or an activity: programmes (their
# ids), days (local), by. Attendance clears the flags that it explains and brings back those that it explained (A2, A6).
cover_changed = Signal()
