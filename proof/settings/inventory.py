"""Reads files as Ansible does, and lets it find the templates in what it has read."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.manager import VariableManager


def own(value):
    """Without the tags of Ansible."""
    if isinstance(value, dict):
        return {str(key): own(member) for key, member in value.items()}
    if isinstance(value, list):
        return [own(item) for item in value]
    if isinstance(value, str):
        return "".join(value)
    return value


def read(path, folder):
    inventory = folder / "hosts.ini"
    (folder / "group_vars").mkdir(exist_ok=True)
    if path.suffix == ".ini":
        inventory.write_bytes(path.read_bytes() + b"\n[web]\nhost\n")
    else:
        inventory.write_text("host\n")
        shutil.copy(path, folder / "group_vars" / "all.yml")
    loader = DataLoader()
    loader.set_basedir(str(folder))
    sources = InventoryManager(loader=loader, sources=[str(inventory)])
    variables = VariableManager(loader=loader, inventory=sources)
    host = sources.get_host("host")
    names = set(host.get_vars()) - {"inventory_file", "inventory_dir", "inventory_hostname", "inventory_hostname_short", "group_names"}
    found = variables.get_vars(host=host)
    group = loader.load_from_file(str(folder / "group_vars" / "all.yml")) if path.suffix == ".yml" else sources.groups["all"].vars
    templar = Templar(loader=loader, variables=found)
    return {str(name): own(templar.template(found[name])) for name in names | set(group)}


with tempfile.TemporaryDirectory() as work:
    for path in sorted(Path(sys.argv[-1]).iterdir()):
        try:
            print(json.dumps(read(path, Path(work))))
        except Exception as error:
            print(json.dumps(f"{type(error).__name__}: {error}"))
