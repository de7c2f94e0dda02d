"""PDFs for tests, written by hand: pages of text, and what hostile people put into one."""

import zlib


def pdf(*pages: str, contents: bytes = b"", filters: str = "", trailer: str = "") -> bytes:
    """A PDF with these pages; ``contents`` instead of a page's own, as it stands in the stream."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids: list[str] = []
    font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    for text in pages:
        page = len(objects) + 1
        kids.append(f"{page} 0 R")
        stream = contents or f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {page + 1} 0 R/Resources{font}>>".encode()
        )
        objects.append(b"<</Length %d%s>>stream\n%s\nendstream" % (len(stream), filters.encode(), stream))
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>".encode()
    out = b"%PDF-1.4\n"
    places: list[int] = []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF".encode()


def bomb(times: int = 4) -> bytes:
    """A page whose stream is compressed again and again: a few kilobytes that become gigabytes."""
    stream = b"(x) Tj " * 20_000_000
    for _ in range(times):
        stream = zlib.compress(stream, 9)
    return pdf("", contents=stream, filters=f"/Filter[{'/FlateDecode' * times}]")


def round_and_round() -> bytes:
    """Pages that are their own parents' children."""
    whole = pdf("one")
    return whole.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")
