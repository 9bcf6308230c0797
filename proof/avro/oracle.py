"""Random values, written by the one and read by the other: polywire transcode and fastavro."""

import base64
import datetime
import io
import json
import pathlib
import random
import struct
import subprocess
import sys

import fastavro

PROOF, WORK = map(pathlib.Path, sys.argv[1:])
COUNT = 3000
SCHEMA = fastavro.parse_schema(json.loads((PROOF / "all.avsc").read_text()))
UTC = datetime.timezone.utc


def shuffled(members):
    items = list(members.items())
    random.shuffle(items)
    return dict(items)


def place(depth=0):
    made = {"x": random.choice([0.5, -1e300, 3.25, 1e-7]), "y": struct.unpack("f", struct.pack("f", random.random()))[0]}
    if depth < 3 and random.random() < 0.4:
        made["inner"] = place(depth + 1)
    return shuffled(made)


def integer(bits):
    return random.choice([0, 1, -1, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), random.getrandbits(bits - 1)])


def text():
    return "".join(random.choice("aZ é\"\\\n日😀\x01") for _ in range(random.randrange(12)))


def value():
    moment = datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(microseconds=random.randrange(-(10**16), 10**16))
    made = {
        "flag": random.random() < 0.5,
        "small": integer(32),
        "big": integer(64),
        "text": text(),
        "raw": base64.b64encode(random.randbytes(random.randrange(9))).decode(),
        "day": datetime.date.fromordinal(random.randrange(1, 3652059)).isoformat(),
        "moment": moment.isoformat().replace("+00:00", "Z"),
        "kind": random.choice(["NEW", "OLD", "GONE"]),
        "places": [place() for _ in range(random.randrange(4))],
        "counts": {text() + str(at): integer(64) for at in range(random.randrange(4))},
        "either": random.choice([text(), integer(64), place()]),
        "maybe": random.choice([None, text()]),
    }
    if random.random() < 0.5:
        made["note"] = text()
    if random.random() < 0.5:
        made["amount"] = f"{integer(32)}.50"
    return shuffled(made)


def fast(node):
    """The value as fastavro takes it."""
    node = dict(node)
    node["raw"] = base64.b64decode(node["raw"])
    node["day"] = datetime.date.fromisoformat(node["day"])
    node["moment"] = datetime.datetime.fromisoformat(node["moment"])
    return node


def plain(node):
    """What fastavro read, as JSON has it."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items() if not (value is None and key in ("inner", "note", "amount"))}
    if isinstance(node, list):
        return [plain(item) for item in node]
    if isinstance(node, bytes):
        return base64.b64encode(node).decode()
    if isinstance(node, datetime.datetime):
        return node.isoformat().replace("+00:00", "Z")
    if isinstance(node, datetime.date):
        return node.isoformat()
    return node


def singles(node):
    """A number of 32 bits is written as short as it comes back."""
    if isinstance(node, dict):
        return {key: struct.pack("f", value) if key == "y" else singles(value) for key, value in node.items()}
    return [singles(item) for item in node] if isinstance(node, list) else node


def moments(node):
    """The same moment is written with as many decimals as it needs."""
    return dict(singles(node), moment=datetime.datetime.fromisoformat(node["moment"]))


def transcode(source, target, data):
    command = ["polywire", "transcode", "--contract", str(PROOF / "all.yaml"), "--type", "All", "--from", source, "--to", target]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def varint(count):
    out = bytearray()
    while count > 127:
        out.append(count & 127 | 128)
        count >>= 7
    return bytes(out) + bytes([count])


def frames(data):
    at = 0
    while at < len(data):
        count = shift = 0
        while True:
            byte = data[at]
            at += 1
            count |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        yield data[at : at + count]
        at += count


def main():
    random.seed(20)
    values = [value() for _ in range(COUNT)]
    lines = "".join(json.dumps(made, ensure_ascii=False) + "\n" for made in values).encode()
    messages = transcode("json", "avro", lines)
    # The next oracle takes the same.
    (WORK / "values.jsonl").write_bytes(lines)
    (WORK / "here.avro").write_bytes(messages)
    written = list(frames(messages))
    assert len(written) == COUNT
    for made, message in zip(values, written):
        read = plain(fastavro.schemaless_reader(io.BytesIO(message), SCHEMA))
        assert moments(read) == moments(made), (made, read)
    stream = b""
    for made in values:
        out = io.BytesIO()
        fastavro.schemaless_writer(out, SCHEMA, fast(made))
        stream += varint(len(out.getvalue())) + out.getvalue()
    back = transcode("avro", "json", stream).decode().splitlines()
    assert len(back) == COUNT
    for made, line in zip(values, back):
        assert moments(json.loads(line)) == moments(made), (made, line)
    print(f"fastavro: {COUNT} values written by the one and read by the other, both ways: all agree")


main()
