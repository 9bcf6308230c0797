"""Reads `*.tfvars.json` with their declarations in Terraform itself; declarations must be as `terraform fmt` has them."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ENVIRONMENT = os.environ | {"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": "/dev/null", "TF_IN_AUTOMATION": "1"}


def run(folder, *arguments, **options):
    command = ["terraform", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=ENVIRONMENT, **options)


def read(path, folder):
    shutil.copy(path, folder / "x.auto.tfvars.json")
    shutil.copy(f"{path}.variables.tf", folder / "variables.tf")
    formatted = run(folder, "fmt", "-check", "-diff", "-no-color")
    if formatted.returncode:
        return f"not as terraform fmt has it: {formatted.stdout}{formatted.stderr}"
    names = [name for name in json.loads(path.read_text()) if name != "//"]
    declared = re.findall(r'^variable "(\w+)"', (folder / "variables.tf").read_text(), re.M)
    assert set(names) <= set(declared), (names, declared)
    values = ", ".join(f"{name} = var.{name}" for name in names)
    answer = run(folder, "console", "-no-color", input=f"base64encode(jsonencode({{{values}}}))\n")
    if answer.returncode or answer.stderr:
        return f"{answer.stdout}{answer.stderr}"
    # The console shows text as HCL; base64 is the same there.
    return json.loads(base64.b64decode(answer.stdout.strip().strip('"')))



with tempfile.TemporaryDirectory() as work:
    for path in sorted(Path(sys.argv[-1]).glob("*.json")):
        print(json.dumps(read(path, Path(work))))
