#!/usr/bin/env python3
"""Counts the records in files that hold CloudTrail or other JSON logs.

This is a second opinion on isobar: another language, no shared code, and the
plainest reading we could write. Standard library only (Python 3.11).

    count.py PATH...       files or folders, folders recursively
    count.py --self-test

It prints one JSON object per file, sorted by the bytes of the path, and a last
line with the totals:

    records   leaf records: objects at the top, in lists, and in what WRAPPED names,
              also within JSON strings and base64, gzip or not, four deep; an object
              of Google Workspace counts once for each of its events
    damaged   pieces that could not be read. A damaged container (gzip, zstd) is one
              piece, and each syntax error inside it is another
    skipped   sound documents that hold no record: "Records": null, "Records": [], []
    note      the container's faults and the first fault in the text

What it does not know:
- It does not know what a record means: a digest object is a record to it.
- It does not repair. After a syntax error it goes on at the line after the one on
  which the broken document began. So a broken {"Records":[...]} on one line gives no
  records at all, even if most of its elements are whole. In a broken document of
  many lines each later line is tried by itself: it may report many damaged pieces,
  and may count as a record an object nested inside the broken part.
- It does not remove duplicates, and does not read CSV, UTF-16 or zip.
- Where a key occurs twice in one object, the last one counts.
- It accepts a lone surrogate escape ("\\ud800"), which stricter readers refuse.
- It refuses documents nested deeper than Python's recursion limit (about 1000).
- It holds a whole inflated file in memory: do not give it untrusted archives.
"""

import base64
import gzip
import json
import os
import re
import struct
import sys
import zlib

SPACE = " \t\r\n"
SKIP_SPACE = re.compile(f"[{SPACE}]*")
BAD_BYTE = re.compile("[\udc80-\udcff]")  # how "surrogateescape" spells a byte that is not UTF-8
BOM = b"\xef\xbb\xbf"


def refuse(word):
    raise ValueError(f"{word} is not JSON")


# Numbers stay text: we only count, and Python refuses to convert very long integers.
DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=refuse)


def gzip_body(data, pos):
    """Where the deflate stream of the gzip member at pos begins (RFC 1952), or None."""
    if len(data) < pos + 10 or data[pos + 2] != 8:
        return None
    flags = data[pos + 3]
    pos += 10
    if flags & 4:  # extra field
        if len(data) < pos + 2:
            return None
        pos += 2 + struct.unpack_from("<H", data, pos)[0]
    for flag in (8, 16):  # file name, comment
        if flags & flag:
            pos = data.find(b"\0", pos) + 1
            if pos == 0:
                return None
    if flags & 2:  # header checksum, not checked
        pos += 2
    return pos if pos < len(data) else None


def gunzip(data):
    """All members of a gzip file -> (text bytes, list of faults). Keeps what it could inflate.

    Reads raw deflate and checks the trailer here, because zlib throws away the last
    output when it finds a wrong checksum.
    """
    out, faults, pos = bytearray(), [], 0
    while data[pos:pos + 2] == b"\x1f\x8b":
        at = gzip_body(data, pos)
        if at is None:
            return bytes(out), faults + ["gzip header is cut off or unknown"]
        inflater, member = zlib.decompressobj(-15), bytearray()
        try:
            while at < len(data) and not inflater.eof:
                piece = data[at:at + 256]  # small, so that an error loses little
                at += len(piece)
                member += inflater.decompress(piece)
        except zlib.error:
            return bytes(out + member), faults + ["gzip stream is broken"]
        out += member
        at -= len(inflater.unused_data)
        if not inflater.eof or len(data) < at + 8:
            return bytes(out), faults + ["gzip stream is cut off"]
        crc, size = struct.unpack_from("<II", data, at)
        if crc != zlib.crc32(member):
            faults.append("gzip CRC is wrong")
        if size != len(member) & 0xFFFFFFFF:
            faults.append("gzip ISIZE is wrong")
        pos = at + 8
    if data[pos:].strip(b"\0"):  # zero padding is allowed by custom
        faults.append(f"{len(data) - pos} bytes after the gzip end")
    return bytes(out), faults


def unzstd(data):
    try:
        import zstandard
    except ImportError:
        return b"", ["zstd, and the zstandard module is not here"]
    reader = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True)
    out = bytearray()
    try:
        while piece := reader.read(65536):
            out += piece
    except zstandard.ZstdError as error:
        return bytes(out), [f"zstd: {error}"]
    return bytes(out), []


# Where transports and exports put records; tried in this order.
WRAPPED = [path.split("/") for path in """
Records records detail logEvents/message awslogs/data kinesis/data message/data receivedMessages/message/data
Message Sns/Message body Body Messages/Body Events/CloudTrailEvent CloudTrailEvent eventJson data/events data
value entries items result/_raw results/_raw _raw result results hits/hits/_source _source event.original
event/original events/message message aws gcp azure event
""".split()]


def under(value, path):
    """What stands at the end of a path, lists taken element by element."""
    if path and isinstance(value, list):
        return [found for item in value for found in under(item, path)]
    if not path:
        return [value]
    return under(value[path[0]], path[1:]) if isinstance(value, dict) and path[0] in value else []


def inside(text):
    """The documents within a string, or None where there are none."""
    for attempt in (lambda: text.encode(), lambda: base64.b64decode("".join(text.split()) + "==", altchars=b"-_" if set("-_") & set(text) else None)):
        try:
            data = attempt()
            data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            text_inside, found, pos = data.decode(), [], 0
            if text_inside.lstrip(SPACE)[:1] not in ("{", "["):
                continue
            while (pos := SKIP_SPACE.match(text_inside, pos).end()) < len(text_inside):
                document, pos = DECODER.raw_decode(text_inside, pos)
                found.append(document)
            return found
        except (ValueError, OSError, EOFError, zlib.error, RecursionError):
            continue
    return None


def leaves(value, depth=0):
    """The candidates for records in one document."""
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item, depth + isinstance(item, list))]
    if not isinstance(value, dict) or depth > 4:
        return [value]
    events = value.get("events") if isinstance(value.get("id"), dict) else None
    if "protoPayload" in value:
        metadata = under(value, ["protoPayload", "metadata"])
        events = metadata[0].get("event") if metadata and isinstance(metadata[0], dict) else None
    if isinstance(events, list):
        return [value] * max(len(events), 1)
    if "s3" in value or "s3ObjectKey" in value or value.get("messageType") == "CONTROL_MESSAGE" or value.get("source") == "aws.s3":
        return [value]
    for path in WRAPPED:
        if path in (["aws"], ["gcp"], ["azure"]) and "integration" not in value:
            continue
        if path == ["Message"] and value.get("Type") != "Notification":
            continue
        found, leaf_lists = under(value, path), []
        if found and all(item is None or item == [] for item in found):
            return []
        for item in found:
            opened = inside(item) if isinstance(item, str) else [item] if isinstance(item, (dict, list)) else None
            if opened is not None:
                leaf_lists.append(leaves(opened, depth + 1))
        if leaf_lists:
            return [leaf for group in leaf_lists for leaf in group]
    return [value]


def count_text(text, bad_bytes):
    """-> (records, damaged, skipped, note)"""
    records = damaged = skipped = 0
    note = ""
    pos = SKIP_SPACE.match(text).end()
    while pos < len(text):
        start = pos
        try:
            document, pos = DECODER.raw_decode(text, start)
            found = leaves(document)
            # A leaf that is not an object, or that holds a byte that is not UTF-8, is damaged.
            # (In a file with such bytes a lone escape like "\udcff" looks the same.)
            good = sum(
                isinstance(leaf, dict)
                and not (bad_bytes and BAD_BYTE.search(json.dumps(leaf, ensure_ascii=False)))
                for leaf in found
            )
            records += good
            damaged += len(found) - good
            skipped += not found
            if good < len(found):
                note = note or f"bad record in the document at character {start}"
        except (ValueError, RecursionError) as error:
            damaged += 1
            note = note or f"document at character {start}: {error or type(error).__name__}"
            newline = text.find("\n", start)
            pos = len(text) if newline < 0 else newline + 1
        pos = SKIP_SPACE.match(text, pos).end()
    return records, damaged, skipped, note


def count_bytes(data):
    """-> (records, damaged, skipped, note)"""
    faults = []
    if data[:2] == b"\x1f\x8b":
        data, faults = gunzip(data)
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        data, faults = unzstd(data)
    first = data.removeprefix(BOM).lstrip(SPACE.encode())[:1]
    if not first:
        return 0, len(faults), 0, "; ".join(faults) or "empty"
    if first not in b"{[":
        return 0, len(faults) + 1, 0, "; ".join(faults + [f"not JSON, begins with {data[:8]!r}"])
    text = data.removeprefix(BOM).decode("utf-8", "surrogateescape")
    records, damaged, skipped, note = count_text(text, BAD_BYTE.search(text) is not None)
    return records, len(faults) + damaged, skipped, "; ".join(faults + [note] * bool(note))


def files_under(paths):
    """Regular files, each once, sorted by path bytes. A path that is not there is kept, to be reported."""
    found = set()
    for path in map(os.fsencode, paths):
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                whole = (os.path.join(folder, name) for name in names)
                found.update(name for name in whole if os.path.isfile(name))
        else:
            found.add(path)
    return sorted(found)


def main(paths):
    total = {"files": 0, "records": 0, "damaged": 0, "skipped": 0}
    for path in files_under(paths):
        try:
            with open(path, "rb") as file:
                records, damaged, skipped, note = count_bytes(file.read())
        except OSError as error:
            records, damaged, skipped, note = 0, 1, 0, f"cannot read: {error.strerror}"
        line = {"records": records, "damaged": damaged, "skipped": skipped}
        print(json.dumps({"path": os.fsdecode(path), **line, "note": note}))
        total["files"] += 1
        for key, value in line.items():
            total[key] += value
    print(json.dumps({"total": total}))


def self_test():
    one = gzip.compress(b'{"Records":[{"a":1},{"a":2}]}', mtime=0)
    cases = [  # what, bytes, (records, damaged, skipped)
        ("empty", b"", (0, 0, 0)),
        ("only space", b" \n", (0, 0, 0)),
        ("one object", b'{"a":1}', (1, 0, 0)),
        ("BOM", BOM + b'{"a":1}', (1, 0, 0)),
        ("Records", b'{"Records":[{"a":1},{"a":2}]}', (2, 0, 0)),
        ("records, pretty", b'{\n "records": [\n {"a": 1},\n {"a": 2}\n ]\n}\n', (2, 0, 0)),
        ("Records null and empty", b'{"Records":null}\n{"Records":[]}', (0, 0, 2)),
        ("Records is no list", b'{"Records":5}', (1, 0, 0)),
        ("top-level list", b'[{"a":1},2,{"Records":[{},{}]}]', (3, 1, 0)),
        ("string in a string", json.dumps({"Messages": [{"Body": json.dumps({"body": '{"a":1}'})}]}).encode(), (1, 0, 0)),
        ("base64 of gzip", json.dumps({"awslogs": {"data": base64.b64encode(one).decode()}}).encode(), (2, 0, 0)),
        ("a message of words", b'{"message":"hello"}', (1, 0, 0)),
        ("events of Workspace", b'{"id":{"time":"t"},"events":[{},{},{}]}', (3, 0, 0)),
        ("lookup-events", json.dumps({"Events": [{"CloudTrailEvent": '{"a":1}'}, {"CloudTrailEvent": '{"a":2}'}]}).encode(), (2, 0, 0)),
        ("NDJSON", b'{"a":1}\r\n{"a":2}\n\n{"a":3}', (3, 0, 0)),
        ("concatenated", b'{"a":1}{"a":2} [{}]', (3, 0, 0)),
        ("scalar after object", b'{"a":1}\n7\n"x"\n', (1, 2, 0)),
        ("broken line", b'{"a":1}\n{"a":\n{"a":3}\n', (2, 1, 0)),
        ("NaN", b'{"a":NaN}\n{"a":1}', (1, 1, 0)),
        ("long integer", b'{"a":' + b"9" * 5000 + b"}", (1, 0, 0)),
        ("nested too deep", b"[" * 100000, (0, 1, 0)),
        ("bad UTF-8 in one", b'{"Records":[{"a":"\xe9"},{"a":"\xc3\xa9"}]}', (1, 1, 0)),
        ("CSV", b"a,b\n1,2\n", (0, 1, 0)),
        ("gzip", one, (2, 0, 0)),
        ("two members and padding", one + one + bytes(9), (4, 0, 0)),
        ("bytes after the end", one + b"junk", (2, 1, 0)),
        ("wrong CRC", one[:-8] + b"\0\0\0\0" + one[-4:], (2, 1, 0)),
        ("wrong ISIZE", one[:-4] + b"\0\0\0\0", (2, 1, 0)),
        ("cut in the trailer", one[:-3], (2, 1, 0)),
        ("cut in the header", one[:5], (0, 1, 0)),
        ("gzip in gzip", gzip.compress(one, mtime=0), (0, 1, 0)),
    ]
    failed = 0
    for what, data, want in cases:  # not assert statements, which python -O drops
        got = count_bytes(data)
        if got[:3] != want:
            failed += 1
            print(f"self-test: {what}: want {want}, got {got}", file=sys.stderr)
    print(f"self-test: {len(cases) - failed} of {len(cases)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(self_test())
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: count.py PATH... | count.py --self-test")
    main(sys.argv[1:])
