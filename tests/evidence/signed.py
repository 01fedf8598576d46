"""A PDF with a signature, and one that was changed after it was signed."""

from __future__ import annotations

import io

import pikepdf

from tests.evidence import files


def signed_pdf(*, certified: bool = False) -> bytes:
    """One page with a signature over all of it but the signature itself (ISO 32000-1, 12.8); ``certified``: by its author, who allows forms
    to be filled in (12.8.2.2)."""
    name, made = pikepdf.Name, pikepdf.Dictionary
    with pikepdf.open(io.BytesIO(files.pdf())) as document:
        signature = made(Type=name.Sig, Filter=name("/Adobe.PPKLite"), SubFilter=name("/adbe.pkcs7.detached"), Reason="approved")
        signature.ByteRange, signature.Contents = [0, 10**9, 10**9, 10**9], pikepdf.String(b"0" * 256)
        if certified:
            allowed = made(Type=name.TransformParams, P=2, V=name("/1.2"))
            signature.Reference = [made(Type=name.SigRef, TransformMethod=name.DocMDP, TransformParams=allowed)]
        value = document.make_indirect(signature)
        page = document.pages[0]
        field = made(
            Type=name.Annot, Subtype=name.Widget, FT=name.Sig, T="Signature1", V=value, Rect=[0, 0, 0, 0], F=132, P=page.obj
        )
        page.Annots = pikepdf.Array([document.make_indirect(field)])
        document.Root.AcroForm = made(Fields=page.Annots, SigFlags=3)
        if certified:
            document.Root.Perms = made(DocMDP=value)
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    content = out.getvalue()
    start = content.index(b"/Contents <") + len(b"/Contents ")
    end = content.index(b">", start) + 1
    covered = b"[ %d %d %d %d ]" % (0, start, end, len(content) - end)
    stated = content[content.index(b"/ByteRange ") + 11 :].partition(b"]")[0] + b"]"
    return content.replace(stated, covered.ljust(len(stated)), 1)


def changed_later(content: bytes) -> bytes:
    """``content`` with an update behind it that draws a bar over its first page: everything before stays byte for byte."""
    with pikepdf.open(io.BytesIO(content)) as document:
        page, root, size = document.pages[0].obj, document.Root.objgen[0], int(document.trailer.Size)
        contents = page.Contents.objgen[0]
        page.Contents = pikepdf.Array([page.Contents])  # what is written below, as one that is not a reference would be
        words = page.unparse(resolved=True).replace(b"%d 0 R ]" % contents, b"%d 0 R %d 0 R ]" % (contents, size), 1)
        number = page.objgen[0]
    drawn = b"0 0 0 rg 60 60 400 60 re f"
    added = content + b"\n"
    places = {}
    for at, body in ((number, words), (size, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))):
        places[at] = len(added)
        added += b"%d 0 obj\n%s\nendobj\n" % (at, body)
    before = int(content[content.rindex(b"startxref") :].split()[1])
    table = b"".join(b"%d 1\n%010d 00000 n \n" % (at, place) for at, place in sorted(places.items()))
    tail = (len(added), table, size + 1, root, before)
    return (
        added
        + b"xref\n%s" % tail[1]
        + b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            *tail[2:],
            tail[0],
        )
    )
