"""axe as the journeys run it finds what it finds when it is run as it comes."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.support.journeys import DESKTOP, PHONE, assert_accessible, look_through_axe

FAULTS = """<!doctype html><html lang="zh"><head><meta name="viewport" content="width=device-width"><title>坏的页面</title><style>
body { background: rgb(255, 255, 255); color: #111 } .pale { color: #bbb } .veil { background: rgba(0, 0, 0, .2) }
.half { opacity: .4 } .named { color: lightgray } .hsl { color: hsl(60 100% 50%) } .wide { display: none }
@media (min-width: 600px) { .wide { display: block; color: #ccc } .narrow { display: none } }
</style></head><body><main><h1>坏的页面</h1><img src="data:,"><input type="text"><a href="/"></a>
<p class="pale">浅的字</p><p class="pale veil">浅的字在灰底上</p><p class="half">半透明的字</p><p class="named">有名的颜色</p>
<p class="hsl">黄色的字</p><p class="wide">宽的窗口里才有</p><p class="narrow pale">窄的窗口里才有</p><p>好的字</p></main></body></html>"""


def test_axe_finds_the_same_as_when_it_is_run_as_it_comes(browser: Browser) -> None:
    as_it_comes, ours = browser.new_page(), browser.new_page()
    found = []
    for page in (as_it_comes, ours):
        page.set_content(FAULTS)
    for size in (DESKTOP, PHONE):
        for page in (as_it_comes, ours):
            page.set_viewport_size(size)  # type: ignore[arg-type]
        report = Axe().run(as_it_comes).generate_report()
        assert look_through_axe(ours).generate_report() == report
        found.append(set(re.findall(r"Target: (.+)", report)))
    assert {".pale:nth-child(5)", ".half", ".named", ".hsl", ".wide"} < found[0]
    assert found[0] - found[1] == {".wide"} and ".narrow" in found[1] - found[0]
    for page in (as_it_comes, ours):
        page.close()


def test_axe_looks_again_at_a_page_that_has_changed_since(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content('<!doctype html><html lang="zh"><title>好的页面</title><main><h1>好的页面</h1><p>好的字</p></main></html>')
    assert_accessible(page)
    page.evaluate("document.querySelector('p').style.color = '#ccc'")
    with pytest.raises(AssertionError, match="color-contrast"):
        assert_accessible(page)
    page.close()
