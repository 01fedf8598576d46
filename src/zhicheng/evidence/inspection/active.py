"""What in a PDF could act by itself: what is refused, what is taken out of the copy that readers get.

Refused: programs to launch, films and sounds, collections, attachments other than XML, PDF/A and pictures. Taken, but not handed on:
scripts, actions (on opening and elsewhere) that are more than a step within the file, links to anything but the web, content that lies
elsewhere, attachments, forms in XML beside ordinary ones. Every dictionary of the file is looked at, not only the known places.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

import pikepdf

from zhicheng.evidence.inspection.images import is_whole_picture
from zhicheng.evidence.inspection.kinds import sniff
from zhicheng.evidence.inspection.verdicts import Bounds, Rejected

_MOST_VALUES = 2_000_000  # dictionaries and arrays looked at before a file counts as too complex
_DEEPEST = 60
_STEPS = {"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"}
_LAUNCHES = {"/Launch", "/Rendition", "/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView"}
_MEDIA = {"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
_ACTIONS = _LAUNCHES | {
    "/GoTo", "/GoToR", "/GoToE", "/GoToDp", "/Thread", "/URI", "/Hide", "/Named", "/SubmitForm", "/ResetForm", "/ImportData",
    "/JavaScript", "/SetOCGState", "/Trans",
}  # fmt: skip
_HOLDERS = ("/A", "/PA", "/OpenAction", "/Next")
_DROPPED = ("/AA", "/AF", "/EF", "/RF", "/EmbeddedFiles", "/JavaScript", "/JS", "/Renditions", "/XFA", "/Ref", "/OPI", "/URI")
_ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")
_WEB = re.compile(r"\A(?:https?://[^\\]|mailto:|#)", re.IGNORECASE)
_NAMES = ("/F", "/UF", "/DOS", "/Mac", "/Unix")
_HARMLESS_NAME = re.compile(
    r"[^.:\x00-\x1f]*|[^:\x00-\x1f\u202a-\u202e\u2066-\u2069]*\.(?:xml|pdf|jpe?g|png|gif|bmp|tiff?|webp)", re.IGNORECASE
)
_PDFA = re.compile(rb"pdfaid:part\b")


def has_active_content(pdf: pikepdf.Pdf, bounds: Bounds) -> bool:
    """Whether anything has to be taken out of the copy. Raises ``Rejected``: ``launch``, ``attachment``, ``form_xfa``,
    ``too_complex``, ``too_many_pixels``, ``damaged``.
    """
    found = False
    _check_xfa(pdf)
    for value in _everything(pdf):
        _refuse(value, bounds)
        found = _acts(value) or found
        _check_names(value)
        for attached in _attached(value):
            _check_attachment(attached, bounds)
    return found


def write_safe_copy(pdf: pikepdf.Pdf, bounds: Bounds) -> bytes:
    """The same pages without what ``has_active_content`` found. Changes ``pdf``.

    The copy is looked at again: what is still in it after everything known was taken out makes the file one that cannot be kept
    (``Rejected("script")``).
    """
    for value in _everything(pdf):
        _clean(value)
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about fields no form names: they stay as they are
        pdf.save(out, encryption=False, deterministic_id=True)
    with pikepdf.open(io.BytesIO(out.getvalue()), suppress_warnings=True) as copy:
        if has_active_content(copy, bounds) or len(copy.pages) != len(pdf.pages):
            raise Rejected("script")
    return out.getvalue()


def _everything(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    budget = _MOST_VALUES
    for top in [pdf.trailer, *pdf.objects]:
        for value in dictionaries(top):
            budget -= 1
            if budget < 0:
                raise Rejected("too_complex")
            yield value


def dictionaries(top: Any) -> Iterator[pikepdf.Object]:
    """``top`` and every dictionary written directly inside it. What is referred to is met on its own."""
    waiting: list[tuple[Any, int]] = [(top, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Rejected("too_complex")
        if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
            yield value
            inside = [child for _key, child in value.items()]
        elif isinstance(value, pikepdf.Array):
            inside = list(value)
        else:
            continue
        waiting.extend((child, depth + 1) for child in inside if isinstance(child, pikepdf.Object) and not child.is_indirect)


def _refuse(value: pikepdf.Object, bounds: Bounds) -> None:
    subtype = str(value.get("/Subtype", ""))
    if _action(value) in _LAUNCHES or subtype in _MEDIA or "/RichMediaContent" in value:
        raise Rejected("launch")
    if "/Collection" in value:
        raise Rejected("attachment")
    if subtype == "/Image" and _pixels(value) > bounds.max_pixels:
        raise Rejected("too_many_pixels")


def _action(value: Any) -> str:
    """The kind of action a dictionary is, ``""`` for none. Readers do not ask for its ``/Type``, take the dictionary of a stream
    for as good as any, and some of them a string for a name.
    """
    kind = str(value.get("/S", "")) if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)) else ""
    return next((known for known in (kind, f"/{kind}") if known in _ACTIONS), "")


def _acts(value: pikepdf.Object) -> bool:
    if isinstance(value, pikepdf.Stream) and any(key in value for key in _ELSEWHERE):
        return True
    if str(value.get("/Type", "")) == "/EmbeddedFile" or str(value.get("/Subtype", "")) == "/FileAttachment":
        return True
    return any(key in value for key in _dropped_of(value)) or any(_is_bad(value.get(key), key) for key in _HOLDERS)


def _dropped_of(value: pikepdf.Object) -> list[str]:
    """The keys nothing of this dictionary keeps. ``/URI`` is the address of a link, but the base of all links in a catalog."""
    kept = {"/URI"} if isinstance(value.get("/URI"), pikepdf.String) else set()
    if isinstance(value, pikepdf.Stream) and str(value.get("/Subtype", "")) != "/Form":
        kept |= {"/Ref"} if str(value.get("/Subtype", "")) == "/Image" else {"/Ref", "/OPI"}
    if isinstance(value.get("/Ref"), pikepdf.Array) or str(value.get("/Type", "")) == "/StructElem":
        kept |= {"/Ref"}
    return [key for key in _DROPPED if key in value and key not in kept]


def _is_bad(action: Any, held_by: str) -> bool:
    """Whether an action is more than a step within the file or a link to the web that somebody has to press."""
    kind = _action(action)
    if kind in {"", "/GoTo"}:
        return kind == "/GoTo" and "/Next" in action
    if "/Next" in action:
        return True
    if kind == "/Named":
        return str(action.get("/N", "")) not in _STEPS
    return kind != "/URI" or held_by != "/A" or not _WEB.match(str(action.get("/URI", "")))


def _clean(value: pikepdf.Object) -> None:
    for key in _dropped_of(value):
        del value[key]
    for key in _HOLDERS:
        if _is_bad(value.get(key), key):
            del value[key]
    if isinstance(value, pikepdf.Stream):
        for key in _ELSEWHERE:
            if key in value:
                del value[key]
    notes = value.get("/Annots")
    if isinstance(notes, pikepdf.Array):
        kept = [note for note in notes if not _is_attachment_note(note)]
        if len(kept) != len(notes):
            value["/Annots"] = pikepdf.Array(kept)


def _is_attachment_note(note: Any) -> bool:
    return isinstance(note, pikepdf.Dictionary) and str(note.get("/Subtype", "")) == "/FileAttachment"


def _check_xfa(pdf: pikepdf.Pdf) -> None:
    """A form in XML that is drawn by its own program only is refused; one that lies beside an ordinary form is left out."""
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or "/XFA" not in form:
        return
    fields = form.get("/Fields")
    if pdf.Root.get("/NeedsRendering") is True or not isinstance(fields, pikepdf.Array) or len(fields) == 0:
        raise Rejected("form_xfa")


def _attached(value: pikepdf.Object) -> Iterator[pikepdf.Object]:
    files = value.get("/EF")
    if isinstance(files, pikepdf.Dictionary):
        yield from (stream for _key, stream in files.items() if isinstance(stream, pikepdf.Stream))
    elif files is not None:
        raise Rejected("attachment")
    if "/RF" in value:
        yield from _related(value["/RF"])
    if isinstance(value, pikepdf.Stream) and str(value.get("/Type", "")) == "/EmbeddedFile":
        yield value


def _related(files: Any) -> Iterator[pikepdf.Object]:
    """The files that come along with an attached one: for each of its names an array of names and streams by turns."""
    if not isinstance(files, pikepdf.Dictionary):
        raise Rejected("attachment")
    for _key, pairs in files.items():
        if not isinstance(pairs, pikepdf.Array):
            raise Rejected("attachment")
        yield from (part for part in pairs if isinstance(part, pikepdf.Stream))


def _check_names(value: pikepdf.Object) -> None:
    """What an attachment is saved as decides what opens it, whatever it is: the names have to be those of what may be attached."""
    if "/EF" not in value and "/RF" not in value:
        return
    names = [name for key in _NAMES if isinstance(name := value.get(key), pikepdf.String)]
    related = value.get("/RF")
    for pairs in related.values() if isinstance(related, pikepdf.Dictionary) else ():
        names += [part for part in pairs if isinstance(part, pikepdf.String)] if isinstance(pairs, pikepdf.Array) else []
    for name in names:
        if _HARMLESS_NAME.fullmatch(str(name)) is None:
            raise Rejected("attachment")


def _check_attachment(stream: pikepdf.Object, bounds: Bounds) -> None:
    """Whatever its name and type say: only what it is counts."""
    try:
        content = bytes(stream.read_bytes())
    except (pikepdf.PdfError, RuntimeError, NotImplementedError) as error:
        raise Rejected("attachment") from error
    kind = sniff(content[:8192])
    if kind == "pdf" and _is_plain_pdfa(content, bounds):
        return
    if _is_plain_xml(content) or is_whole_picture(content, bounds.max_pixels):
        return
    raise Rejected("attachment")


def _is_plain_pdfa(content: bytes, bounds: Bounds) -> bool:
    """A PDF that calls itself PDF/A and has nothing active in it, no further attachment included."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as inner:
            said = inner.Root.get("/Metadata")
            claims = isinstance(said, pikepdf.Stream) and _PDFA.search(said.read_bytes()) is not None
            values = list(_everything(inner))
            for value in values:
                _refuse(value, bounds)
            return claims and not any(_acts(value) for value in values)
    except (pikepdf.PdfError, pikepdf.PasswordError, RuntimeError, NotImplementedError):
        return False


def _is_plain_xml(content: bytes) -> bool:
    """Well-formed, without a document type (entities), an instruction to whoever opens it (a style sheet, Word), or any element of a page
    or a drawing that could run."""
    parser = expat.ParserCreate(namespace_separator=" ")
    harmless = True

    def refuse(*_given: object) -> None:
        nonlocal harmless
        harmless = False

    def begin(name: str, _attributes: dict[str, str]) -> None:
        space, _gap, local = name.rpartition(" ")
        if space.endswith(("/xhtml", "/svg", "/Transform")) or local.lower() in {"html", "svg", "script", "stylesheet"}:
            refuse()

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        return False
    return harmless


def _pixels(image: pikepdf.Object) -> int:
    try:
        return int(image.get("/Width", 0)) * int(image.get("/Height", 0))
    except (TypeError, ValueError) as error:
        raise Rejected("damaged", kind="pdf") from error
