"""Reads files with packages: python-dotenv, PyYAML."""

import io
import json
import os
import sys
from pathlib import Path

import dotenv
import yaml

os.environ.clear()


def read_dotenv(path):
    return dict(dotenv.dotenv_values(path, encoding="utf-8"))


def read_yaml(path):
    return yaml.safe_load(path.read_bytes())


def configmap(path):
    data = read_yaml(path)["data"]
    assert all(isinstance(value, str) for value in data.values()), data
    return data


def configfile(path):
    return json.loads(read_yaml(path)["data"]["config.json"])


READERS = {"dotenv": read_dotenv, "yaml": read_yaml, "configmap": configmap, "configfile": configfile}

for path in sorted(Path(sys.argv[2]).iterdir()):
    try:
        print(json.dumps(READERS[sys.argv[1]](path)))
    except Exception as error:
        print(json.dumps(f"{type(error).__name__}: {error}"))
