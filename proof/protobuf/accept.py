"""Accept and refuse as protoc does: public files as they are, and with one thing changed in each; descriptor sets as their texts."""
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc_tools

protos = Path(os.environ["PROTOS"])
include = Path(grpc_tools.__file__).parent / "_proto"
chosen = random.Random(20260101)


def protoc(*arguments):
    return subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *arguments], capture_output=True, text=True)


def polywire(*arguments):
    return subprocess.run(["polywire", "check", *arguments], capture_output=True, text=True)


def summary(run):
    return run.stderr.strip().splitlines()[-1] if run.stderr.strip() else ""


files = sorted(str(path.relative_to(protos)) for path in protos.rglob("*.proto"))
sample = chosen.sample(files, int(os.environ.get("PROTO_FILES", "300")))
accepted = warned = 0
for name in sample:
    run = polywire("--import", str(protos), str(protos / name))
    accepted += run.returncode == 0
    warned += "warning[" in run.stdout
    if run.returncode:
        print(f"refused {name}: {run.stdout.splitlines()[:2]}")
print(f"figure public_files_accepted {accepted / len(sample):.3f}")
print(f"figure public_files_without_a_warning {(len(sample) - warned) / len(sample):.3f}")

# A descriptor set is the same contract as its text; buf makes one as well as protoc.
same = 0
sets = sample[:60]
with tempfile.TemporaryDirectory() as folder:
    for name in sets:
        out = f"{folder}/set.binpb"
        made = protoc(f"-I{protos}", f"-I{include}", "--include_imports", "--include_source_info", f"-o{out}", name)
        if made.returncode:
            continue
        text, binary = polywire("--import", str(protos), str(protos / name)), polywire(out)
        operations = re.compile(r"(\d+) operation")
        first, second = operations.search(summary(text)), operations.search(summary(binary))
        equal = text.returncode == binary.returncode == 0 and first and second
        same += bool(equal and int(first[1]) <= int(second[1]))
print(f"figure sets_read_as_their_texts {same / len(sets):.3f}")

# One change in a small file: both say yes, or both say no.
CHANGES = [
    lambda text: re.sub(r"= (\d+);", "= 0;", text, count=1),
    lambda text: re.sub(r"= 2;", "= 1;", text, count=1),
    lambda text: re.sub(r"= (\d+);", "= 536870912;", text, count=1),
    lambda text: re.sub(r"= (\d+);", "= 19001;", text, count=1),
    lambda text: text.replace("string ", "strin ", 1),
    lambda text: text.replace("message ", "mesage ", 1),
    lambda text: re.sub(r"import \"([^\"]+)\"", r'import "no/\1"', text, count=1),
    lambda text: text.replace("}", "", 1),
    lambda text: text.replace(";", "", 1),
    lambda text: text.replace("syntax = \"proto3\"", "syntax = \"proto4\"", 1),
    lambda text: text.replace("syntax = \"proto3\"", "syntax = \"proto2\"", 1),
    lambda text: text.replace("repeated ", "required ", 1),
    lambda text: text.replace("repeated ", "optional ", 1),
    lambda text: re.sub(r"(message \w+ \{)", r"\1 reserved 1;", text, count=1),
    lambda text: re.sub(r"(message \w+ \{)", r"\1 reserved 1000 to max;", text, count=1),
    lambda text: re.sub(r"(message \w+ \{)", r"\1 extensions 1000 to 1010;", text, count=1),
    lambda text: re.sub(r"(message \w+ \{)", r"\1 message Inner {} Inner extra_inner = 9999;", text, count=1),
    lambda text: re.sub(r"(message \w+ \{)", r"\1 oneof extra_pick {}", text, count=1),
    lambda text: re.sub(r"(message \w+ \{)", r"\1 map<double, string> extra_map = 9999;", text, count=1),
    lambda text: re.sub(r"(message \w+ \{)", r"\1 string extra_text = 9999 [nonsense = true];", text, count=1),
    lambda text: re.sub(r"(message \w+ \{)", r"\1 string extra_text = 9999 [deprecated = 1];", text, count=1),
    lambda text: re.sub(r"(message \w+ \{)", r"\1 string extra_text = 9999 [json_name = \"a\"];", text, count=1),
    lambda text: re.sub(r"(enum \w+ \{)", r"\1 EXTRA = 5;", text, count=1),
    lambda text: text + "\nmessage Twice {}\nmessage Twice {}\n",
    lambda text: text + "\nenum Empty {}\n",
    lambda text: text + "\nenum Alias { ALIAS_A = 0; ALIAS_B = 0; }\n",
    lambda text: text + "\nservice Extra { rpc Do(Nothing) returns (Nothing); }\n",
    lambda text: text + "\nextend Nothing { string a = 1; }\n",
    lambda text: text + "\nmessage Extra { string a = 1; string A = 2; string a_b = 3; string aB = 4; }\n",
    lambda text: text + "\n// only a comment\n",
]
small = [name for name in files if (protos / name).stat().st_size < 8000 and "import" in (protos / name).read_text()]
agree = wrong = count = 0
with tempfile.TemporaryDirectory() as folder:
    for round in range(int(os.environ.get("PROTO_CHANGES", "240"))):
        name, change = chosen.choice(small), CHANGES[round % len(CHANGES)]
        text = change((protos / name).read_text())
        path = Path(folder) / "changed.proto"
        path.write_text(text)
        theirs = protoc(f"-I{folder}", f"-I{protos}", f"-I{include}", f"-o{folder}/out", "changed.proto")
        ours = polywire("--import", str(protos), str(path))
        count += 1
        agree += (theirs.returncode == 0) == (ours.returncode == 0)
        if (theirs.returncode == 0) != (ours.returncode == 0):
            wrong += 1
            if wrong <= 12:
                said = (theirs.stderr or ours.stdout).strip().splitlines()[:1]
                print(f"disagree on change {CHANGES.index(change)} of {name}: protoc {theirs.returncode}, {said}")
        crashed = ours.returncode not in (0, 1)
        assert not crashed, ours.stderr
print(f"figure changed_files_agree {agree / count:.3f}")
