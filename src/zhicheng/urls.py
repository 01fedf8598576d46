"""Every address of the site: one folder of pages per audience."""

from allauth.account import urls as account_urls
from django.urls import include, path

from zhicheng.web.public.changing_mailbox import ChangeMailbox
from zhicheng.web.public.confirmation import ConfirmMailbox

urlpatterns = [
    path("", include("zhicheng.web.public.urls")),
    path("", include("zhicheng.web.shared.urls")),
    path("", include("zhicheng.web.shared.desk.urls")),
    path("register/", include("zhicheng.web.public.registration.urls")),
    path("", include("zhicheng.web.applicant.urls")),
    path("my/library/", include("zhicheng.web.applicant.library.urls")),
    path("applicant/information/", include("zhicheng.web.applicant.information.urls")),
    path("unit/information/", include("zhicheng.web.unit.information.urls")),
    path("unit/people/", include("zhicheng.web.unit.people.urls")),
    path("office/officers/", include("zhicheng.web.office.officers.urls")),
    path("office/accounts/", include("zhicheng.web.office.people.urls")),
    path("office/registrations/", include("zhicheng.web.office.registrations.urls")),
    path("", include("zhicheng.web.unit.urls")),
    path("", include("zhicheng.web.office.urls")),
    path("", include("zhicheng.web.system.urls")),
    path("accounts/confirm-email/<str:key>/", ConfirmMailbox.as_view(), name="account_confirm_email"),
    path("accounts/email/", ChangeMailbox.as_view(), name="account_email"),
    # The library's own pages, but for the two of ours: a name leads to one address only. Its list of sessions is in web/shared/urls.py.
    path(
        "accounts/",
        include([one for one in account_urls.urlpatterns if one.name not in {"account_confirm_email", "account_email"}]),
    ),
    path("accounts/2fa/", include("zhicheng.web.public.factor_urls")),
]

handler400 = "zhicheng.web.shared.errors.handler400"
handler403 = "zhicheng.web.shared.errors.handler403"
handler404 = "zhicheng.web.shared.errors.handler404"
handler429 = "zhicheng.web.shared.errors.handler429"
handler500 = "zhicheng.web.shared.errors.handler500"
