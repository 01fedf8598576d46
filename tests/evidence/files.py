"""Every kind of good and bad file, made on the spot: nothing binary is kept in the repository."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache

import pikepdf
from PIL import Image, ImageDraw

A4 = (595, 842)


def picture(width: int = 1240, height: int = 1754, mode: str = "RGB") -> Image.Image:
    """A page of "print": dark bars of different length on white."""
    image = Image.new(mode, (width, height), "white")
    pen = ImageDraw.Draw(image)
    step = max(height // 30, 8)
    for number, top in enumerate(range(step, height - step, step)):
        pen.rectangle((width // 10, top, width // 2 + (number * 37 % 10) * width // 30, top + step // 3), fill="black")
    return image


def jpeg(
    width: int = 1240,
    height: int = 1754,
    *,
    orientation: int | None = None,
    taken: str = "",
    image: Image.Image | None = None,
    **how: object,
) -> bytes:
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    return _saved(image or picture(width, height), "JPEG", quality=85, exif=exif, **how)


def png(width: int = 1240, height: int = 1754, *, mode: str = "RGB") -> bytes:
    return _saved(picture(width, height, mode), "PNG")


def blank_png() -> bytes:
    return _saved(Image.new("RGB", (1240, 1754), "#fdfdf8"), "PNG")


def transparent_png() -> bytes:
    """Black print on nothing: on a white page it is legible, on a black one it is not there."""
    image = Image.new("RGBA", (1240, 1754), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((100, 100, 900, 400), fill=(0, 0, 0, 255))
    return _saved(image, "PNG")


def animated_png() -> bytes:
    return _saved(picture(300, 300), "PNG", save_all=True, append_images=[picture(300, 301).crop((0, 0, 300, 300))])


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format=kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def tiff() -> bytes:
    return _saved(picture(300, 300), "TIFF")


def gif() -> bytes:
    return _saved(picture(300, 300), "GIF")


def webp() -> bytes:
    return _saved(picture(300, 300), "WEBP")


def bmp() -> bytes:
    return _saved(picture(300, 300), "BMP")


def heic() -> bytes:
    """What says it is one, and holds nothing."""
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(400)


def avif() -> bytes:
    return b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1miafavif" + bytes(400)


def mp4() -> bytes:
    return b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(400)


def program() -> bytes:
    return b"MZ\x90\x00\x03\x00\x00\x00" + bytes(56) + b"PE\x00\x00" + bytes(500)


def svg() -> bytes:
    return b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def html() -> bytes:
    return b"\xef\xbb\xbf  <!DOCTYPE html><html><script>alert(1)</script></html>"


def text() -> bytes:
    return "本人承诺所填内容真实。".encode() * 20


def chinese_text_gbk() -> bytes:
    return "本人承诺所填内容真实。".encode("gb18030") * 20


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name in names or ("材料.txt",):
            zipped.writestr(name, "x" * 50)
    return out.getvalue()


def docx() -> bytes:
    return archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")


def old_doc() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def ofd() -> bytes:
    return archive("OFD.xml", "Doc_0/Document.xml")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_claiming(width: int, height: int, *, rows: int = 0) -> bytes:
    """A PNG whose header claims a size; ``rows`` rows of it are there, packed to next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(width + 1)) for _ in range(rows)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def huge_png(side: int, *, depth: int, colour: int, beside: bytes = b"") -> bytes:
    """A whole picture ``side`` × ``side`` of stripes, ``depth`` bits a channel: PNG 11.2.2. ``beside``: chunks before the picture."""
    row = (side * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] * depth + 7) // 8
    block = (b"\0" + b"\xff" * row) * 20 + (b"\0" + b"\x20" * row) * 20
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + beside + chunk(b"IDAT", _repeated(block, side // 40)) + chunk(b"IEND", b"")


def png_text_bomb() -> bytes:
    """A small picture with a compressed comment of 300 MB."""
    whole = png(200, 200)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(300)) + packer.flush()
    return whole[:33] + chunk(b"zTXt", b"Comment\x00\x00" + packed) + whole[33:]


def pdf(pages: int = 1, *, dressed_with: str = "", **save: object) -> bytes:
    """``pages`` pages of text; ``dressed_with`` names something harmful, see ``_dress``."""
    with pikepdf.new() as document:
        for number in range(1, pages + 1):
            add_text_page(document, f"Page {number} of {pages}")
        if dressed_with:
            _dress(document, dressed_with)
        out = io.BytesIO()
        document.save(out, **save)  # type: ignore[arg-type]
        return out.getvalue()


def add_text_page(document: pikepdf.Pdf, line: str) -> None:
    page = document.add_blank_page(page_size=A4)
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    shown = "".join(f"BT /F1 14 Tf 72 {760 - 20 * row} Td ({line} line {row}) Tj ET\n" for row in range(30))
    page.Contents = document.make_stream(shown.encode())


def _dress(document: pikepdf.Pdf, what: str) -> None:
    name, dictionary, text_value = pikepdf.Name, pikepdf.Dictionary, pikepdf.String
    script = dictionary(S=name.JavaScript, JS=text_value("app.alert(1)"))
    launch = dictionary(S=name.Launch, F=text_value("cmd.exe"))
    if what == "script on opening":
        document.Root.OpenAction = script
    elif what == "script in names":
        document.Root.Names = dictionary(JavaScript=dictionary(Names=[text_value("a"), script]))
    elif what == "script deep in a link":
        link = dictionary(Type=name.Annot, Subtype=name.Link, Rect=[0, 0, 9, 9], A=dictionary(S=name.URI, Next=[script]))
        document.pages[0].Annots = pikepdf.Array([link])
    elif what == "script on closing the page":
        document.pages[0].AA = dictionary(C=script)
    elif what == "launch":
        document.Root.OpenAction = launch
    elif what == "submits itself":
        document.Root.OpenAction = dictionary(S=name.SubmitForm, F=text_value("https://example.org"))
    elif what == "film":
        film = dictionary(Type=name.Annot, Subtype=name.RichMedia, Rect=[0, 0, 9, 9])
        document.pages[0].Annots = pikepdf.Array([film])
    elif what == "attachment":
        document.attachments["材料.exe"] = pikepdf.AttachedFileSpec(document, program())
    elif what == "attached note":
        note = dictionary(Type=name.Annot, Subtype=name.FileAttachment, Rect=[0, 0, 9, 9])
        document.pages[0].Annots = pikepdf.Array([note])
    elif what == "xfa form":
        document.Root.AcroForm = dictionary(XFA=document.make_stream(b"<xdp/>"), Fields=[])
    elif what == "huge picture":
        document.pages[0].Resources.XObject = dictionary(Im0=_image_stream(document, 100_000, 100_000))
    elif what == "huge page":
        document.pages[0].MediaBox = pikepdf.Array([0, 0, 1_000_000, 1_000_000])
    else:
        raise AssertionError(what)


def _image_stream(document: pikepdf.Pdf, width: int, height: int) -> pikepdf.Stream:
    name = pikepdf.Name
    return pikepdf.Stream(
        document,
        zlib.compress(bytes(64)),
        pikepdf.Dictionary(
            Type=name.XObject,
            Subtype=name.Image,
            Width=width,
            Height=height,
            ColorSpace=name.DeviceGray,
            BitsPerComponent=8,
            Filter=name.FlateDecode,
        ),
    )


def scanned_pdf(*pictures: bytes) -> bytes:
    """Pages that are nothing but a JPEG, as a scanner makes them."""
    name = pikepdf.Name
    with pikepdf.new() as document:
        for content in pictures:
            with Image.open(io.BytesIO(content)) as image:
                width, height = image.size
            page = document.add_blank_page(page_size=A4)
            scan = pikepdf.Stream(
                document,
                content,
                pikepdf.Dictionary(
                    Type=name.XObject,
                    Subtype=name.Image,
                    Width=width,
                    Height=height,
                    ColorSpace=name.DeviceRGB,
                    BitsPerComponent=8,
                    Filter=name.DCTDecode,
                ),
            )
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=scan))
            page.Contents = document.make_stream(f"q {A4[0]} 0 0 {A4[1]} 0 0 cm /Im0 Do Q".encode())
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def pdf_with_blank_page() -> bytes:
    with pikepdf.new() as document:
        add_text_page(document, "First")
        document.add_blank_page(page_size=A4)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def pdf_without_pages() -> bytes:
    with pikepdf.new() as document:
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def encrypted_pdf(*, user: str = "geheim", owner: str = "geheim2") -> bytes:
    """With ``user=""`` anybody can open it, but it is still encrypted (printing or copying may be forbidden)."""
    return pdf(encryption=pikepdf.Encryption(user=user, owner=owner, R=6))


@cache
def pdf_stream_bomb(megabytes: int = 3000) -> bytes:
    """About 10 kB: a page whose content unpacks, in two steps, to ``megabytes`` of drawing commands."""
    packed = _repeated(b"0 0 m 9 9 l S\n" * 70_000, megabytes)
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=A4)
        page.Contents = document.make_stream(b"")
        twice = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
        page.Contents.write(zlib.compress(packed, 9), filter=twice, type_check=False)
        out = io.BytesIO()
        document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
        return out.getvalue()


def _repeated(block: bytes, times: int) -> bytes:
    """``block`` many times over as one zlib stream: packed once, the packed bytes repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    part = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(times):
        checksum = zlib.adler32(block, checksum)
    return b"\x78\xda" + part * times + b"\x03\x00" + checksum.to_bytes(4, "big")


def pdf_with_broken_stream() -> bytes:
    """The structure is whole, the packed content of the page is not."""
    whole = pdf(compress_streams=True)
    at = whole.index(b"stream\n") + len(b"stream\n")
    return whole[: at + 12] + bytes(byte ^ 0x5A for byte in whole[at + 12 : at + 60]) + whole[at + 60 :]


def polyglot_png_pdf() -> bytes:
    """A picture with a PDF in a comment near its beginning, where lenient readers find it."""
    whole = png(1240, 1754)
    return whole[:33] + chunk(b"tEXt", b"c\x00%PDF-1.7\n") + whole[33:] + pdf()


def photo_of_two() -> bytes:
    """A JPEG with a second picture inside, as many phones write them (MPO)."""
    return _saved(picture(), "MPO", save_all=True, append_images=[picture(320, 240)])


def deep_png() -> bytes:
    """16 bits a pixel, as some scanners write."""
    return _saved(picture(mode="L").convert("I;16").point(lambda grey: grey * 257), "PNG")


def grainy_empty_scan() -> bytes:
    """Empty paper: light grey with grain, and a dark rim where the lid did not close."""
    image = Image.effect_noise((1240, 1754), 12).point(lambda grey: min(255, grey + 100))
    ImageDraw.Draw(image).rectangle((0, 0, 15, 1753), fill=60)
    return _saved(image, "JPEG", quality=60)


def pdf_with_one_line() -> bytes:
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=A4)
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = document.make_stream(b"BT /F1 12 Tf 72 700 Td (No appraisal in 2022.) Tj ET")
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def _pdf_of(*objects: bytes) -> bytes:
    """A PDF with these objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (count, table, count, len(out))


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def _form(draws: int, content: bytes) -> bytes:
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</F %d 0 R>>>>" % draws
    return _stream(entries, content)


_PAGE_OF_A_FORM = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
    _stream(b"", b"/F Do"),
)


def pdf_that_draws_itself() -> bytes:
    """A form that draws itself twice: some 600 bytes, 20 seconds and a gigabyte for whoever draws it without limits."""
    return _pdf_of(*_PAGE_OF_A_FORM, _form(5, b"/F Do /F Do"))


def pdf_of_forms(depth: int) -> bytes:
    """Forms of which each draws the next one twice, ``depth`` deep: nothing refers to itself, and 2 ** depth squares are drawn."""
    ladder = [_form(6 + step, b"/F Do /F Do") for step in range(depth)]
    return _pdf_of(*_PAGE_OF_A_FORM, *ladder, _form(5 + depth, b"0 0 9 9 re f"))


def pdf_of_many_objects(count: int) -> bytes:
    """One blank page and ``count`` small objects nobody refers to: each is looked at, so that it takes its time."""
    first = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    first.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>")
    parts, places = [b"%PDF-1.7\n"], []
    at = len(parts[0])
    for number, content in enumerate([*first, *[b"<</A<</B 1>>>>"] * count], start=1):
        parts.append(b"%d 0 obj%sendobj\n" % (number, content))
        places.append(at)
        at += len(parts[-1])
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    parts += [b"%010d 00000 n \n" % place for place in places]
    parts.append(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, at))
    return b"".join(parts)
