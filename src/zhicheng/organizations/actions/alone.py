"""What the security administrator does not do alone: come, in whatever way, to the people and cases of an office (等保).

The first account of an office that never had anybody or anything is theirs to open. Whoever puts somebody into an office after
that, or leaves one with something in hand empty, is of the office above, or works on the server: a second person.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhicheng.accounts.models import User
from zhicheng.foundation.errors import Problem
from zhicheng.organizations import in_hand, officers
from zhicheng.organizations.actors import Actor, Role
from zhicheng.organizations.models import Organization


def only_the_first(actor: Actor, office: Organization | None, *, where: str, command: str) -> list[Problem]:
    """The security administrator puts somebody only where nobody ever was. ``command`` is how the server does it instead."""
    if actor.role is not Role.SECURITY or office is None:
        return []
    Organization.objects.select_for_update(no_key=True).get(pk=office.pk)  # of two at once one is the first
    if officers.others_in(0, office.pk).exists():
        said = _("“%(office)s”已有在用的账号，再增加工作人员由州人力资源和社会保障局办理。") % {"office": office.name}
        return [Problem(said, where=where, code="not_the_first")]
    if not in_hand.was_ever_used(office):
        return []
    said = _("“%(office)s”有过工作人员或者办理过事项，安全管理员不能单独安排人进去。") % {"office": office.name}
    return [Problem(said + _who_does_it(office, command), where=where, code="was_used")]


def not_left_empty(actor: Actor, user: User, office: Organization | None, *, command: str) -> list[Problem]:
    """The security administrator takes the last one out of an office only when nothing waits there."""
    if actor.role is not Role.SECURITY or office is None or officers.others_in(user.pk, office.pk).exists():
        return []
    waiting = in_hand.waits_at(office)
    if not waiting:
        return []
    said = _("“%(office)s”还有%(n)d件事项等待办理，办理后就没有人了，安全管理员不能单独办理。") % {
        "office": office.name,
        "n": waiting,
    }
    return [Problem(said + _who_does_it(office, command, leaving=user), where="nobody_left", code="left_empty")]


def _who_does_it(office: Organization, command: str, *, leaving: User | None = None) -> str:
    """The second person: somebody of the bureau over the office, who is not the one that leaves; where there is none, the server."""
    bureau = officers.bureau_over(office)
    if bureau is not None and officers.others_in(leaving.pk if leaving else 0, bureau.pk).exists():
        return _("请由州人力资源和社会保障局的工作人员办理。")
    return _("请由系统运维核实后在服务器上办理：%(command)s") % {"command": command}
