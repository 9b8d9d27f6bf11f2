#!/usr/bin/env python3
"""Makes a folder of CloudTrail archives in which every tenth file is damaged, each in another way, and prints as JSON what a
reader may expect: {"files", "sound_records", "kinds": {reason: count of files or records}, "rejects": [[file, bytes as hex]]}.
Knows nothing of isobar but the names of its reasons. Usage: damage.py FOLDER
"""
import gzip
import json
import pathlib
import struct
import sys
import zlib

RECORDS = 40
count = 0


def record(**changes):
    global count
    count += 1
    made = {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/dana", "accountId": "111122223333", "userName": "dana"},
        "eventTime": "2026-03-01T%02d:%02d:%02dZ" % (count // 3600 % 24, count // 60 % 60, count % 60),
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.%d" % (count % 250),
        "userAgent": "aws-cli/2.31.4",
        "requestParameters": {"bucketName": "acme-archive", "key": "part-%d" % count},
        "eventID": "00000000-0000-4000-8000-%012d" % count,
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333",
    }
    made.update(changes)
    return json.dumps(made, separators=(",", ":")).encode()


def lines(records):
    return b"".join(r + b"\n" for r in records)


def wrapped(records):
    return b'{"Records":[' + b",".join(records) + b"]}"


def decodable(data):
    """What inflates before the data ends or turns out to be damaged, by zlib, byte by byte."""
    inflate, out = zlib.decompressobj(31), b""
    try:
        for at in range(len(data)):
            out += inflate.decompress(data[at : at + 1])
    except zlib.error:
        pass
    return out


def whole_lines(text):
    return text.count(b"\n")


def stored(text, block=4096):
    """gzip that does not compress: blocks of a known length."""
    out = bytearray(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")
    for at in range(0, len(text), block):
        part = text[at : at + block]
        out += struct.pack("<BHH", at + block >= len(text), len(part), len(part) ^ 0xFFFF) + part
    return bytes(out + struct.pack("<II", zlib.crc32(text), len(text)))


# Each gives: the file's bytes, how many records are sound in it, the reason, and the bytes of bad records.
def cut_off(records):
    data = gzip.compress(lines(records), mtime=0)
    data = data[: len(data) * 3 // 5]
    text = decodable(data)
    return data, whole_lines(text), "cut_off", [text[text.rfind(b"\n") + 1 :]]


def checksum(records):
    data = bytearray(gzip.compress(lines(records), mtime=0))
    data[-7] ^= 0xFF
    return bytes(data), len(records), "checksum", []


def trailing_bytes(records):
    return gzip.compress(wrapped(records), mtime=0) + b"and then some", len(records), "trailing_bytes", []


def nested_compression(records):
    return gzip.compress(gzip.compress(wrapped(records), mtime=0), mtime=0), 0, "nested_compression", []


def not_a_log(records):
    return gzip.compress(b"<html><body>503 Slow Down</body></html>", mtime=0), 0, "not_a_log", []


def damaged_stream(records):
    data = bytearray(stored(lines(records)))
    data[10 + 2 * (4096 + 5) + 3] ^= 0x55
    text = decodable(bytes(data))
    return bytes(data), whole_lines(text), "damaged_stream", [text[text.rfind(b"\n") + 1 :]]


def not_utf8(records):
    bad = record(userAgent="curl/LATIN").replace(b"LATIN", b"\xe9\xff")
    return lines(records[:20] + [bad] + records[20:]), len(records), "not_utf8", [bad]


def not_json(records):
    bad = record()[:150]
    return lines(records[:7] + [bad] + records[7:]), len(records), "not_json", [bad]


def too_deep(records):
    bad = record(requestParameters="DEEP").replace(b'"DEEP"', b'{"a":' * 200 + b"1" + b"}" * 200)
    return wrapped(records[:5] + [bad] + records[5:]), len(records), "too_deep", [bad]


def no_time(records):
    bad = record(eventTime="the first of March")
    return gzip.compress(wrapped(records + [bad]), mtime=0), len(records), "no_time", [bad]


def not_a_record(records):
    return gzip.compress(wrapped(records[:9] + [b'"gone"'] + records[9:]), mtime=0), len(records), "not_a_record", [b'"gone"']


def too_large(records):
    bad = record(userAgent="x" * (17 << 20))
    return gzip.compress(wrapped(records[:9] + [bad] + records[9:]), mtime=0), len(records), "too_large", []


KINDS = [cut_off, checksum, trailing_bytes, nested_compression, not_a_log, damaged_stream, not_utf8, not_json, too_deep, no_time]
KINDS += [not_a_record, too_large]


def main():
    folder = pathlib.Path(sys.argv[1])
    told = {"files": 10 * len(KINDS), "sound_records": 0, "kinds": {}, "rejects": []}
    for number in range(told["files"]):
        records = [record() for _ in range(RECORDS)]
        name = "%s/%03d.json.gz" % (number % 3, number)
        if number % 10 == 4:
            data, sound, reason, bad = KINDS[number // 10](records)
            told["kinds"][reason] = told["kinds"].get(reason, 0) + 1
            told["rejects"] += [[name, bytes.hex()] for bytes in bad]
        else:
            data, sound = (gzip.compress(wrapped(records), mtime=0) if number % 2 else lines(records)), len(records)
        told["sound_records"] += sound
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(json.dumps(told))


main()
