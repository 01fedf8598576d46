"""Nothing reads a script: what is taken, what is left out of the copy, what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.evidence import files
from zhicheng.evidence.examination import Bounds, Examined, Unacceptable, examine

LIMITS = Bounds(max_bytes=20 * 1024 * 1024, max_pages=100)
SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
XML = '<?xml version="1.0" encoding="UTF-8"?><发票 xmlns="urn:einvoice"><金额>1</金额></发票>'.encode()


def dressed(dress: Callable[[Pdf], None], pages: int = 2) -> bytes:
    with pikepdf.open(io.BytesIO(files.pdf(pages))) as pdf:
        dress(pdf)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def look(content: bytes) -> Examined | Unacceptable:
    return examine(io.BytesIO(content), declared_name="证书.pdf", limits=LIMITS)


def opening(**action: object) -> Callable[[Pdf], None]:
    return lambda pdf: setattr(pdf.Root, "OpenAction", Dictionary(**action))


def opening_in_a_stream(**action: object) -> Callable[[Pdf], None]:
    """Readers take the dictionary of a stream for an action as well."""
    return lambda pdf: setattr(pdf.Root, "OpenAction", pdf.make_stream(b"", Dictionary(**action)))


def link(**action: object) -> Callable[[Pdf], None]:
    def dress(pdf: Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(**action))
        pdf.pages[0].Annots = Array([pdf.make_indirect(note)])

    return dress


def attached(content: bytes, **spec: object) -> Callable[[Pdf], None]:
    def dress(pdf: Pdf) -> None:
        stream = pdf.make_stream(content)
        stream.Type, stream.Subtype = Name.EmbeddedFile, Name("/text/xml")
        held = pdf.make_indirect(Dictionary(**({"Type": Name.Filespec, "F": String("a.xml"), "EF": Dictionary(F=stream)} | spec)))
        pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=[String("a"), held]))
        pdf.Root.AF = Array([held])

    return dress


def brought_along(content: bytes) -> Callable[[Pdf], None]:
    return lambda pdf: attached(XML, RF=Dictionary(F=Array([String("b"), pdf.make_stream(content)])))(pdf)


def printed_from_elsewhere(pdf: Pdf) -> None:
    proxy = Dictionary({"/2.0": Dictionary(F=Dictionary(FS=Name.URL, F=String("https://example.org")))})
    picture = pdf.make_stream(b"\0", Dictionary(Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8, OPI=proxy))
    picture.ColorSpace = Name.DeviceGray
    pdf.Root.Kept = picture


def associated_only(content: bytes) -> Callable[[Pdf], None]:
    def dress(pdf: Pdf) -> None:
        pdf.pages[0].AF = Array([Dictionary(Type=Name.Filespec, EF=Dictionary(UF=pdf.make_stream(content)))])

    return dress


def pinned(content: bytes) -> Callable[[Pdf], None]:
    def dress(pdf: Pdf) -> None:
        held = Dictionary(Type=Name.Filespec, EF=Dictionary(F=pdf.make_stream(content)))
        note = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=held)
        pdf.pages[0].Annots = Array([pdf.make_indirect(note)])

    return dress


def elsewhere(pdf: Pdf) -> None:
    stream = pdf.make_stream(b"")
    stream.F = String("\\\\10.0.0.9\\share\\page")
    pdf.pages[0].Contents = Array([pdf.pages[0].Contents, stream])


def part_elsewhere(pdf: Pdf) -> None:
    form = pdf.make_stream(b"0 0 9 9 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    form.Ref = Dictionary(F=Dictionary(Type=Name.Filespec, F=String("\\\\10.0.0.9\\share\\x.pdf")), Page=0)
    pdf.pages[0].Resources.XObject = Dictionary(F=form)


def field_that_counts(pdf: Pdf) -> None:
    field = pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("a"), AA=Dictionary(C=SCRIPT, K=SCRIPT), Rect=[0, 0, 9, 9]))
    field.Type, field.Subtype = Name.Annot, Name.Widget
    pdf.pages[0].Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=[field], CO=[field])


def xml_beside_a_form(pdf: Pdf) -> None:
    field_that_counts(pdf)
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")


def bookmark(pdf: Pdf) -> None:
    entry = pdf.make_indirect(Dictionary(Title=String("x"), A=SCRIPT))
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(First=entry, Last=entry, Count=1))
    entry.Parent = pdf.Root.Outlines


CLAIM = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="3" pdfaid:conformance="B"/>
</rdf:RDF></x:xmpmeta>"""


def claim(pdf: Pdf) -> None:
    pdf.Root.Metadata = pdf.make_stream(CLAIM, Type=Name.Metadata, Subtype=Name.XML)


def claim_with_more(pdf: Pdf) -> None:
    claim(pdf)
    attached(XML)(pdf)


PICTURES = {"jpg": files.jpeg, "PNG": files.png, "gif": files.gif, "webp": files.webp, "bmp": files.bmp}
TAKEN = {
    "script on opening": opening(S=Name.JavaScript, JS=String("app.alert(1)")),
    "script in names": lambda pdf: setattr(pdf.Root, "Names", Dictionary(JavaScript=Dictionary(Names=[String("a"), SCRIPT]))),
    "script behind a link": link(S=Name.URI, URI=String("https://example.org"), Next=[SCRIPT]),
    "script on closing": lambda pdf: setattr(pdf.pages[1], "AA", Dictionary(C=SCRIPT)),
    "script of a bookmark": bookmark,
    "field that counts": field_that_counts,
    "other file on opening": opening(S=Name.GoToR, F=String("\\\\10.0.0.9\\share\\x.pdf"), D=[0, Name.Fit]),
    "other file in a stream": opening_in_a_stream(S=Name.GoToR, F=String("\\\\10.0.0.9\\share\\x.pdf")),
    "other file, no name": opening(S=String("GoToR"), F=String("\\\\10.0.0.9\\share\\x.pdf"), D=[0, Name.Fit]),
    "share in a stream": opening_in_a_stream(S=Name.URI, URI=String("file:////10.0.0.9/share")),
    "printed from elsewhere": printed_from_elsewhere,
    "xml with related xml": brought_along(XML),
    "thread on opening": opening(S=Name.Thread, F=String("\\\\10.0.0.9\\share\\x.pdf"), D=0),
    "address on opening": opening(S=Name.URI, URI=String("https://example.org/seen")),
    "share behind a link": link(S=Name.URI, URI=String("file:////10.0.0.9/share")),
    "submits itself": opening(S=Name.SubmitForm, F=String("https://example.org")),
    "imports": opening(S=Name.ImportData, F=String("x.fdf")),
    "prints itself": opening(S=Name.Named, N=Name.Print),
    "content elsewhere": elsewhere,
    "part elsewhere": part_elsewhere,
    "xml": attached(XML),
    "xml with a lie": attached(XML, AFRelationship=Name.Data),
    "xml associated only": associated_only(XML),
    "picture pinned": pinned(files.png(200, 200)),
    **{f"{kind} attached": attached(content(), UF=String(f"附图.{kind}")) for kind, content in PICTURES.items()},
    "pdf/a": attached(dressed(claim, pages=1)),
    "xml beside a form": xml_beside_a_form,
}
LEFT_OUT = (
    b"/JS", b"/JavaScript", b"/AA", b"/GoToR", b"/Thread", b"/SubmitForm", b"/ImportData", b"/EmbeddedFile", b"/EF", b"/AF",
    b"/FileAttachment", b"10.0.0.9", b"example.org", b"/Print", b"/XFA", b"/OpenAction",
)  # fmt: skip


@pytest.mark.parametrize("what", TAKEN)
def test_pages_are_taken_and_readers_get_a_copy_without_it(what: str) -> None:
    verdict = look(dressed(TAKEN[what]))
    assert isinstance(verdict, Examined), verdict
    assert (verdict.pages, verdict.warnings) == (2, [])
    assert verdict.safe_copy is not None
    with pikepdf.open(io.BytesIO(verdict.safe_copy)) as copy:
        out = io.BytesIO()
        copy.save(out, qdf=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        assert len(copy.pages) == 2
    assert [word for word in LEFT_OUT if word in out.getvalue()] == []
    assert look(verdict.safe_copy) == verdict


@pytest.mark.parametrize(
    "dress",
    [
        lambda _pdf: None,
        opening(S=Name.GoTo, D=[0, Name.Fit]),
        opening(S=Name.Named, N=Name.NextPage),
        link(S=Name.URI, URI=String("https://www.chsi.com.cn/xlcx/")),
        link(S=Name.GoTo, D=String("chapter")),
    ],
)
def test_file_that_does_nothing_by_itself_is_served_as_it_is(dress: Callable[[Pdf], None]) -> None:
    verdict = look(dressed(dress))
    assert isinstance(verdict, Examined)
    assert verdict.safe_copy is None


def collection(pdf: Pdf) -> None:
    attached(XML)(pdf)
    pdf.Root.Collection = Dictionary(Type=Name.Collection)


def dynamic_form(pdf: Pdf) -> None:
    xml_beside_a_form(pdf)
    pdf.Root.NeedsRendering = True


def media(subtype: Name) -> Callable[[Pdf], None]:
    def dress(pdf: Pdf) -> None:
        pdf.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=subtype, Rect=[0, 0, 9, 9])])

    return dress


@pytest.mark.parametrize(
    ("dress", "code"),
    [
        (opening(S=Name.Launch, F=String("cmd.exe")), "launch"),
        (opening(Type=Name.Page, P=1, S=Name.Launch, F=String("cmd.exe")), "launch"),
        (link(S=Name.Launch, F=String("cmd.exe")), "launch"),
        (opening_in_a_stream(S=Name.Launch, Win=Dictionary(F=String("cmd.exe"))), "launch"),
        (opening(S=String("Launch"), F=String("cmd.exe")), "launch"),
        (link(S=Name.GoTo, D=String("x"), Next=Dictionary(S=Name.Launch, F=String("cmd.exe"))), "launch"),
        (link(S=Name.Rendition, OP=0), "launch"),
        *((media(subtype), "launch") for subtype in (Name.RichMedia, Name.Screen, Name.Movie, Name.Sound, Name("/3D"))),
        (attached(files.program()), "attachment"),
        (attached(b""), "attachment"),
        (attached(files.archive()), "attachment"),
        (attached(b"\xff\xd8\xff" + files.archive()), "attachment"),
        (attached(b"GIF89a=1;\r\nstart calc.exe\r\n"), "attachment"),
        (attached(b"BM;calc.exe\r\n"), "attachment"),
        (attached(b"AC1027" + bytes(4000)), "attachment"),
        (attached(b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><a/>'), "attachment"),
        (attached(files.png(), F=String("a.png.js")), "attachment"),
        (attached(files.png(), UF=String("a.exe.")), "attachment"),
        (attached(files.png(), UF=String("a.exe:b.png")), "attachment"),
        (attached(files.png(), UF=String("a\u202egnp.exe")), "attachment"),
        (attached(files.docx()), "attachment"),
        (attached(files.html()), "attachment"),
        (attached(files.svg()), "attachment"),
        (attached(b"<a><script>1</script></a>"), "attachment"),
        (attached(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "attachment"),
        (attached(b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>'), "attachment"),
        (attached(XML[:-5]), "attachment"),
        (attached(files.pdf()), "attachment"),
        (attached(dressed(claim_with_more)), "attachment"),
        (associated_only(files.program()), "attachment"),
        (brought_along(files.program()), "attachment"),
        (pinned(files.program()), "attachment"),
        (collection, "attachment"),
        (dynamic_form, "form_xfa"),
        (lambda pdf: setattr(pdf.Root, "AcroForm", Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=[])), "form_xfa"),
    ],
)  # fmt: skip
def test_what_nobody_may_bring_is_refused(dress: Callable[[Pdf], object], code: str) -> None:
    verdict = look(dressed(dress))  # type: ignore[arg-type]
    assert isinstance(verdict, Unacceptable), verdict
    assert verdict.code == code
    assert "请" in verdict.text
