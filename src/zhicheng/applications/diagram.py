"""The lifecycle as a page for people: drawn from the table, so it cannot say anything else."""

from __future__ import annotations

from zhicheng.applications.lifecycle import MOVES, STATES
from zhicheng.foundation.language import platform_language
from zhicheng.organizations.actors import Role

ROLE_WORDS = {
    Role.APPLICANT: "申报人",
    Role.UNIT: "申报单位",
    Role.SUPERVISING: "主管单位",
    Role.COUNTY: "县（市）人社局职称办",
    Role.PREFECTURE: "州人社局",
    Role.SYSTEM: "系统",
}


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
        ]
        lines += [f"    {s.value}: {words.staff}" for s, words in STATES.items()]
        for move in MOVES:
            lines += [f"    {source.value} --> {move.target.value}: {move.label}" for source in move.sources]
        lines += ["```", "", "## 状态", "", "| 代码 | 申报人看到 | 工作人员看到 |", "|---|---|---|"]
        lines += [f"| `{s.value}` | {words.applicant} | {words.staff} |" for s, words in STATES.items()]
        lines += ["", "## 办理", "", "| 办理 | 由谁 | 从 | 到 | 须同时满足 |", "|---|---|---|---|---|"]
        for move in MOVES:
            sources = "、".join(f"`{s.value}`" for s in move.sources)
            guards = "、".join(f"`{g}`" for g in move.guards) or "—"
            lines.append(
                f"| {move.label} `{move.name}` | {ROLE_WORDS[move.role]} | {sources} | `{move.target.value}` | {guards} |"
            )
        return "\n".join(lines) + "\n"
