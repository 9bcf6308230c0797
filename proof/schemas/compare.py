"""Generates schemas and documents, and compares verdicts with those of jsonschema-rs."""

import json
import random
import subprocess
import sys
from pathlib import Path

import jsonschema_rs

NAMES = ["a", "b", "c", "ab"]
TEXTS = ["", "a", "ab", "abc", "é", "😀b", "2024-02-30", "2024-02-29", "x@example.com", "127.0.0.1"]
PATTERNS = ["^a", "b$", "^.{2}$", "(?!a)b", "[a-c]+", r"\d", "^(a|b)*$", r"^\p{L}+$", r"(?<=a)b"]
FORMATS = ["date", "email", "ipv4", "uuid", "uri", "unknown"]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
DRAFTS = {
    "2020-12": ("https://json-schema.org/draft/2020-12/schema", jsonschema_rs.Draft202012Validator, "$defs"),
    "draft7": ("http://json-schema.org/draft-07/schema#", jsonschema_rs.Draft7Validator, "definitions"),
}


class Maker:
    def __init__(self, seed, draft):
        self.random = random.Random(seed)
        self.draft = draft
        self.definitions = DRAFTS[draft][2]

    def document(self, depth=3):
        pick = self.random.randrange(8 if depth == 0 else 12)
        if pick == 0:
            return None
        if pick == 1:
            return self.random.random() < 0.5
        if pick == 2:
            return self.random.randint(-2, 4)
        if pick == 3:
            return self.random.choice([0.5, 1.0, -1.5, 1e18, 1e-7, 0.3])
        if pick < 8:
            return self.random.choice(TEXTS)
        if pick < 10:
            return [self.document(depth - 1) for _ in range(self.random.randrange(4))]
        return {self.random.choice(NAMES): self.document(depth - 1) for _ in range(self.random.randrange(4))}

    def schema(self, depth=3):
        if self.random.random() < 0.08:
            return self.random.random() < 0.7
        return dict(self.keyword(depth) for _ in range(self.random.randrange(4)))

    def schemas(self, depth):
        return [self.schema(depth) for _ in range(self.random.randint(1, 3))]

    def named(self, depth):
        return {self.random.choice(NAMES): self.schema(depth) for _ in range(self.random.randint(1, 3))}

    def keyword(self, depth):
        choose, new = self.random.choice, self.draft == "2020-12"
        count, number = self.random.randrange(4), choose([-1, 0, 0.5, 1, 2, 1e18])
        single = [
            ("type", choose(TYPES)),
            ("type", [choose(TYPES[:3]), choose(TYPES[3:])]),
            ("enum", [self.document(1) for _ in range(self.random.randint(1, 5))]),
            ("const", self.document(1)),
            ("minLength", count),
            ("maxLength", count),
            ("pattern", choose(PATTERNS)),
            ("format", choose(FORMATS)),
            ("minimum", number),
            ("exclusiveMaximum", number),
            ("multipleOf", choose([0.5, 1, 2, 0.1])),
            ("minItems", count),
            ("maxItems", count),
            ("uniqueItems", True),
            ("minProperties", count),
            ("maxProperties", count),
            ("required", [choose(NAMES)]),
            ("dependentRequired" if new else "dependencies", {choose(NAMES): [choose(NAMES)]}),
        ]
        if depth == 0 or self.random.random() < 0.5:
            return choose(single)
        inner = depth - 1
        makers = [
            lambda: ("properties", self.named(inner)),
            lambda: ("additionalProperties", self.schema(inner)),
            lambda: ("patternProperties", {choose(PATTERNS): self.schema(inner)}),
            lambda: ("propertyNames", self.schema(inner)),
            lambda: ("items", self.schema(inner)),
            lambda: ("prefixItems", self.schemas(inner)) if new else ("items", self.schemas(inner)),
            lambda: ("contains", self.schema(inner)),
            lambda: ("allOf", self.schemas(inner)),
            lambda: ("anyOf", self.schemas(inner)),
            lambda: ("oneOf", self.schemas(inner)),
            lambda: ("not", self.schema(inner)),
            lambda: ("if", self.schema(inner)),
            lambda: ("then", self.schema(inner)),
            lambda: ("else", self.schema(inner)),
            lambda: ("dependentSchemas" if new else "dependencies", self.named(inner)),
            lambda: ("unevaluatedProperties", self.schema(inner)) if new else ("additionalItems", self.schema(inner)),
            lambda: ("unevaluatedItems", self.schema(inner)) if new else ("properties", self.named(inner)),
            lambda: ("$ref", f"#/{self.definitions}/{choose(NAMES[:3])}"),
        ]
        return choose(makers)()

    def whole(self):
        schema = self.schema()
        if isinstance(schema, dict):
            schema["$schema"] = DRAFTS[self.draft][0]
            schema[self.definitions] = {name: self.schema(1) for name in NAMES[:3]}
        return schema


def main():
    polywire, work, schemas, documents = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    compared = differ = endless = without_tree = 0
    for draft, (_, validator, _) in DRAFTS.items():
        for seed in range(schemas):
            maker = Maker(f"{draft}-{seed}", draft)
            schema = maker.whole()
            asserts = seed % 2 == 0
            lines = [maker.document() for _ in range(documents)]
            if not isinstance(schema, dict):
                continue
            (work / "schema.json").write_text(json.dumps(schema))
            text = "".join(json.dumps(line) + "\n" for line in lines)
            arguments = [polywire, "validate", "--schema", str(work / "schema.json"), "--lines", "--format", "json", "--stats"]
            said = subprocess.run(
                arguments + (["--assert-format"] if asserts else []), input=text, capture_output=True, text=True, timeout=60
            )
            if "PW-R0403" in said.stderr:
                endless += 1
                continue
            verdicts = [json.loads(line)["valid"] for line in said.stdout.splitlines()]
            if len(verdicts) != len(lines):
                print(f"{draft} {seed}: {json.dumps(schema)}: {said.stderr}", file=sys.stderr)
                sys.exit(1)
            without_tree += json.loads(said.stderr.splitlines()[-1])["without_tree"]
            oracle = validator(schema, validate_formats=asserts)
            for line, verdict in zip(lines, verdicts):
                compared += 1
                if oracle.is_valid(line) != verdict:
                    differ += 1
                    if differ <= 10:
                        print(f"{draft} {seed}: {json.dumps(schema)} on {json.dumps(line)}: {verdict}", file=sys.stderr)
    print(f"figure verdicts_compared {compared}")
    print(f"figure verdicts_without_tree_percent {without_tree * 100 // max(compared, 1)}")
    print(f"figure endless_schemas {endless}")
    print(f"figure verdicts_that_differ {differ}")
    sys.exit(differ > 0 or compared == 0)


main()
