"""Every route, every role, own and foreign objects: what is answered, and what the log keeps (T1, T2, T5)."""

from http.cookies import SimpleCookie

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.middleware import FIGURES_ONLY, PUBLIC
from audit.acting import System, acting
from audit.models import Access
from tests.conftest import FreshClient
from tests.desk.cast import NINE
from tests.matrix import ROLES, World, a_world, every_role, routes

pytestmark = pytest.mark.django_db

# What each role is answered on its own objects. A method that has no row is answered 405 to everybody, and everything
# that belongs to a foreign case 404. The object is what the address names: a programme, a referral ... or nothing.
#   200 shown · 302 done, or sent where it is · 403 seen, but not theirs to do · 404 does not exist for them
#   422 what was sent is not enough
TABLE = """
route                                        object     how  refe case cont spec team stee citi admi
account_login                                -          GET  302  302  302  302  302  302  302  302
account_login                                -          POST 302  302  302  302  302  302  302  302
sign_in_code                                 -          GET  302  302  302  302  302  302  302  302
sign_in_code                                 -          POST 302  302  302  302  302  302  302  302
sign_in_code_enter                           -          GET  302  302  302  302  302  302  302  302
sign_in_code_enter                           -          POST 302  302  302  302  302  302  302  302
account_logout                               -          GET  200  200  200  200  200  200  200  200
account_logout                               -          POST 302  302  302  302  302  302  302  302
account_change_password                      -          GET  200  200  200  200  200  200  200  200
account_change_password                      -          POST 422  422  422  422  422  422  422  422
account_reset_password                       -          GET  200  200  200  200  200  200  200  200
account_reset_password                       -          POST 422  422  422  422  422  422  422  422
account_reset_password_done                  -          GET  200  200  200  200  200  200  200  200
account_reset_password_from_key              key        GET  200  200  200  200  200  200  200  200
account_reset_password_from_key              key        POST 200  200  200  200  200  200  200  200
account_reset_password_from_key_done         -          GET  200  200  200  200  200  200  200  200
session                                      -          GET  200  200  200  200  200  200  200  200
session                                      -          POST 200  200  200  200  200  200  200  200
service_worker                               -          GET  200  200  200  200  200  200  200  200
manifest                                     -          GET  200  200  200  200  200  200  200  200
set_language                                 -          GET  302  302  302  302  302  302  302  302
set_language                                 -          POST 302  302  302  302  302  302  302  302
tablet_users                                 -          GET  302  302  302  302  302  302  302  302
tablet_enter                                 person     GET  302  302  302  302  302  302  302  302
tablet_enter                                 person     POST 302  302  302  302  302  302  302  302
tablet_lock                                  -          POST 302  302  302  302  302  302  302  302
tablet_pin                                   -          GET  404  404  404  404  404  404  404  404
tablet_pin                                   -          POST 404  404  404  404  404  404  404  404
tablets                                      -          GET  403  403  200  403  200  404  403  403
tablets                                      -          POST 403  403  422  403  422  404  403  403
tablet_withdraw                              shared     POST 404  404  302  404  302  404  404  404
profile                                      -          GET  200  200  200  200  200  200  200  200
profile                                      -          POST 422  422  422  422  422  422  422  422
accounts:users                               -          GET  403  403  403  403  200  403  403  200
accounts:invite                              -          GET  403  403  403  403  200  403  403  200
accounts:invite                              -          POST 403  403  403  403  422  403  403  422
accounts:resend                              invited    POST 404  404  404  404  302  403  404  302
accounts:withdraw                            invited    POST 404  404  404  404  302  403  404  302
accounts:welcome                             link       GET  200  200  200  200  200  200  200  200
accounts:welcome                             link       POST 422  422  422  422  422  422  422  422
accounts:switch                              -          POST 302  302  302  302  302  302  302  302
accounts:user                                colleague  GET  404  404  404  404  200  403  404  200
accounts:give_role                           colleague  GET  404  404  404  404  200  403  404  200
accounts:give_role                           colleague  POST 404  404  404  404  422  403  404  422
accounts:send_password_link                  colleague  POST 404  404  404  404  302  403  404  302
accounts:deactivate                          colleague  GET  404  404  404  404  200  403  404  200
accounts:deactivate                          colleague  POST 404  404  404  404  422  403  404  422
accounts:reactivate                          colleague  POST 404  404  404  404  302  403  404  302
accounts:hand_over                           handed     GET  404  404  404  404  200  403  404  200
accounts:hand_over                           handed     POST 404  404  404  404  422  403  404  422
accounts:role                                held       GET  404  404  404  404  200  403  404  200
accounts:role                                held       POST 404  404  404  404  302  403  404  302
referrals:list                               -          GET  200  200  403  403  200  403  403  403
referrals:list                               -          POST 200  200  403  403  200  403  403  403
referrals:new                                -          GET  200  403  403  403  403  403  403  403
referrals:new                                -          POST 302  403  403  403  403  403  403  403
referrals:queue                              -          GET  403  403  403  403  200  403  403  403
referrals:queue                              -          POST 403  403  403  403  200  403  403  403
referrals:capacity                           -          GET  403  403  403  403  200  403  403  403
referrals:capacity                           -          POST 403  403  403  403  200  403  403  403
referrals:detail                             referral   GET  200  200  404  404  200  404  404  404
referrals:detail                             referral   POST 200  200  404  404  200  404  404  404
referrals:edit                               draft      GET  200  404  404  404  404  404  404  404
referrals:edit                               draft      POST 302  404  404  404  404  404  404  404
referrals:autosave                           draft      POST 200  404  404  404  404  404  404  404
referrals:throw_away                         draft      POST 302  404  404  404  404  404  404  404
referrals:health                             referral   GET  403  403  404  404  302  404  404  404
referrals:health                             referral   POST 403  403  404  404  200  404  404  404
referrals:triage                             referral   GET  403  403  404  404  200  404  404  404
referrals:triage                             referral   POST 403  403  404  404  422  404  404  404
referrals:take_back                          referral   GET  403  403  404  404  302  404  404  404
referrals:take_back                          referral   POST 403  403  404  404  302  404  404  404
referrals:reject                             referral   GET  403  403  404  404  200  404  404  404
referrals:reject                             referral   POST 403  403  404  404  302  404  404  404
referrals:ask                                referral   GET  403  403  404  404  200  404  404  404
referrals:ask                                referral   POST 403  403  404  404  302  404  404  404
referrals:waiting_list                       referral   GET  403  403  404  404  200  404  404  404
referrals:waiting_list                       referral   POST 403  403  404  404  302  404  404  404
referrals:answer                             referral   GET  302  403  404  404  403  404  404  404
referrals:answer                             referral   POST 302  403  404  404  403  404  404  404
referrals:withdraw                           referral   GET  200  403  404  404  403  404  404  404
referrals:withdraw                           referral   POST 302  403  404  404  403  404  404  404
meetings:mine                                -          GET  200  200  200  200  200  404  200  200
meetings:case                                programme  GET  200  200  200  200  200  404  200  404
meetings:new                                 programme  GET  403  200  403  403  200  404  403  404
meetings:new                                 programme  POST 403  422  403  403  422  404  403  404
meetings:detail                              meeting    GET  200  200  200  200  200  404  200  404
meetings:edit                                meeting    GET  403  200  403  403  200  404  403  404
meetings:edit                                meeting    POST 403  422  403  403  422  404  403  404
meetings:move                                meeting    GET  403  200  403  403  200  404  403  404
meetings:move                                meeting    POST 403  422  403  403  422  404  403  404
meetings:cancel                              meeting    GET  403  200  403  403  200  404  403  404
meetings:cancel                              meeting    POST 403  302  403  403  302  404  403  404
meetings:minutes                             meeting    GET  403  200  403  403  200  404  403  404
meetings:minutes                             meeting    POST 403  422  403  403  422  404  403  404
meetings:autosave                            meeting    POST 403  422  403  403  422  404  403  404
meetings:not_held                            meeting    GET  403  200  403  403  200  404  403  404
meetings:not_held                            meeting    POST 403  422  403  403  422  404  403  404
meetings:calendar                            meeting    GET  200  200  200  200  200  404  200  404
meetings:task                                promise    GET  403  200  200  200  200  404  403  404
meetings:task                                promise    POST 403  302  403  302  302  404  403  404
attendance:substitutes                       place      GET  404  403  200  404  200  404  404  404
attendance:substitutes                       place      POST 404  403  422  404  422  404  404  404
attendance:step_in                           place      GET  404  200  403  404  403  404  404  404
attendance:step_in                           place      POST 404  422  403  404  403  404  404  404
attendance:end_substitution                  stand_in   POST 404  403  302  404  302  404  404  404
attendance:overview                          -          GET  403  200  200  403  200  403  403  403
attendance:marks                             slot       POST 404  302  302  404  302  404  404  404
attendance:missed                            -          GET  403  200  200  403  200  403  403  403
attendance:contact                           missed     GET  403  200  200  403  200  404  403  404
attendance:contact                           missed     POST 403  422  422  403  422  404  403  404
attendance:rest                              missed     POST 403  422  422  403  422  404  403  404
attendance:report                            report     GET  404  200  404  404  200  404  404  404
attendance:report                            report     POST 404  422  404  404  422  404  404  404
attendance:send_report                       report     POST 404  302  404  404  302  404  404  404
attendance:discard_report                    report     POST 404  302  404  404  302  404  404  404
attendance:receive_report                    sent       POST 302  403  404  404  403  404  404  404
attendance:citizen                           programme  GET  200  200  200  200  200  404  200  404
attendance:settle_warning                    warning    POST 404  422  422  404  422  404  404  404
attendance:week                              reported   GET  403  200  403  403  200  404  403  404
attendance:week                              reported   POST 403  302  403  403  302  404  403  404
attendance:give_notice                       programme  GET  403  200  200  403  200  404  403  404
attendance:give_notice                       programme  POST 403  422  422  403  422  404  403  404
attendance:change_notice                     word       GET  403  200  200  403  200  404  403  404
attendance:change_notice                     word       POST 403  422  422  403  422  404  403  404
attendance:take_back_notice                  word       POST 403  302  302  403  302  404  403  404
attendance:joint_days                        place      GET  404  403  200  404  200  404  404  404
attendance:joint_days                        place      POST 404  403  422  404  422  404  404  404
attendance:cancel_joint_day                  together   POST 404  403  302  404  302  404  404  404
attendance:register                          register   GET  404  200  200  404  200  404  404  404
attendance:sheet                             register   GET  404  200  200  404  200  404  404  404
attendance:arrivals                          -          GET  403  200  200  403  200  403  403  403
attendance:history                           register   GET  404  200  200  404  200  404  404  404
plans:detail                                 programme  GET  200  200  200  200  200  404  200  404
plans:edit                                   programme  GET  403  200  403  403  200  404  403  404
plans:edit                                   programme  POST 403  422  403  403  422  404  403  404
plans:confirm                                programme  GET  403  200  403  403  200  404  403  404
plans:confirm                                programme  POST 403  422  403  403  422  404  403  404
plans:sign                                   programme  GET  403  302  403  403  302  404  403  404
plans:sign                                   programme  POST 403  302  403  403  302  404  403  404
plans:agree                                  programme  GET  302  403  403  403  403  404  302  404
plans:agree                                  programme  POST 302  403  403  403  403  404  302  404
plans:proof                                  proof      GET  403  200  403  403  200  404  200  404
plans:abandon                                subgoal    GET  403  302  403  403  302  404  403  404
plans:abandon                                subgoal    POST 403  302  403  403  302  404  403  404
plans:take_up                                subgoal    POST 403  302  403  403  302  404  403  404
plans:put_off                                programme  GET  403  302  403  403  302  404  403  404
plans:put_off                                programme  POST 403  302  403  403  302  404  403  404
plans:summary                                talk       GET  403  200  403  403  200  404  403  404
plans:summary                                talk       POST 403  422  403  403  422  404  403  404
plans:observe                                programme  GET  403  200  200  200  200  404  403  404
plans:observe                                programme  POST 403  422  422  422  422  404  403  404
plans:health                                 programme  POST 403  403  403  403  200  404  403  404
plans:steps                                  programme  GET  200  200  200  200  200  404  200  404
plans:whole                                  programme  GET  200  200  200  200  200  404  200  404
plans:together                               programme  GET  200  200  200  200  200  404  200  404
plans:document                               programme  GET  200  200  200  200  200  404  200  404
plans:document                               programme  POST 200  422  200  422  422  404  422  404
plans:document_progress                      printed_plan GET 404  302  404  404  404  404  404  404
plans:document_file                          printed_plan GET 404  200  404  404  404  404  404  404
plans:talked_about                           meeting    POST 403  302  403  403  302  404  403  404
plans:tablet                                 programme  GET  403  200  200  200  200  404  403  404
plans:own_steps                              programme  POST 403  302  403  403  302  404  302  404
plans:versions                               programme  GET  200  200  200  200  200  404  200  404
plans:follow_up                              programme  GET  403  302  403  403  302  404  403  404
plans:follow_up                              programme  POST 403  302  403  403  302  404  403  404
closing_notes:list                           -          GET  200  200  200  200  200  200  200  200
closing_notes:edit                           programme  GET  404  302  404  302  302  404  404  404
closing_notes:edit                           programme  POST 404  302  404  302  302  404  404  404
closing_notes:start                          programme  POST 404  302  404  403  302  404  404  404
closing_notes:review                         programme  GET  200  200  404  200  200  404  404  404
closing_notes:approve                        programme  POST 403  403  404  403  302  404  404  404
closing_notes:send_back                      programme  POST 403  403  404  403  302  404  404  404
closing_notes:deliver                        programme  POST 403  302  404  403  302  404  404  404
closing_notes:new_version                    programme  POST 403  302  404  403  302  404  404  404
closing_notes:render                         programme  POST 404  302  404  302  302  404  404  404
closing_notes:progress                       programme  GET  404  200  404  200  200  404  404  404
closing_notes:preview                        programme  GET  404  200  404  200  200  404  404  404
closing_notes:download                       programme  GET  200  200  404  200  200  404  404  404
setup:home                                   -          GET  403  403  403  403  200  403  403  200
setup:organisations                          -          GET  403  403  403  403  403  403  403  200
setup:new_organisation                       -          GET  403  403  403  403  403  403  403  200
setup:new_organisation                       -          POST 403  403  403  403  403  403  403  422
setup:organisation                           centre     GET  404  404  404  404  403  404  404  200
setup:organisation                           centre     POST 404  404  404  404  403  404  404  422
setup:close_organisation                     centre     POST 404  404  404  404  403  404  404  302
setup:reopen_organisation                    centre     POST 404  404  404  404  403  404  404  302
setup:new_team                               centre     GET  404  404  404  404  403  404  404  200
setup:new_team                               centre     POST 404  404  404  404  403  404  404  422
setup:team                                   team       GET  404  404  404  404  403  404  404  200
setup:team                                   team       POST 404  404  404  404  403  404  404  422
setup:close_unit                             unit       POST 404  404  404  404  302  404  404  302
setup:reopen_unit                            unit       POST 404  404  404  404  302  404  404  302
setup:workshops                              centre     GET  404  404  404  404  200  404  404  200
setup:new_workshop                           centre     GET  404  404  404  404  200  404  404  200
setup:new_workshop                           centre     POST 404  404  404  404  422  404  404  422
setup:workshop                               workshop   GET  404  404  404  404  200  404  404  200
setup:workshop                               workshop   POST 404  404  404  404  422  404  404  422
setup:offers                                 centre     GET  404  404  404  404  200  404  404  200
setup:offer                                  offer      GET  404  404  404  404  200  404  404  200
setup:offer                                  offer      POST 404  404  404  404  422  404  404  422
setup:closing_days                           centre     GET  404  404  404  404  200  404  404  200
setup:closing_days                           centre     POST 404  404  404  404  422  404  404  422
setup:public_holidays                        centre     POST 404  404  404  404  302  404  404  302
setup:remove_closing_day                     closed     POST 404  404  404  404  302  404  404  302
setup:types                                  -          GET  403  403  403  403  200  403  403  200
setup:newest_type                            kind       GET  403  403  403  403  302  403  403  302
setup:type                                   type       GET  403  403  403  403  200  403  403  200
setup:type_file                              type       GET  403  403  403  403  200  403  403  200
setup:upload_type                            -          GET  403  403  403  403  403  403  403  200
setup:upload_type                            -          POST 403  403  403  403  403  403  403  422
desk:today                                   -          GET  200  200  200  200  200  200  200  200
desk:cases                                   -          GET  200  200  200  200  200  200  200  200
desk:case                                    programme  GET  200  200  200  200  200  404  200  404
desk:people                                  programme  GET  403  200  403  200  200  404  403  404
desk:team_add                                programme  POST 403  422  403  403  422  404  403  404
desk:consents                                programme  GET  403  200  403  200  200  404  403  404
desk:consents                                programme  POST 403  422  403  403  422  404  403  404
desk:consents_dealt_with                     programme  POST 403  302  403  403  302  404  403  404
desk:consent_withdraw                        consent    GET  403  200  403  403  200  404  403  404
desk:consent_withdraw                        consent    POST 403  302  403  403  302  404  403  404
desk:team_end                                member     GET  403  200  403  403  200  404  403  404
desk:team_end                                member     POST 403  422  403  403  422  404  403  404
desk:own_access                              programme  POST 403  302  403  403  302  404  403  404
desk:uncover                                 programme  POST 403  302  403  403  302  404  403  404
desk:protect                                 programme  GET  403  200  403  403  200  404  403  404
desk:protect                                 programme  POST 403  302  403  403  302  404  403  404
desk:week                                    programme  GET  200  200  200  200  200  404  200  404
desk:week_told                               programme  POST 403  302  403  403  302  404  403  404
desk:week_new                                programme  GET  403  200  403  403  200  404  403  404
desk:week_place                              placing    GET  403  200  403  403  200  404  403  404
desk:week_place                              placing    POST 403  422  403  403  422  404  403  404
desk:week_elsewhere                          placing_elsewhere GET  403  200  403  403  200  404  403  404
desk:week_elsewhere                          placing_elsewhere POST 403  422  403  403  422  404  403  404
desk:week_change                             placement  GET  403  200  403  403  200  404  403  404
desk:week_change                             placement  POST 403  422  403  403  422  404  403  404
desk:week_end                                placement  GET  403  200  403  403  200  404  403  404
desk:week_end                                placement  POST 403  422  403  403  422  404  403  404
desk:week_contact                            internship GET  403  200  403  403  200  404  403  404
desk:week_contact                            internship POST 403  302  403  403  302  404  403  404
desk:week_remove                             placement  POST 403  302  403  403  302  404  403  404
desk:week_drop                               step       POST 403  302  403  403  302  404  403  404
desk:course                                  programme  GET  200  200  200  200  200  404  403  404
desk:pause                                   programme  POST 403  422  403  403  422  404  403  404
desk:resume                                  pause      POST 403  422  403  403  422  404  403  404
desk:move_end                                programme  POST 403  422  403  403  422  404  403  404
desk:phase                                   programme  POST 403  404  403  403  404  404  403  404
desk:coordinator                             programme  POST 403  404  403  403  404  404  403  404
desk:activities                              programme  GET  200  200  200  200  200  404  200  404
desk:new_activity                            programme  GET  403  200  403  403  200  404  403  404
desk:new_activity                            programme  POST 403  422  403  403  422  404  403  404
desk:activity                                activity   GET  403  200  403  200  200  404  403  404
desk:activity                                activity   POST 403  422  403  403  422  404  403  404
desk:requirement                             required   GET  403  200  403  200  200  404  403  404
desk:requirement                             required   POST 403  422  403  403  422  404  403  404
desk:offered                                 -          GET  403  403  403  403  200  404  403  403
desk:groups                                  -          GET  403  200  403  200  200  404  403  403
desk:new_group                               -          GET  403  200  403  200  200  404  403  403
desk:new_group                               -          POST 403  422  403  422  422  404  403  403
desk:group                                   group      GET  404  200  404  404  200  404  404  404
desk:group                                   group      POST 404  302  404  404  302  404  404  404
desk:own_plan                                -          GET  404  404  404  404  404  404  200  404
desk:own_attendance                          -          GET  404  404  404  404  404  404  200  404
desk:own_meetings                            -          GET  404  404  404  404  404  404  200  404
desk:own_shared                              -          GET  404  404  404  404  404  404  200  404
desk:new_note                                programme  GET  403  200  200  200  200  404  403  404
desk:new_note                                programme  POST 403  422  422  422  422  404  403  404
journal:note                                 note       GET  404  200  200  200  200  404  404  404
journal:correct                              note       GET  404  200  403  403  200  404  404  404
journal:correct                              note       POST 404  422  403  403  422  404  404  404
journal:health                               health_note POST 404  403  404  403  302  404  404  404
journal:document                             document   GET  404  200  200  200  200  404  404  404
journal:strike                               entry      GET  404  200  403  403  200  404  404  404
journal:strike                               entry      POST 404  302  403  403  302  404  404  404
journal:unstrike                             entry      POST 404  302  403  403  302  404  404  404
journal:drafts                               -          GET  200  200  200  200  200  404  200  200
journal:draft                                note_draft GET  404  200  404  404  404  404  404  404
journal:draft                                note_draft POST 404  422  404  404  404  404  404  404
journal:share                                note_draft GET  404  200  404  404  404  404  404  404
journal:share                                note_draft POST 404  302  404  404  404  404  404  404
journal:throw_away                           note_draft POST 404  302  404  404  404  404  404  404
journal:phrases                              -          GET  403  403  403  403  200  404  403  200
journal:new_phrase                           -          GET  403  403  403  403  200  404  403  200
journal:new_phrase                           -          POST 403  403  403  403  422  404  403  422
journal:phrase                               phrase     GET  404  404  404  404  200  404  404  200
journal:phrase                               phrase     POST 404  404  404  404  422  404  404  422
journal:remove_phrase                        phrase     POST 404  404  404  404  302  404  404  302
desk:end                                     programme  GET  403  200  403  403  200  404  403  404
desk:end                                     programme  POST 403  422  403  403  422  404  403  404
desk:duplicates                              -          GET  403  403  403  403  200  403  403  403
desk:citizen                                 citizen    GET  403  200  403  403  200  404  403  404
desk:citizen_edit                            citizen    GET  403  200  403  403  200  404  403  404
desk:citizen_edit                            citizen    POST 403  422  403  403  422  404  403  404
desk:citizen_number                          citizen    GET  403  200  403  403  200  404  403  404
desk:citizen_number                          citizen    POST 403  422  403  403  422  404  403  404
desk:merge_with                              citizen    GET  403  403  403  403  200  404  403  404
desk:merge_with                              citizen    POST 403  403  403  403  422  404  403  404
desk:merge                                   pair       GET  403  403  403  403  200  404  403  404
desk:merge                                   pair       POST 403  403  403  403  422  404  403  404
desk:unmerge                                 merged     GET  403  403  403  403  200  404  403  404
desk:unmerge                                 merged     POST 403  403  403  403  302  404  403  404
desk:progression                             -          GET  403  403  403  403  200  404  403  403
desk:attendance_figures                      -          GET  403  403  403  403  200  404  403  403
desk:attendance_file                         -          GET  403  403  403  403  200  404  403  403
desk:search                                  -          GET  200  200  200  200  200  200  200  200
desk:print                                   programme  GET  200  200  200  200  200  404  200  404
desk:suggestions                             -          POST 200  200  200  200  200  200  200  200
desk:search                                  -          POST 302  302  302  302  302  302  302  302
desk:tasks                                   -          GET  200  200  200  200  200  200  200  200
desk:task                                    task       GET  404  200  404  404  200  404  404  404
worklist:new                                 -          GET  200  200  200  200  200  403  403  200
worklist:new                                 -          POST 422  422  422  422  422  403  403  422
worklist:snooze                              -          GET  302  302  302  302  302  302  302  302
worklist:snooze                              -          POST 302  302  302  302  302  302  302  302
worklist:wake                                -          POST 302  302  302  302  302  302  302  302
worklist:hand_over                           -          GET  302  302  302  302  302  302  302  302
worklist:hand_over                           -          POST 302  302  302  302  302  302  302  302
worklist:give_back                           -          POST 302  302  302  302  302  302  302  302
worklist:edit                                own_task   GET  404  200  404  404  403  404  404  404
worklist:edit                                own_task   POST 404  422  404  404  403  404  404  404
worklist:done                                own_task   POST 404  302  404  404  403  404  404  404
worklist:undo                                own_task   POST 404  302  404  404  403  404  404  404
demo:sign_in                                 -          POST 404  404  404  404  404  404  404  404
demo:mail                                    -          GET  200  200  200  200  200  200  200  200
"""

# Closed to nobody (T2): signing in, a forgotten password, the language of the device; and the demo's own two pages.
OPEN = {
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "sign_in_code",
    "sign_in_code_enter",
    "tablet_users",
    "tablet_enter",
    "tablet_lock",
    "accounts:welcome",
    "set_language",
    "service_worker",
    "manifest",
    "demo:sign_in",
    "demo:mail",
}
# Pages that show no citizen, so that a look at them is no look-up.
SET_UP = {f"setup:{name}" for name in ["home", "organisations", "new_organisation", "organisation", "new_team", "team"]}
SET_UP |= {f"setup:{name}" for name in ["workshops", "new_workshop", "workshop", "closing_days", "offers", "offer"]}
SET_UP |= {f"setup:{name}" for name in ["types", "newest_type", "type", "type_file", "upload_type"]}
ABOUT_NOBODY = {
    *OPEN,
    "accounts:invite",
    "accounts:give_role",
    "accounts:deactivate",
    "accounts:hand_over",
    "accounts:role",
    "journal:phrases",
    "journal:new_phrase",
    "journal:phrase",
    *SET_UP,
    "account_change_password",
    "session",
    "profile",
    "tablets",
    "attendance:joint_days",
    "attendance:substitutes",
    "attendance:step_in",
    "referrals:new",
    "desk:search",
}
# Objects that belong to no case: nothing at all, and the secret of a link.
NOBODYS = ("-", "key", "link", "kind", "type", "person")
WORDS = {"why": "Because it is so", "words": "Because it is so", "state": "present"}


def rows() -> dict[tuple[str, str], tuple[str, dict[str, int]]]:
    """(route, method) of the table: the kind of object, and the status by role."""
    heading, *lines = TABLE.strip().splitlines()
    assert [role[:4] for role in ROLES] == heading.split()[3:]
    found = {}
    for line in lines:
        route, kind, method, *statuses = line.split()
        found[route, method] = (kind, dict(zip(ROLES, map(int, statuses), strict=True)))
    return found


ROWS = rows()
KINDS = {route: kind for (route, _method), (kind, _statuses) in ROWS.items()}


@pytest.fixture
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def ask(client: Client, route: str, method: str, world: World) -> int:
    """The status of one request. Call it inside a transaction that is rolled back."""
    url = reverse(route, kwargs=world.objects[KINDS[route]])
    data = {**WORDS, "slot": world.slot_id} if method == "POST" else {}
    response = client.post(url, data) if method == "POST" else client.get(url)
    return response.status_code


def test_every_route_has_a_row():
    """T1: a new route says here who may open it."""
    assert set(KINDS) == set(routes())


def test_what_needs_no_sign_in_is_this_short_list():
    """T2."""
    assert PUBLIC == OPEN


def test_nobody_gets_in_without_signing_in(wednesday):
    """T2."""
    world = a_world("Sejersen")
    let_in = []
    for route in set(KINDS) - OPEN:
        for method in ("GET", "POST"):
            url = reverse(route, kwargs=world.objects[KINDS[route]])
            response = FreshClient().generic(method, url)
            if response.status_code != 302 or not response["Location"].startswith("/accounts/login/"):
                let_in.append((route, method, response.status_code))
    assert let_in == []


@pytest.mark.parametrize("role", every_role("contact_person", "caseworker", "referrer", "citizen"))
def test_each_role_is_answered_as_the_table_says(wednesday, role):
    """T1, T5: foreign is 404 whatever the route; own views and all refusals are in the access log."""
    own, foreign = a_world("Sejersen"), a_world("Fremmed")
    user = own.user(role)
    with acting(System("test")):
        user.set_password("a-password-of-its-own")
        user.save()
    client = FreshClient(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookies = client.cookies.output(header="", sep=";")
    wrong, unlogged = [], []
    for route in KINDS:
        for method in ("GET", "POST"):
            kind, statuses = ROWS.get((route, method), (KINDS[route], dict.fromkeys(ROLES, 405)))
            if role == "steering_group" and route not in FIGURES_ONLY:
                statuses = {role: 404}  # no page but the figures exists for them, whatever the method (F2)
            expected = {"own": statuses[role]}
            if kind not in NOBODYS:
                expected["foreign"] = 405 if statuses[role] == 405 else 404
            for whose, status in expected.items():
                client.cookies = SimpleCookie(cookies)
                with transaction.atomic():
                    before = set(Access.objects.values_list("pk", flat=True))
                    answered = ask(client, route, method, own if whose == "own" else foreign)
                    kinds = set(
                        Access.objects.filter(user_id=user.pk).exclude(pk__in=before).values_list("kind", flat=True)
                    )
                    transaction.set_rollback(True)
                if answered != status:
                    wrong.append(f"{route} {method} {whose}: {answered} and not {status}")
                is_refused = answered in (403, 404) and kind not in NOBODYS
                is_shown = answered == 200 and method == "GET" and route not in ABOUT_NOBODY
                if (is_refused and Access.Kind.DENIED not in kinds) or (is_shown and not kinds - {Access.Kind.DENIED}):
                    unlogged.append(f"{route} {method} {whose}: {answered}")
    assert not wrong, "\n".join(wrong)
    assert not unlogged, "\n".join(unlogged)
