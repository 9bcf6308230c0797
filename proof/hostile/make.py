"""Writes hostile contracts into a folder: each must end as a diagnostic or as something correct, soon and in little memory."""

import pathlib
import sys

OPENAPI = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n"
SCHEMA = '"$schema": "https://json-schema.org/draft/2020-12/schema"'


def chain(count, last):
    """Schemas that each refer to the next."""
    lines = [f"    S{at}: {{$ref: '#/components/schemas/S{at + 1}'}}\n" for at in range(count)]
    return OPENAPI + "".join(lines) + f"    S{count}: {last}\n"


def cases():
    deep = 100_000
    yield "alias-bomb.yaml", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]\n" for at in range(1, 12)
    ) + OPENAPI
    yield "alias-of-itself.yaml", OPENAPI + "    A: &a {allOf: [*a]}\n"
    yield "deep-flow.yaml", OPENAPI + "    A: " + "[" * deep + "]" * deep + "\n"
    yield "deep-block.yaml", OPENAPI + "    A:\n" + "".join(" " * (at + 6) + "a:\n" for at in range(3000))
    yield "deep-open.json", '{"openapi": "3.1.0", "info": ' + "[" * deep
    yield "deep.json", '{"openapi": "3.1.0", "info": ' + '{"a":' * deep + "1" + "}" * deep + "}"
    yield "long-string.json", '{"openapi": "3.1.0", "info": {"title": "' + "a" * 50_000_000 + '", "version": "1"}, "paths": {}}'
    yield "long-string.yaml", OPENAPI + "    A: {description: '" + "a" * 50_000_000 + "'}\n"
    yield "too-large.yaml", OPENAPI + "    A: {description: '" + "a" * 100_000_000 + "'}\n"
    yield "many-keys.json", '{"openapi": "3.1.0", "x-a": {' + ",".join(f'"k{at}":{at}' for at in range(1_000_000)) + "}}"
    yield "many-schemas.yaml", OPENAPI + "".join(f"    S{at}: {{type: string}}\n" for at in range(200_000))
    yield "many-errors.yaml", OPENAPI + "".join(f"    S{at}: {{type: strin}}\n" for at in range(20_000))
    yield "same-key.yaml", OPENAPI + "    A: {type: string}\n" * 20_000
    yield "ref-itself.yaml", OPENAPI + "    A: {$ref: '#/components/schemas/A'}\n"
    for length in (2, 3, 50, 5000):
        yield f"ref-cycle-{length}.yaml", chain(length - 1, "{$ref: '#/components/schemas/S0'}")
    yield "ref-chain.yaml", chain(20_000, "{type: string}")
    yield "all-of-itself.yaml", OPENAPI + "    A: {allOf: [{$ref: '#/components/schemas/A'}, {type: object}]}\n"
    yield "all-of-wide.yaml", OPENAPI + "".join(
        f"    S{at}: {{allOf: [{{$ref: '#/components/schemas/S{at + 1}'}}, {{$ref: '#/components/schemas/S{at + 1}'}}]}}\n"
        for at in range(40)
    ) + "    S40: {type: object, properties: {a: {type: string}}}\n"
    yield "one-of-wide.yaml", OPENAPI + "".join(
        f"    S{at}: {{oneOf: [{{$ref: '#/components/schemas/S{at + 1}'}}, {{type: array, items: {{$ref: '#/components/schemas/S{at + 1}'}}}}]}}\n"
        for at in range(40)
    ) + "    S40: {type: object}\n"
    yield "ref-up.yaml", OPENAPI + "    A: {$ref: '" + "../" * 10_000 + "etc/passwd#/x'}\n"
    yield "pattern-bomb.yaml", OPENAPI + "    A: {type: string, pattern: '((a{1,1000}){1,1000}){1,1000}'}\n"
    yield "pattern-nested.yaml", OPENAPI + "    A: {type: string, pattern: '" + "(" * 50_000 + "a" + ")" * 50_000 + "'}\n"
    yield "huge-numbers.yaml", OPENAPI + "    A: {type: integer, minimum: 1e999999999, maxLength: 99999999999999999999999999}\n"
    yield "huge-digits.json", '{"openapi": "3.1.0", "x-a": ' + "1" * 1_000_000 + "}"
    yield "bad-utf8.yaml", OPENAPI.encode() + b"    A: {description: '\xff\xfe\xc3\x28'}\n"
    yield "nul.yaml", OPENAPI.encode() + b"    A: {description: 'a\x00b'}\n"
    yield "bom.yaml", "\ufeff" + OPENAPI + "    A: {type: string}\n"
    yield "crlf.yaml", (OPENAPI + "    A: {type: string}\n").replace("\n", "\r\n")
    yield "tabs.yaml", OPENAPI + "\tA: {type: string}\n"
    yield "schema-cycle.json", "{" + SCHEMA + ', "allOf": [{"$ref": "#"}]}'
    yield "schema-deep.json", "{" + SCHEMA + ', "a": ' + '{"not":' * deep + "{}" + "}" * deep + "}"
    yield "deep.proto", 'syntax = "proto3";\n' + "message A {" * deep + "}" * deep
    yield "wide.proto", 'syntax = "proto3";\nmessage A {\n' + "".join(f"  string f{at} = {at + 20_000};\n" for at in range(100_000)) + "}\n"
    yield "import-itself.proto", 'syntax = "proto3";\nimport "import-itself.proto";\nmessage A {}\n'
    yield "option-deep.proto", 'syntax = "proto3";\nmessage A { string a = 1 [(x) = ' + "{a:" * deep + "}" * deep + "]; }\n"
    yield "deep.sql", "CREATE TABLE a (b int CHECK (" + "(" * deep + "1" + ")" * deep + "));\n"
    yield "long.sql", "CREATE TABLE a (" + ", ".join(f"c{at} int" for at in range(100_000)) + ");\n"
    yield "many.sql", "".join(f"CREATE TABLE t{at} (a int PRIMARY KEY);\n" for at in range(100_000))
    yield "open-string.sql", "CREATE TABLE a (b int);\nINSERT INTO a VALUES ('" + "x" * 10_000_000
    yield "open-comment.sql", "CREATE TABLE a (b int);\n" + "/*" * 1_000_000


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in cases():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


main()
