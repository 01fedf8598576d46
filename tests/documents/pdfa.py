"""Our own list of points of ISO 19005-2:2011 (PDF/A-2, level U), each a function that says what is wrong with a file.

``docs/pdf-a.md`` lists the same points. This is no validator: it holds what our papers could break, read with pikepdf (and qpdf, where it is
installed); points about things that no paper of ours has (forms, actions, attached files …) ask that they are not there.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

Point = Callable[["File"], Iterator[str]]
POINTS: dict[str, Point] = {}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OPERATORS = _words(
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re RG rg ri "
    "s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \""
)
_BLENDS = _words(
    "Normal Compatible Multiply Screen Overlay Darken Lighten ColorDodge ColorBurn HardLight SoftLight Difference Exclusion Hue "
    "Saturation Color Luminosity"
)
_INTENTS = {"/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation"}


def point(clause: str) -> Callable[[Point], Point]:
    """Register the check of a clause."""

    def register(check: Point) -> Point:
        POINTS[clause] = check
        return check

    return register


@dataclass
class File:
    """One PDF, and what several points read of it."""

    raw: bytes

    @cached_property
    def pdf(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.raw))

    @property
    def root(self) -> Any:
        return self.pdf.Root

    @cached_property
    def objects(self) -> list[Any]:
        """Every dictionary and stream of the file, those inside others too."""
        found: list[Any] = []

        def visit(item: Any, depth: int = 0) -> None:
            if isinstance(item, Dictionary | Stream):
                found.append(item)
                for key in item.keys():  # noqa: SIM118  a pikepdf object
                    value = item[key]
                    if not value.is_indirect if isinstance(value, pikepdf.Object) else False:
                        visit(value, depth + 1)
            elif isinstance(item, Array):
                for value in item:
                    if isinstance(value, pikepdf.Object) and not value.is_indirect:
                        visit(value, depth + 1)

        for item in self.pdf.objects:
            visit(item)
        return found

    @property
    def streams(self) -> list[Any]:
        return [item for item in self.objects if isinstance(item, Stream)]

    @cached_property
    def contents(self) -> list[tuple[Any, list[Any]]]:
        """Each piece of drawing (pages, forms, patterns) with its resources."""
        pieces: list[tuple[Any, list[Any]]] = []
        for page in self.pdf.pages:
            pieces.append((page.obj.get("/Resources"), pikepdf.parse_content_stream(page)))
        for stream in self.streams:
            if stream.get("/Subtype") == "/Form" or stream.get("/PatternType") == 1:
                pieces.append((stream.get("/Resources"), pikepdf.parse_content_stream(stream)))
        return pieces

    @property
    def fonts(self) -> list[Any]:
        return [item for item in self.objects if item.get("/Type") == "/Font" and item.get("/Subtype") == "/Type0"]

    @cached_property
    def xmp(self) -> str:
        return str(bytes(self.root.Metadata.read_bytes()).decode("utf-8"))


# --- 6.1 File structure ---------------------------------------------------------------------------------------------


@point("6.1.2")
def header(file: File) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7][\r\n]+%[\x80-\xff]{4}", file.raw):
        yield "the first line is not %PDF-1.n, or no binary comment follows it"


@point("6.1.3")
def trailer(file: File) -> Iterator[str]:
    if "/ID" not in file.pdf.trailer or len(file.pdf.trailer.ID) != 2:
        yield "no ID in the trailer"
    if "/Encrypt" in file.pdf.trailer:
        yield "encrypted"
    if not re.search(rb"%%EOF\r?\n?\Z", file.raw) or file.raw.count(b"%%EOF") != 1:
        yield "something stands after the end, or was appended"


@point("6.1.7.1")
def streams(file: File) -> Iterator[str]:
    """The declared length is the real one: qpdf repairs wrong ones and says so."""
    if file.pdf.get_warnings():
        yield "; ".join(map(str, file.pdf.get_warnings()))
    for stream in file.streams:
        if {"/F", "/FFilter", "/FDecodeParms"} & set(stream.keys()):
            yield "a stream outside of the file"


@point("6.1.7.2")
def filters(file: File) -> Iterator[str]:
    for stream in file.streams:
        named = stream.get("/Filter", Array([]))
        for name in [named] if isinstance(named, Name) else named:
            if str(name) in {"/LZWDecode", "/Crypt"}:
                yield f"filter {name}"


@point("6.1.12")
def permissions(file: File) -> Iterator[str]:
    if "/Perms" in file.root:
        yield "permissions"


@point("6.1.13")
def limits(file: File) -> Iterator[str]:
    if len(file.pdf.objects) > 8_388_607:
        yield "too many objects"
    for item in file.objects:
        for key in item.keys():  # noqa: SIM118
            value = item[key]
            if len(key.encode()) > 128 or (isinstance(value, Name) and len(str(value).encode()) > 128):
                yield f"a name of more than 127 bytes: {key}"
            if isinstance(value, pikepdf.String) and len(bytes(value)) > 32_767:
                yield f"a string of more than 32,767 bytes: {key}"
            if isinstance(value, int) and not -(2**31) <= value < 2**31:
                yield f"a number out of range: {key}"
    for page in file.pdf.pages:
        left, bottom, right, top = (float(side) for side in page.mediabox)
        if not (3 <= right - left <= 14_400 and 3 <= top - bottom <= 14_400):
            yield "a page of a size that is not allowed"
    for _resources, drawing in file.contents:
        depth = deepest = 0
        for _operands, operator in drawing:
            depth += {"q": 1, "Q": -1}.get(str(operator), 0)
            deepest = max(deepest, depth)
        if deepest > 28 or depth:
            yield f"graphics states nested {deepest} deep, {depth} left open"


# --- 6.2 Graphics ---------------------------------------------------------------------------------------------------


@point("6.2.2")
def content_streams(file: File) -> Iterator[str]:
    for page in file.pdf.pages:
        if "/Resources" not in page.obj:
            yield "a page that inherits its resources"
    for resources, drawing in file.contents:
        for operands, operator in drawing:
            if str(operator) not in _OPERATORS:
                yield f"unknown operator {operator}"
            kind = {"Do": "/XObject", "gs": "/ExtGState", "Tf": "/Font", "sh": "/Shading"}.get(str(operator))
            if kind and (resources is None or kind not in resources or operands[0] not in resources[kind]):
                yield f"{operator} names a resource that its own dictionary lacks"


@point("6.2.3")
def output_intent(file: File) -> Iterator[str]:
    intents = [intent for intent in file.root.get("/OutputIntents", []) if intent.get("/S") == "/GTS_PDFA1"]
    if len(intents) != 1:
        yield f"{len(intents)} output intents"
        return
    profile = intents[0].get("/DestOutputProfile")
    if profile is None:
        yield "an output intent without a profile"
        return
    data = profile.read_bytes()
    spaces = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}
    if (
        data[36:40] != b"acsp"
        or data[16:20] != spaces.get(int(profile.N))
        or data[8] > 4
        or data[12:16] not in {b"mntr", b"prtr"}
    ):
        yield "a profile that is none, or another one than it is said to be"


@point("6.2.4.3")
def device_colours(file: File) -> Iterator[str]:
    """The output intent is one of RGB: grey and RGB are told by it, CMYK is not."""
    for _resources, drawing in file.contents:
        for operands, operator in drawing:
            if str(operator) in {"k", "K"} or (str(operator) in {"cs", "CS"} and operands[0] == "/DeviceCMYK"):
                yield "a colour of CMYK"
    for item in file.objects:
        if item.get("/ColorSpace") == "/DeviceCMYK" or item.get("/CS") == "/DeviceCMYK":
            yield "a picture, shading or group of CMYK"


@point("6.2.5")
def graphics_states(file: File) -> Iterator[str]:
    for resources, _drawing in file.contents:
        states = resources.get("/ExtGState", Dictionary()) if resources is not None else Dictionary()
        for key in states.keys():  # noqa: SIM118
            state = states[key]
            if "/TR" in state or "/HTP" in state or state.get("/TR2", Name.Default) != "/Default" or "/HT" in state:
                yield "a transfer function or halftone"
            if "/RI" in state and str(state.RI) not in _INTENTS:
                yield "an unknown rendering intent"


@point("6.2.6")
def rendering_intents(file: File) -> Iterator[str]:
    for _resources, drawing in file.contents:
        for operands, operator in drawing:
            if str(operator) == "ri" and str(operands[0]) not in _INTENTS:
                yield f"rendering intent {operands[0]}"


@point("6.2.8")
def images(file: File) -> Iterator[str]:
    for stream in file.streams:
        if stream.get("/Subtype") != "/Image":
            continue
        if {"/Alternates", "/OPI"} & set(stream.keys()) or stream.get("/Interpolate", False):
            yield "a picture with alternates, or one that is interpolated"
        if not stream.get("/ImageMask", False) and int(stream.BitsPerComponent) not in {1, 2, 4, 8, 16}:
            yield "a picture of an odd depth"
        if stream.get("/Filter") == "/JPXDecode":
            yield "a picture of JPEG 2000"


@point("6.2.9")
def form_objects(file: File) -> Iterator[str]:
    for stream in file.streams:
        if stream.get("/Subtype") == "/PS" or stream.get("/Subtype2") == "/PS":
            yield "PostScript"
        if stream.get("/Subtype") == "/Form" and {"/OPI", "/Ref", "/PS"} & set(stream.keys()):
            yield "a form that refers to another file"


@point("6.2.10")
def transparency(file: File) -> Iterator[str]:
    for item in file.objects:
        blend = item.get("/BM")
        names = [] if blend is None else [blend] if isinstance(blend, Name) else list(blend)
        if any(str(name).removeprefix("/") not in _BLENDS for name in names):
            yield f"blend mode {blend}"


# --- 6.3 to 6.11: what our papers do not have -----------------------------------------------------------------------


@point("6.3")
def no_annotations(file: File) -> Iterator[str]:
    if any("/Annots" in page.obj and len(page.obj.Annots) for page in file.pdf.pages):
        yield "annotations"


@point("6.4")
def no_forms(file: File) -> Iterator[str]:
    if "/AcroForm" in file.root:
        yield "a form"


@point("6.5")
def no_actions(file: File) -> Iterator[str]:
    if {"/OpenAction", "/AA"} & set(file.root.keys()) or any("/AA" in page.obj for page in file.pdf.pages):
        yield "an action"
    if any(item.get("/S") in ("/JavaScript", "/Launch", "/URI", "/SubmitForm", "/GoToR") for item in file.objects):
        yield "an action"


@point("6.6.2")
def metadata(file: File) -> Iterator[str]:
    stream = file.root.get("/Metadata")
    if stream is None or stream.get("/Type") != "/Metadata" or stream.get("/Subtype") != "/XML":
        yield "no metadata"
        return
    header = re.match(r"<\?xpacket [^>]*\?>", file.xmp.lstrip("\ufeff"))
    if header is None or "bytes=" in header[0] or "encoding=" in header[0]:
        yield "a packet that is none, or says its length or encoding"


@point("6.6.3")
def document_information(file: File) -> Iterator[str]:
    """What stands in the older place too says the same."""
    info = file.pdf.trailer.get("/Info", Dictionary())
    with file.pdf.open_metadata() as xmp:
        pairs = [("/Title", xmp.get("dc:title", "")), ("/Creator", xmp.get("xmp:CreatorTool", ""))]
        for key, value in pairs:
            if key in info and str(info[key]) != value:
                yield f"{key} says {info[key]}, the metadata say {value}"
        if "/CreationDate" in info:
            digits = re.sub(r"\D", "", str(info.CreationDate))[:14]
            if re.sub(r"\D", "", str(xmp.get("xmp:CreateDate", "")))[:14] != digits:
                yield "two dates of creation"


@point("6.6.4")
def identification(file: File) -> Iterator[str]:
    with file.pdf.open_metadata() as xmp:
        if (xmp.get("pdfaid:part"), xmp.get("pdfaid:conformance")) != ("2", "U"):
            yield "not said to be PDF/A-2u"


@point("6.8")
def attached_files(file: File) -> Iterator[str]:
    names = file.root.get("/Names", Dictionary())
    if "/EmbeddedFiles" in names or any(item.get("/Type") == "/Filespec" or "/EF" in item for item in file.objects):
        yield "an attached file"


@point("6.9")
def optional_content(file: File) -> Iterator[str]:
    if "/OCProperties" in file.root:
        yield "layers"


@point("6.10")
def presentations(file: File) -> Iterator[str]:
    names = file.root.get("/Names", Dictionary())
    if "/AlternatePresentations" in names or any("/PresSteps" in page.obj for page in file.pdf.pages):
        yield "a presentation"


@point("6.11")
def requirements(file: File) -> Iterator[str]:
    if "/Requirements" in file.root:
        yield "requirements of the reader"


def faults(raw: bytes) -> list[str]:
    """Everything that is wrong, each with its clause."""
    file = File(raw)
    return [f"{clause}: {said}" for clause, check in POINTS.items() for said in check(file)]


def qpdf_says(raw: bytes) -> str:
    """What ``qpdf --check`` has to say against the file; empty when nothing, or when there is no qpdf."""
    program = shutil.which("qpdf")
    if program is None:
        return ""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(raw)
        file.flush()
        done = subprocess.run([program, "--check", file.name], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
