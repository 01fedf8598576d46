"""PDFs whose parts draw one another."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream

from tests.evidence.files import A4


def with_page(build: Callable[[Pdf, pikepdf.Page], None]) -> bytes:
    with pikepdf.new() as document:
        build(document, document.add_blank_page(page_size=A4))
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def form(document: Pdf, content: bytes, **more: object) -> Stream:
    return Stream(document, content, Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 850], **more))


def draws(page: pikepdf.Page, what: Stream, document: Pdf) -> None:
    page.Resources = Dictionary(XObject=Dictionary(F=what))
    page.Contents = document.make_stream(b"/F Do")


def itself(content: bytes = b"/F Do /F Do") -> bytes:
    """The attack that cost 20 seconds: a form that draws itself twice."""

    def build(document: Pdf, page: pikepdf.Page) -> None:
        round_ = form(document, content)
        round_.Resources = Dictionary(XObject=Dictionary({"/F": round_, "/a b": round_}))
        draws(page, round_, document)

    return with_page(build)


def looked_up_in_streams() -> bytes:
    """Readers look names up in the dictionary of a stream as well."""

    def build(document: Pdf, page: pikepdf.Page) -> None:
        round_ = form(document, b"/F Do /F Do")
        names = Stream(document, b"", Dictionary(F=round_))
        round_.Resources = Stream(document, b"", Dictionary(XObject=names))
        page.Resources = Dictionary(XObject=names)
        page.Contents = document.make_stream(b"/F Do")

    return with_page(build)


def named_in_a_stream() -> bytes:
    """What the page names stands where no dictionary is: the parser throws it away, readers take it."""

    def build(document: Pdf, page: pikepdf.Page) -> None:
        round_ = form(document, b"/F Do /F Do")
        names = Dictionary(XObject=Dictionary(F=round_))
        round_.Resources = names
        page.Resources = Stream(document, b"", names)
        page.Contents = document.make_stream(b"/F Do")

    return with_page(build)


def through_the_page() -> bytes:
    """The form has no such name; readers then look in the page."""

    def build(document: Pdf, page: pikepdf.Page) -> None:
        draws(page, form(document, b"/F Do /F Do", Resources=Dictionary()), document)

    return with_page(build)


def through_others() -> bytes:
    def build(document: Pdf, page: pikepdf.Page) -> None:
        first, second, third = (form(document, b"/N Do /N Do") for _ in range(3))
        for one, next_ in ((first, second), (second, third), (third, first)):
            one.Resources = Dictionary(XObject=Dictionary(N=next_))
        draws(page, first, document)

    return with_page(build)


def through_a_pattern() -> bytes:
    def build(document: Pdf, page: pikepdf.Page) -> None:
        tile = Stream(document, b"/Pattern cs /P scn 0 0 9 9 re f", Dictionary(PatternType=1, PaintType=1, TilingType=1))
        tile.BBox, tile.XStep, tile.YStep = pikepdf.Array([0, 0, 10, 10]), 10, 10
        tile.Resources = Dictionary(Pattern=Dictionary(P=tile))
        page.Resources = Dictionary(Pattern=Dictionary(P=tile))
        page.Contents = document.make_stream(b"/Pattern cs /P scn 0 0 500 500 re f")

    return with_page(build)


def through_a_mask() -> bytes:
    def build(document: Pdf, page: pikepdf.Page) -> None:
        group = form(document, b"/G gs 0 0 9 9 re f", Group=Dictionary(S=Name.Transparency))
        state = Dictionary(Type=Name.ExtGState, SMask=Dictionary(S=Name.Luminosity, G=group))
        group.Resources = Dictionary(ExtGState=Dictionary(G=state))
        page.Resources = Dictionary(ExtGState=Dictionary(G=state))
        page.Contents = document.make_stream(b"/G gs 0 0 500 500 re f")

    return with_page(build)


def through_an_appearance() -> bytes:
    def build(document: Pdf, page: pikepdf.Page) -> None:
        look = form(document, b"/F Do")
        look.Resources = Dictionary(XObject=Dictionary(F=look))
        stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=[0, 0, 99, 99], AP=Dictionary(N=look))
        page.Annots = pikepdf.Array([document.make_indirect(stamp)])

    return with_page(build)


def through_a_glyph() -> bytes:
    def build(document: Pdf, page: pikepdf.Page) -> None:
        glyph = Stream(document, b"500 0 d0 BT /T 12 Tf (aa) Tj ET")
        font = document.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type3,
                FontBBox=[0, 0, 500, 500],
                FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
                CharProcs=Dictionary(a=glyph),
                Encoding=Dictionary(Type=Name.Encoding, Differences=[97, Name.a]),
                FirstChar=97,
                LastChar=97,
                Widths=[500],
            )
        )
        font.Resources = Dictionary(Font=Dictionary(T=font))
        page.Resources = Dictionary(Font=Dictionary(T=font))
        page.Contents = document.make_stream(b"BT /T 12 Tf (aaa) Tj ET")

    return with_page(build)


def laughs(levels: int = 30, times: int = 2) -> bytes:
    """Each form draws the next ``times``: ``times`` to the power of ``levels`` squares."""

    def build(document: Pdf, page: pikepdf.Page) -> None:
        inner = form(document, b"0 0 9 9 re f")
        for _ in range(levels):
            inner = form(document, b"/F Do " * times, Resources=Dictionary(XObject=Dictionary(F=inner)))
        draws(page, inner, document)

    return with_page(build)


def letterhead() -> bytes:
    """What honest programs write: one list of names for everything, the form itself among them, drawn on the page three times."""

    def build(document: Pdf, page: pikepdf.Page) -> None:
        logo, head = form(document, b"10 10 50 50 re f"), form(document, b"/Logo Do 0 0 400 1 re f")
        shared = document.make_indirect(Dictionary(XObject=Dictionary(Logo=logo, Head=head)))
        logo.Resources = head.Resources = page.Resources = shared
        page.Contents = document.make_stream(b"/Head Do q 1 0 0 1 0 300 cm /Head Do Q /Head Do")

    return with_page(build)
