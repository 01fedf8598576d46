"""The lifecycle as a page for people: drawn from the table, so it cannot say anything else."""

from __future__ import annotations

from zhicheng.applications.desks import DESKS
from zhicheng.applications.lifecycle import HIGHER, MOVES
from zhicheng.applications.states import State
from zhicheng.applications.statewords import STATES
from zhicheng.foundation.language import platform_language
from zhicheng.organizations.actors import Role

ROLE_WORDS = {
    Role.APPLICANT: "申报人",
    **{desk.role: desk.words.name for desk in DESKS},
    Role.SYSTEM: "系统",
}
# Where the diagram parts: the notice's chain says which desk is next.
_ONWARD = "onward"


def lifecycle_page() -> str:
    """Markdown with a Mermaid state diagram and the two tables: states and moves. Always in Chinese."""
    with platform_language():
        lines = [
            "# 申请书的生命周期",
            "",
            "本页由 `zhicheng lifecycle` 从 `applications/lifecycle.py` 的表生成，请勿手改。",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> draft: 新增申请书",
            f"    state {_ONWARD} <<choice>>",
        ]
        lines += [f"    {s.value}: {words.staff}" for s, words in STATES.items()]
        for move in MOVES:
            target = move.target.value if move.target is not None else _ONWARD
            lines += [f"    {source.value} --> {target}: {move.label}" for source in move.sources]
        lines += [f"    {_ONWARD} --> {state.value}" for state in (*(desk.arrives for desk in HIGHER), State.ACCEPTED)]
        lines += ["```", "", "## 状态", "", "| 代码 | 申报人看到 | 工作人员看到 |", "|---|---|---|"]
        lines += [f"| `{s.value}` | {words.applicant} | {words.staff} |" for s, words in STATES.items()]
        lines += ["", "## 办理", "", "| 办理 | 由谁 | 从 | 到 | 须同时满足 |", "|---|---|---|---|---|"]
        for move in MOVES:
            sources = "、".join(f"`{s.value}`" for s in move.sources)
            guards = "、".join(f"`{g}`" for g in move.guards) or "—"
            target = (
                f"`{move.target.value}`" if move.target is not None else "通知审核环节的下一环节；最后一个环节之后为 `accepted`"
            )
            lines.append(f"| {move.label} `{move.name}` | {ROLE_WORDS[move.role]} | {sources} | {target} | {guards} |")
        return "\n".join(lines) + "\n"
