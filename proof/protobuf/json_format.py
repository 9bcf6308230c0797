"""Messages with everything in them, `Any` included, through the wire in both directions, beside Google's json_format."""
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import grpc_tools
from grpc_tools import protoc

include = Path(grpc_tools.__file__).parent / "_proto"
proof = os.environ["PROOF"]
assert protoc.main(["", f"-I{proof}", f"-I{include}", "--python_out=.", "messages.proto"]) == 0
sys.path.insert(0, ".")
import messages_pb2 as pb  # noqa: E402
from google.protobuf import any_pb2, duration_pb2, empty_pb2, field_mask_pb2  # noqa: E402
from google.protobuf import json_format, struct_pb2, timestamp_pb2, wrappers_pb2  # noqa: E402

chosen = random.Random(7)


SCALARS = [
    (wrappers_pb2.StringValue, ["", "x", "é\n"]),
    (wrappers_pb2.BytesValue, [b"", b"\x00\xff"]),
    (wrappers_pb2.BoolValue, [False, True]),
    (wrappers_pb2.Int32Value, [0, -5]),
    (wrappers_pb2.UInt32Value, [0, 2**32 - 1]),
    (wrappers_pb2.Int64Value, [0, 5, -(2**60)]),
    (wrappers_pb2.UInt64Value, [0, 2**64 - 1]),
    (wrappers_pb2.FloatValue, [0, 1.5, float("inf")]),
    (wrappers_pb2.DoubleValue, [0, -2e30]),
]


def value():
    """A `Value` of any kind."""
    made = struct_pb2.Value()
    kind = chosen.randrange(6)
    if kind == 0:
        made.null_value = 0
    elif kind == 1:
        made.number_value = chosen.choice([0, -1.5, 1e20])
    elif kind == 2:
        made.string_value = chosen.choice(["", "é", "@type"])
    elif kind == 3:
        made.bool_value = chosen.random() < 0.5
    elif kind == 4:
        made.struct_value.update({"@type": "x", "value": [None, {}]} if chosen.random() < 0.5 else {})
    else:
        made.list_value.extend([1, "x", None] if chosen.random() < 0.5 else [])
    return made


def well_known(depth):
    """A message that JSON shows under `value`, or `Empty`."""
    kind = chosen.randrange(9)
    if kind == 0:
        seconds = chosen.choice([0, -62135596800, 253402300799, chosen.randrange(4_000_000_000)])
        return timestamp_pb2.Timestamp(seconds=seconds, nanos=chosen.choice([0, 1, 5000, 250_000_000]))
    if kind == 1:
        sign = chosen.choice([-1, 1])
        seconds = chosen.choice([0, 1, 315_576_000_000])
        nanos = 0 if seconds > 1 else chosen.choice([0, 1, 20_000, 999_000_000])
        return duration_pb2.Duration(seconds=sign * seconds, nanos=sign * nanos)
    if kind == 2:
        return field_mask_pb2.FieldMask(paths=chosen.choice([[], ["a"], ["a_b", "c.d_e"]]))
    if kind == 3:
        return value()
    if kind == 4:
        return struct_pb2.Struct(fields={key: value() for key in chosen.sample(["a", "", "@type", "value"], chosen.randrange(4))})
    if kind == 5:
        return struct_pb2.ListValue(values=[value() for _ in range(chosen.randrange(4))])
    if kind == 6:
        return empty_pb2.Empty()
    if kind == 7:
        made = any_pb2.Any()
        if depth > 0 and chosen.random() < 0.8:
            made.Pack(inner(depth - 1))
        return made
    message_type, values = chosen.choice(SCALARS)
    return message_type(value=chosen.choice(values))


def inner(depth):
    kind = chosen.randrange(10)
    if kind == 0:
        return pb.Nothing()
    if kind == 1:
        return pb.Inner(n=chosen.choice([0, 7]))
    return message(depth - 1) if kind < 4 and depth > 0 else well_known(depth)


def message(depth):
    made = pb.Everything()
    maybe = lambda: chosen.random() < 0.4  # noqa: E731
    if maybe():
        made.text = chosen.choice(["", "a", "é\n\"", "日本"])
    if maybe():
        made.whole = chosen.choice([0, -1, 2**62])
    if maybe():
        made.ratio = chosen.choice([0, 1.5, -2e30])
    if maybe():
        made.raw = bytes(chosen.randrange(256) for _ in range(chosen.randrange(5)))
    if maybe():
        made.color = chosen.choice([0, 1, 2, 77])
    if maybe():
        made.at.seconds = chosen.randrange(4_000_000_000)
        made.at.nanos = chosen.choice([0, 5, 500_000_000])
    if maybe():
        made.lasts.seconds = chosen.randrange(1000)
    if maybe():
        made.mask.paths.extend(["a", "b_c"])
    if maybe():
        made.word.value = chosen.choice(["", "w"])
    made.numbers.extend(chosen.randrange(-5, 5) for _ in range(chosen.randrange(3)))
    if maybe():
        made.by_name["k"].n = 1
    if maybe():
        made.pick_text = ""
    if depth > 0:
        if maybe():
            made.any.Pack(inner(depth))
        for _ in range(chosen.randrange(3)):
            made.many.add().Pack(inner(depth))
        if maybe():
            made.by_key["k"].Pack(inner(depth))
    return made


made = [message(3) for _ in range(int(os.environ.get("MESSAGES", "2000")))]


def type_last(found):
    """The same JSON with `@type` as the last member of each object."""
    if isinstance(found, list):
        return [type_last(item) for item in found]
    if not isinstance(found, dict):
        return found
    return {key: type_last(found[key]) for key in sorted(found, key=lambda key: key == "@type")}


lines = []
for one in made:
    text = json_format.MessageToJson(one, indent=None)
    lines.append("protobuf proof.Everything " + one.SerializeToString().hex())
    lines.append("json proof.Everything " + text)
    lines.append("json proof.Everything " + json.dumps(type_last(json.loads(text))))
text = "\n".join(lines) + "\n"
run = subprocess.run(["verdicts", f"{proof}/messages.proto"], input=text, capture_output=True, text=True, check=True)
answers = run.stdout.splitlines()
to_json = from_json = type_last_too = 0


def means(answer, expected):
    """Whether an answer in Protobuf is the message that was meant."""
    return json_format.MessageToDict(pb.Everything.FromString(bytes.fromhex(answer[3:]))) == expected


anys = 0
for at, one in enumerate(made):
    expected = json_format.MessageToDict(one)
    anys += json.dumps(expected).count('"@type": "type.googleapis.com/google.protobuf.')
    forward, back, last = answers[3 * at : 3 * at + 3]
    try:
        to_json += json_format.MessageToDict(json_format.Parse(forward[3:], pb.Everything())) == expected
        from_json += means(back, expected)
        type_last_too += means(last, expected)
    except (json_format.ParseError, ValueError) as error:
        print(f"{error}: {forward} {back}"[:300])
print(f"figure any_well_known {anys}")
print(f"figure protobuf_to_json_agrees {to_json / len(made):.4f}")
print(f"figure json_to_protobuf_agrees {from_json / len(made):.4f}")
print(f"figure type_last_agrees {type_last_too / len(made):.4f}")

# What is no `Any`: both refuse it.
URL = "type.googleapis.com/google.protobuf."
REFUSED = [
    {"@type": URL + "Timestamp"},
    {"@type": URL + "Timestamp", "value": "yesterday"},
    {"@type": URL + "Timestamp", "value": 5},
    {"@type": URL + "Duration", "value": "5"},
    {"@type": URL + "Duration", "value": "1s", "more": 1},
    {"@type": URL + "FieldMask", "value": ["a"]},
    {"@type": URL + "Struct", "value": []},
    {"@type": URL + "ListValue", "value": {}},
    {"@type": URL + "Int32Value", "value": "x"},
    {"@type": URL + "Any", "value": {"@type": URL + "Nothing"}},
    {"@type": URL + "Empty", "more": 1},
    {"@type": "type.googleapis.com/proof.Nobody"},
    {"@type": "proof.Inner"},
    {"@type": 5},
    {"n": "1"},
]
text = "".join(f"json proof.Everything {json.dumps({'any': one})}\n" for one in REFUSED)
run = subprocess.run(["verdicts", f"{proof}/messages.proto"], input=text, capture_output=True, text=True, check=True)
refused = 0
for one, answer in zip(REFUSED, run.stdout.splitlines()):
    try:
        json_format.ParseDict({"any": one}, pb.Everything())
        theirs = "ok"
    except (json_format.ParseError, ValueError, TypeError, AttributeError, KeyError):
        theirs = "bad"
    agrees = theirs == "bad" and answer.startswith("bad") and "@/any" in answer
    refused += agrees
    if not agrees:
        print(f"{json.dumps(one)}: {theirs}, {answer}")
print(f"figure any_refused_agrees {refused / len(REFUSED):.4f}")
