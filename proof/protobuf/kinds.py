"""Random messages of every kind of field, found by their descriptors, through the wire in both directions, beside Google's
json_format; and two messages after each other, which are one: what is merged, and what comes last."""
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
files = ["kinds.proto", "kinds2.proto"]
assert protoc.main(["", f"-I{proof}", f"-I{include}", "--python_out=.", *files]) == 0
sys.path.insert(0, ".")
import kinds2_pb2  # noqa: E402
import kinds_pb2  # noqa: E402
from google.protobuf import json_format, struct_pb2  # noqa: E402

chosen = random.Random(11)
COUNT = int(os.environ.get("MESSAGES", "2000"))


def integer(bits, signed):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return chosen.choice([0, 1, low, high, max(low, -1), chosen.randint(low, high) >> chosen.randrange(bits)])


def text():
    return "".join(chosen.choice("aZ _é\"\\\n/日😀\x00\x1f\x7f\u2028") for _ in range(chosen.randrange(12)))


def floating(single):
    number = chosen.choice([0.0, -0.0, 0.1, 1e30, -1.5, 1e-40, float("inf"), float("-inf"), float("nan"), chosen.random(), 12.34, 1e15])
    return number if single or number != 1e-40 else 5e-324


def value(depth):
    made = struct_pb2.Value()
    kind = chosen.randrange(6 if depth > 0 else 4)
    if kind == 0:
        made.null_value = 0
    elif kind == 1:
        made.number_value = chosen.choice([0, -1.5, 1e20, 12.34])
    elif kind == 2:
        made.string_value = text()
    elif kind == 3:
        made.bool_value = chosen.random() < 0.5
    elif kind == 4:
        made.struct_value.fields[text()].CopyFrom(value(depth - 1))
    else:
        made.list_value.values.extend(value(depth - 1) for _ in range(chosen.randrange(3)))
    return made


def scalar(field):
    kinds = type(field)
    known = {
        kinds.TYPE_DOUBLE: lambda: floating(False),
        kinds.TYPE_FLOAT: lambda: floating(True),
        kinds.TYPE_BOOL: lambda: chosen.random() < 0.5,
        kinds.TYPE_STRING: text,
        kinds.TYPE_BYTES: lambda: chosen.randbytes(chosen.randrange(9)),
    }
    if field.type in known:
        return known[field.type]()
    if field.type == kinds.TYPE_ENUM:
        numbers = [one.number for one in field.enum_type.values]
        is_open = not field.enum_type.is_closed and field.enum_type.name != "NullValue"
        return chosen.choice(numbers + [77] * is_open)
    bits = 64 if field.cpp_type in (kinds.CPPTYPE_INT64, kinds.CPPTYPE_UINT64) else 32
    return integer(bits, field.cpp_type in (kinds.CPPTYPE_INT32, kinds.CPPTYPE_INT64))


def fill(made, depth, often):
    name = made.DESCRIPTOR.full_name.removeprefix("google.protobuf.")
    if name == "Timestamp":
        made.seconds = chosen.choice([0, -62135596800, 253402300799, chosen.randrange(-(10**9), 10**10)])
        made.nanos = chosen.choice([0, 1, 5000, 250_000_000, 999_999_999])
    elif name == "Duration":
        sign, seconds = chosen.choice([-1, 1]), chosen.choice([0, 1, 315_576_000_000])
        made.seconds, made.nanos = sign * seconds, sign * (0 if seconds > 1 else chosen.choice([0, 1, 20_000, 999_000_000]))
    elif name == "FieldMask":
        made.paths.extend(chosen.sample(["a", "b_c", "d.e_f", "g"], chosen.randrange(4)))
    elif name == "Value":
        made.CopyFrom(value(2))
    elif name == "Struct":
        for _ in range(chosen.randrange(3)):
            made.fields[text()].CopyFrom(value(2))
    elif name == "ListValue":
        made.values.extend(value(2) for _ in range(chosen.randrange(3)))
    else:
        known = list(made.DESCRIPTOR.fields)
        if made.DESCRIPTOR.is_extendable:
            known += made.DESCRIPTOR.file.pool.FindAllExtensions(made.DESCRIPTOR)
        for field in known:
            if field.is_required or chosen.random() < often:
                put(made, field, depth)
    return made


def put(made, field, depth):
    part = field.message_type
    is_map = part is not None and part.GetOptions().map_entry
    recursive = part is not None and not part.full_name.startswith("google.protobuf.")
    if is_map:
        value_field = part.fields_by_name["value"]
        recursive = value_field.message_type is not None and value_field.message_type.name == "All"
    if recursive and depth == 0:
        return
    if is_map:
        held, value_field = getattr(made, field.name), part.fields_by_name["value"]
        for _ in range(chosen.randrange(3)):
            key = scalar(part.fields_by_name["key"])
            if value_field.message_type is None:
                held[key] = scalar(value_field)
            else:
                fill(held[key], depth - 1, 0.1)
    elif field.is_repeated:
        held = made.Extensions[field] if field.is_extension else getattr(made, field.name)
        for _ in range(chosen.randrange(4)):
            if part is None:
                held.append(scalar(field))
            else:
                fill(held.add(), depth - 1, 0.1)
    elif part is not None:
        held = made.Extensions[field] if field.is_extension else getattr(made, field.name)
        held.SetInParent()
        fill(held, depth - 1, 0.1)
    elif field.is_extension:
        made.Extensions[field] = scalar(field)
    else:
        setattr(made, field.name, scalar(field))


def shown(message):
    try:
        return json.dumps(json_format.MessageToDict(message), sort_keys=True)
    except json_format.SerializeToJsonError:
        # A duration of which one half came from each message.
        return "refused"


for file, kind in [("kinds.proto", kinds_pb2.All), ("kinds2.proto", kinds2_pb2.All)]:
    name = kind.DESCRIPTOR.full_name
    # Once around: what was only touched is not there.
    made = [kind.FromString(fill(kind(), 3, chosen.choice([0.05, 0.3, 1])).SerializeToString()) for _ in range(COUNT)]
    joined = [one.SerializeToString() + made[(at * 7 + 1) % COUNT].SerializeToString() for at, one in enumerate(made)]
    lines = []
    for one, two in zip(made, joined):
        lines.append(f"protobuf {name} {one.SerializeToString().hex()}")
        lines.append(f"json {name} {json_format.MessageToJson(one, indent=None)}")
        original = json_format.MessageToJson(one, indent=None, preserving_proto_field_name=True)
        lines.append(f"json {name} {original}")
        lines.append(f"protobuf {name} {two.hex()}")
    given = "\n".join(lines) + "\n"
    run = subprocess.run(["verdicts", f"{proof}/{file}"], input=given, capture_output=True, text=True, check=True)
    answers = run.stdout.split("\n")
    agrees = dict.fromkeys(["to_json", "from_json", "from_original_names", "joined_to_json"], 0)
    told = 0
    for at, one in enumerate(made):
        expected = [shown(one)] * 3 + [shown(kind.FromString(joined[at]))]
        for way, answer, wanted in zip(agrees, answers[4 * at : 4 * at + 4], expected):
            try:
                if answer.startswith("bad") and wanted == "refused":
                    found = "refused"
                elif way.endswith("to_json"):
                    found = shown(json_format.Parse(answer[3:], kind()))
                else:
                    found = shown(kind.FromString(bytes.fromhex(answer[3:])))
            except Exception as error:  # noqa: BLE001
                found = f"{error}: {answer}"
            agrees[way] += found == wanted
            if found != wanted and told < 5:
                told += 1
                print(f"{name} {way}\n  {found[:400]}\n  {wanted[:400]}")
    for way, count in agrees.items():
        print(f"figure {name.split('.')[0]}_{way} {count / COUNT:.4f}")
