"""Makes the descriptor set of the rules for protovalidate, which reads no text."""
import os
from pathlib import Path

import grpc_tools
from grpc_tools import protoc

include = Path(grpc_tools.__file__).parent / "_proto"
builtin = Path(os.environ["BUILTIN"])
root = Path("root/buf/validate")
root.mkdir(parents=True, exist_ok=True)
(root / "validate.proto").write_text((builtin / "validate.proto").read_text())
arguments = ["", f"-I{os.environ['PROOF']}", "-Iroot", f"-I{include}", "--include_imports", "-orules.binpb", "rules.proto"]
assert protoc.main(arguments) == 0
