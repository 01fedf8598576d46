"""What no font has is found when it is typed, not when the unit passes the form."""

from __future__ import annotations

import pytest

from tests.support import world as w
from zhicheng.applications.actions import save_section
from zhicheng.applications.casefile import CaseFile
from zhicheng.applications.printable import unprintable, unprintable_in_section
from zhicheng.applications.queries import draft_of
from zhicheng.applications.reading import clean_text
from zhicheng.foundation import clock
from zhicheng.foundation.errors import Refused


def test_field_of_a_form_and_of_a_row_are_named_with_their_characters() -> None:
    (problem,) = unprintable_in_section("summary", {"text": "灌区😀工程\n建设🚧"})
    assert (problem.where, problem.code) == ("summary.text", "glyph_missing")
    assert "😀（U+1F600）、🚧（U+1F6A7）" in str(problem.text)
    (problem,) = unprintable_in_section("work_history", [{"id": "1a2b3c4d", "employer": "站🚧", "started_on": "2013-07-01"}])
    assert problem.where == "work_history.1a2b3c4d.employer"


def test_every_character_is_named_not_the_first_ten() -> None:
    signs = [chr(c) for c in range(0x1F600, 0x1F60F)]
    (problem,) = unprintable_in_section("summary", {"text": "".join(signs)})
    assert all(f"{c}（U+{ord(c):04X}）" in str(problem.text) for c in signs)


@pytest.mark.parametrize("text", ["在\U000212fe村", "《ئۇيغۇرچە سۇ ئىنشائاتى》، ۱۲", "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ᠃", "수리공사", "བོད་ཡིག"])
def test_hanzi_or_letter_no_font_has_is_left_to_the_hand_in_free_text_too(text: str) -> None:
    """R14. Only signs are refused: a work is called what it is called."""
    assert unprintable_in_section("summary", {"text": f"完成专著{text}。"}) == []
    (problem,) = unprintable_in_section("summary", {"text": f"完成专著{text}🚧。"})
    assert "🚧（U+1F6A7）。" in str(problem.text)


def test_former_name_is_what_the_card_says_whatever_fonts_there_are() -> None:
    assert unprintable_in_section("basic", {"former_name": "王\U000212fe\uf9d1"}) == []


def test_rare_characters_that_can_be_printed_and_line_breaks_are_no_problem() -> None:
    assert unprintable(w.sections()) == []
    assert unprintable_in_section("summary", {"text": clean_text("𬍛㛃•龑\r\n\t第二段　Ωμ²①CO₂ Ca²⁺ ☑ ✔ İ ğ ş ə")}) == []
    assert unprintable_in_section("summary", None) == unprintable_in_section("work_history", {"no": "rows"}) == []


@pytest.mark.django_db
def test_form_is_kept_and_cannot_be_sent_before_it_can_be_printed() -> None:
    with clock.travel(w.IN_WINDOW):
        world = w.make_world()
        application = w.start(world)
        w.fill(world.applicant, application)
        text = "主要从事灌区工程建设与管理工作😀。" * 20
        version = draft_of(application).versions["summary"]
        saved = save_section(
            actor=world.applicant, application_id=application.pk, key="summary", typed={"text": text}, base_version=version
        )
        assert [(p.where, p.code) for p in saved.problems] == [("summary.text", "glyph_missing")]
        assert draft_of(application).contents["summary"]["text"] == text
        assert [p.code for p in CaseFile(application).missing] == ["glyph_missing"]
        with pytest.raises(Refused):
            w.submit(world.applicant, application)
