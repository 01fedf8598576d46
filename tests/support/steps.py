"""How long a road is for who walks it: pages, presses and answers, counted from what the browser itself tells."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Page

# What is pressed: a click, or Enter or the space bar where a click comes of it. A label's press is the one of its control. What is
# answered: a field that is typed in or chosen from, once however often; a date or a word costs its signs beside it.
_TELL = """(() => {
  const tell = (kind, what, much) => window.tellStep(kind, what, much)
  const named = (one) => location.pathname + " " + (one.name || one.id)
  document.addEventListener("click", (event) => {
    if (!event.isTrusted) return
    const one = event.target.closest("a[href], button, summary, input, select, label")
    if (!one || one.matches("label") && one.control && !one.control.matches("textarea, select")) return
    if (one.matches("input[type=file]")) return
    if (one.matches("a[href], button, summary, input[type=submit], input[type=radio], input[type=checkbox]")) {
      tell("press", (one.innerText || one.name || one.value || "").trim().slice(0, 40), 1)
    }
  }, true)
  document.addEventListener("input", (event) => {
    const one = event.target
    if (one.matches("input[type=file]")) tell("file", named(one), one.files.length)
    else if (one.matches("select")) tell("answer", named(one), 0)
    else if (one.matches("textarea, input:not([type=radio], [type=checkbox], [type=hidden], [role=combobox])")) {
      tell("answer", named(one), one.value.length)
    }
  }, true)
})()"""


@dataclass
class Steps:
    """What one person does on the way. Begin with :meth:`watch`; what a second factor asks for is under ``factor`` alone."""

    pages: list[str] = field(default_factory=list)
    presses: list[str] = field(default_factory=list)
    answered: dict[str, int] = field(default_factory=dict)
    files: int = 0
    factor: Counter[str] = field(default_factory=Counter)

    def watch(self, page: Page) -> None:
        """Count what happens in ``page`` from its next document on."""
        page.expose_binding("tellStep", lambda source, kind, what, much: self._told(source["page"], kind, what, much))
        page.add_init_script(_TELL)
        page.on("domcontentloaded", lambda shown: self._opened(shown.main_frame))

    def _opened(self, frame: Frame) -> None:
        path = re.sub(r"(/confirm-email/).+", r"\1…/", urlsplit(frame.url).path)  # whoever knows the key confirms with it
        if "/2fa/" in path:
            self.factor["pages"] += 1
        else:
            self.pages.append(path)

    def _told(self, page: Page, kind: str, what: str, much: int) -> None:
        if "/2fa/" in page.url:
            self.factor[kind] += 1
        elif kind == "press":
            self.presses.append(what)
        elif kind == "file":
            self.files += much
        else:
            self.answered[what] = much

    @property
    def counted(self) -> dict[str, Any]:
        """The figures: ``typed`` are the signs of all answers that were typed."""
        return {
            "pages": len(self.pages),
            "presses": len(self.presses),
            "answers": len(self.answered),
            "files": self.files,
            "typed": sum(self.answered.values()),
            "second factor": sum(self.factor.values()),
        }

    def told(self, what: str) -> str:
        """The figures as one line, then every page and every press."""
        figures = ", ".join(f"{name} {n}" for name, n in self.counted.items())
        return "\n".join([f"{what}: {figures}", "  pages: " + " ".join(self.pages), "  presses: " + " | ".join(self.presses)])
