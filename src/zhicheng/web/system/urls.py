from django.conf import settings
from django.urls import path

from zhicheng.web.system import access_log, audit, brakes, health, monitoring

urlpatterns = [
    path("healthz", monitoring.healthz, name="healthz"),
    path("readyz", monitoring.readyz, name="readyz"),
    path("metrics", monitoring.metrics, name="metrics"),
    path("system/", health.show_health, name="system_health"),
    path("system/outbox/", health.show_stuck, name="system_stuck"),
    path("system/outbox/<int:message_id>/retry/", health.retry, name="system_retry"),
    path("system/outbox/<int:message_id>/settle/", health.settle, name="system_settle"),
    path("system/brakes/", brakes.show_brakes, name="system_brakes"),
    path("system/brakes/lift/", brakes.lift, name="system_brake_lift"),
    path("system/audit/", audit.show_audit, name="system_audit"),
    path("system/ledger/", audit.show_ledger, name="system_ledger"),
    path("system/refusals/", audit.show_refusals, name="system_refusals"),
    path("system/looks/", access_log.show_looks, name="system_looks"),
    path("system/ledger/verify/", audit.verify_ledger, name="system_verify_ledger"),
    path("system/verify/", health.verify_whole, name="system_verify_whole"),
]
# In production these addresses do not exist: their code is not even imported.
if settings.MODE != "production":
    from zhicheng.web.system.rehearsal import pages

    urlpatterns += [
        path("rehearsal/", pages.entrance, name="rehearsal"),
        path("rehearsal/sign-in/", pages.sign_in, name="rehearsal_sign_in"),
        path("rehearsal/mail/", pages.mailbox, name="rehearsal_mailbox"),
        path("rehearsal/mail/<int:message_id>/", pages.show_mail, name="rehearsal_mail"),
        path("rehearsal/sms/", pages.sms, name="rehearsal_sms"),
        path("rehearsal/clock/", pages.show_clock, name="rehearsal_clock"),
        path("rehearsal/clock/move/", pages.move, name="rehearsal_clock_move"),
    ]
