"""Messages with everything in them, `Any` included, through the wire in both directions, beside Google's json_format."""
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
from google.protobuf import json_format, struct_pb2, wrappers_pb2  # noqa: E402

chosen = random.Random(7)


def inner(depth):
    kind = chosen.randrange(7)
    if kind == 0:
        return pb.Nothing()
    if kind == 1:
        return wrappers_pb2.StringValue(value=chosen.choice(["", "x", "é"]))
    if kind == 2:
        return wrappers_pb2.Int64Value(value=chosen.choice([0, 5, 2**60]))
    if kind == 3:
        made = struct_pb2.Struct()
        made["a"], made["b"] = 1.5, [1, "x", None]
        return made
    return message(depth - 1) if kind == 4 else pb.Inner(n=chosen.choice([0, 7]))


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
lines = []
for one in made:
    lines.append("protobuf proof.Everything " + one.SerializeToString().hex())
    lines.append("json proof.Everything " + json_format.MessageToJson(one, indent=None))
text = "\n".join(lines) + "\n"
run = subprocess.run(["verdicts", f"{proof}/messages.proto"], input=text, capture_output=True, text=True, check=True)
answers = run.stdout.splitlines()
to_json = from_json = 0
for at, one in enumerate(made):
    expected = json_format.MessageToDict(one)
    forward, back = answers[2 * at], answers[2 * at + 1]
    try:
        to_json += json_format.MessageToDict(json_format.Parse(forward[3:], pb.Everything())) == expected
        from_json += json_format.MessageToDict(pb.Everything.FromString(bytes.fromhex(back[3:]))) == expected
    except (json_format.ParseError, ValueError) as error:
        print(f"{error}: {forward} {back}"[:300])
print(f"figure protobuf_to_json_agrees {to_json / len(made):.4f}")
print(f"figure json_to_protobuf_agrees {from_json / len(made):.4f}")
