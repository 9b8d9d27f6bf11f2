#!/usr/bin/env python3
"""Makes a folder of CloudTrail-like gzip objects, every tenth one damaged in another way.

For a demonstration and a test of how a reader treats damage. Standard library only
(Python 3.11). All records are invented here; none comes from a real account.

    damage.py OUT [--files 120] [--records 20] [--seed 1]

OUT must not exist or must be empty. Standard output is one JSON object:

    {"files": N, "sound_records": S, "kinds": [{"file": ..., "kind": ..., "sound": K}, ...]}

"sound" is how many whole records of the file a careful reader can get back: one that
keeps what it inflated before an error, and that drops only the broken record of a list.
"sound_records" is the sum over all files, the undamaged ones too.

What it does not know:
- Damage that tools have not yet shown us, and two kinds of damage in one file.
- Damage in the middle of a deflate stream: nobody can say what is sound after it.
- Whether a reader should unwrap gzip in gzip. We say no, so its sound count is 0.
- The records depend only on the arguments; the compressed bytes, and so the place of
  the cut and its sound count, depend on this machine's zlib too.
"""

import argparse
import gzip
import json
import os
import random
import sys
import uuid
import zlib
from datetime import datetime, timedelta, timezone

ACCOUNT = "111122223333"
OPEN, CLOSE = b'{"Records":[', b"]}"
# Source, name, read only, request parameters. AWS answers all of these with null response elements.
CALLS = [
    ("ec2.amazonaws.com", "DescribeInstances", True, {"instancesSet": {}, "filterSet": {}}),
    ("s3.amazonaws.com", "ListBuckets", True, {"Host": "s3.amazonaws.com"}),
    ("sts.amazonaws.com", "GetCallerIdentity", True, None),
    ("kms.amazonaws.com", "ListAliases", True, None),
    ("iam.amazonaws.com", "ListUsers", True, None),
    ("iam.amazonaws.com", "AttachUserPolicy", False,
     {"userName": "dana", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    ("s3.amazonaws.com", "DeleteBucket", False,
     {"bucketName": "example-bucket", "Host": "example-bucket.s3.amazonaws.com"}),
]
HTML = b"""<!DOCTYPE html>
<html><head><title>503 Service Unavailable</title></head>
<body><h1>503 Service Unavailable</h1><p>The server is busy. Try again later.</p></body></html>
"""


def record(rng, when):
    source, name, read_only, parameters = rng.choice(CALLS)
    user = rng.choice(["alice", "bob", "carol"])
    # IAM writes its events in us-east-1 only.
    region = "us-east-1" if source.startswith("iam.") else rng.choice(["us-east-1", "eu-west-1"])
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE" + user.upper(),
            "arn": f"arn:aws:iam::{ACCOUNT}:user/{user}",
            "accountId": ACCOUNT,
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "userName": user,
        },
        "eventTime": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": f"203.0.113.{rng.randint(1, 254)}",
        "userAgent": "aws-cli/2.15.0 Python/3.11.6 Linux/6.1.0 exe/x86_64",
        "requestParameters": parameters,
        "responseElements": None,
        "requestID": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "eventID": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def encode(value):
    return json.dumps(value, separators=(",", ":")).encode()


def is_sound(part):
    try:
        return isinstance(json.loads(part.decode("utf-8")), dict)
    except ValueError:  # also UnicodeDecodeError
        return False


def whole_before_the_end(body):
    """How many records of a body of ours that stops early are whole."""
    text, pos, whole = body.decode("ascii"), len(OPEN), 0
    decoder = json.JSONDecoder()
    while True:
        try:
            _, pos = decoder.raw_decode(text, pos)
        except ValueError:
            return whole
        whole += 1
        if text[pos:pos + 1] != ",":
            return whole
        pos += 1


# Each kind of damage: (rng, record dicts) -> (bytes of the file, sound records).

def body_of(records):
    return OPEN + b",".join(map(encode, records)) + CLOSE


def pack(body):
    return gzip.compress(body, mtime=0)


def cut(rng, records):
    data = pack(body_of(records))
    data = data[:len(data) // 2]
    return data, whole_before_the_end(zlib.decompressobj(31).decompress(data))


def crc(rng, records):
    data = bytearray(pack(body_of(records)))
    data[-8] ^= 0xFF
    return bytes(data), len(records)


def isize(rng, records):
    data = bytearray(pack(body_of(records)))
    data[-4] ^= 0xFF
    return bytes(data), len(records)


def zeros(rng, records):
    return bytes(len(pack(body_of(records)))), 0


def html(rng, records):
    return HTML, 0


def gzip_in_gzip(rng, records):
    return pack(pack(body_of(records))), 0


def appended(rng, records):
    return pack(body_of(records)) + b"these bytes are not gzip\n", len(records)


def with_one_bad(rng, records, old, new):
    """One record, chosen by the seed, gets new for old. Quotes and braces stay balanced."""
    parts = [encode(one) for one in records]
    chosen = rng.randrange(len(parts))
    broken = parts[chosen].replace(old, new, 1)
    assert broken != parts[chosen], "nothing was damaged"
    parts[chosen] = broken
    return pack(OPEN + b",".join(parts) + CLOSE), sum(map(is_sound, parts))


def bad_utf8(rng, records):
    # A Latin-1 e-acute, as a program that does not know UTF-8 writes it.
    return with_one_bad(rng, records, b"aws-cli/", b"caf\xe9-cli/")


def broken_token(rng, records):
    return with_one_bad(rng, records, b'"managementEvent":true', b'"managementEvent":tru')


def empty(rng, records):
    return b"", 0


def plain_json(rng, records):
    return body_of(records), len(records)


def truncated_json(rng, records):
    body = body_of(records)
    body = body[:len(body) * 2 // 3]
    return pack(body), whole_before_the_end(body)


KINDS = [cut, crc, isize, zeros, html, gzip_in_gzip, appended, bad_utf8, broken_token,
         empty, plain_json, truncated_json]


def main():
    parser = argparse.ArgumentParser(description="Write CloudTrail-like objects, every tenth one damaged.")
    parser.add_argument("out")
    parser.add_argument("--files", type=int, default=120)
    parser.add_argument("--records", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.files < 0 or args.records < 1:
        parser.error("--files must be 0 or more, --records 1 or more")
    os.makedirs(args.out, exist_ok=True)
    if os.listdir(args.out):
        parser.error(f"{args.out} is not empty")

    rng = random.Random(args.seed)
    when = datetime(2026, 1, 1, tzinfo=timezone.utc)
    sound_records, kinds = 0, []
    for index in range(args.files):
        records = []
        for _ in range(args.records):
            when += timedelta(seconds=rng.randint(0, 20))
            records.append(record(rng, when))
        name = f"{index:03d}.json.gz"
        if index % 10 == 9:
            kind = KINDS[index // 10 % len(KINDS)]
            data, sound = kind(rng, records)
            kinds.append({"file": name, "kind": kind.__name__, "sound": sound})
        else:
            data, sound = pack(body_of(records)), len(records)
        sound_records += sound
        with open(os.path.join(args.out, name), "wb") as file:
            file.write(data)
    json.dump({"files": args.files, "sound_records": sound_records, "kinds": kinds}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
