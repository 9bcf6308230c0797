"""Calls `load` of many modules; prints values as JSON with texts in hexadecimal."""

import dataclasses
import importlib
import sys


def show(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return f'"{value.encode().hex()}"'
    if isinstance(value, dict):
        return "{" + ",".join(f"{show(key)}:{show(member)}" for key, member in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        return "[" + ",".join(map(show, value)) + "]"
    return show([getattr(value, field.name) for field in dataclasses.fields(value)])


for line in open(sys.argv[1]):
    number, *pairs = line.split()
    module = importlib.import_module(f"t{number}")
    environ = dict(tuple(bytes.fromhex(part).decode() for part in pair.split("=")) for pair in pairs)
    try:
        config = module.load(environ)
    except module.ConfigError as error:
        assert "\n".join(error.problems) == str(error)
        print("!" + str(error).encode().hex())
    else:
        assert not {"p", "1234"} & set(repr(config).replace("=", " ").replace(",", " ").split())
        print(show(config))
