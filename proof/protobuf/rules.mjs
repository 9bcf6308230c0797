// Random values, half of them near the rules, judged by protovalidate and by the wire.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync("rules.binpb")));
const validator = createValidator({ registry });
let seed = 12345;
const below = (limit) => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return (seed >> 8) % limit;
};
const pick = (list) => list[below(list.length)];
const now = Math.floor(Date.now() / 1000);
const TEXTS = ["", "a", "b", "ab", "abc", "abcd", "a.z", "a.bz", "é", "éé", "A12", "a١", "ba", "x@y", "a..b@x.org", "a@b@c",
  "example.com", "example.com.", "a.1", "-a.com", "1.2.3.4", "01.2.3.4", "::1", "fe80::1%eth0", "::g", "http://a/b?c#d", "/x?y",
  "//a b", "urn:x:y", "a:80", "[::1]:80", "1.2.3.4:99999", "a:", "10.0.0.0/8", "10.0.0.1/8", "10.0.0.1/33", "::/0", "::1/128",
  "2001:db8::/32", "x-header", ":path", "a b", "tab\tbed", "new\nline", "123e4567-e89b-12d3-a456-426614174000",
  "123e4567e89b12d3a456426614174000", "%zz", "http://[::1]/", "日本語", "1.2.3.4/32", "a_b", "A.B"];
const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 100];

function scalar(type) {
  switch (type) {
    case 1: case 2: return pick([0, -0, 0.5, 1, 1.5, 2, 5, 6, -3, NaN, Infinity, -Infinity, 0.25]);
    case 3: case 18: case 16: return BigInt(pick([...NUMBERS, -1, -5]));
    case 4: case 6: return BigInt(pick(NUMBERS));
    case 5: case 17: case 15: return pick([...NUMBERS, -1, -5]);
    case 13: case 7: return pick(NUMBERS);
    case 8: return below(2) === 1;
    case 12: return new Uint8Array(Buffer.from(pick(["", "a", "az", "abz", "abcd", "\xff", "aaaaaaaaaaaaaaaa", "b", "ABz"]), "latin1"));
    default: return pick(TEXTS);
  }
}
function message(desc, depth = 0) {
  if (desc.typeName === "google.protobuf.Timestamp")
    return create(desc, { seconds: BigInt(pick([0, 999, 1000, 1500, 2000, now - 7200, now - 60, now + 60, now + 7200])), nanos: pick([0, 1]) });
  if (desc.typeName === "google.protobuf.Duration")
    return create(desc, { seconds: BigInt(pick([0, 1, 2, 3, 5])), nanos: pick([0, 5, 500000000]) });
  if (desc.typeName === "google.protobuf.Any")
    return create(desc, { typeUrl: "type.googleapis.com/proof.rules." + pick(["TextLen", "Ip"]), value: new Uint8Array([0x0a, 2, 0x61, 0x62]) });
  const made = create(desc);
  const picked = new Set();
  for (const field of desc.fields) {
    if (below(5) === 0) continue;
    const value = () => field.enum ? pick([0, 1, 2, 7, 8]) : field.message ? message(field.message, depth + 1) : scalar(field.scalar);
    if (field.oneof) {
      if (picked.has(field.oneof.name)) continue;
      picked.add(field.oneof.name);
      made[field.oneof.localName] = { case: field.localName, value: value() };
    } else if (field.fieldKind === "list") {
      for (let n = below(4); n > 0; n--) {
        const item = field.listKind === "scalar" ? scalar(field.scalar) : message(field.message, depth + 1);
        made[field.localName].push(item);
      }
    } else if (field.fieldKind === "map") {
      for (let n = below(4); n > 0; n--) made[field.localName][pick(["", "a", "b", "c"])] = scalar(field.scalar);
    } else if (field.message?.typeName.endsWith("Value")) {
      made[field.localName] = scalar(field.message.fields[0].scalar);
    } else made[field.localName] = value();
  }
  return made;
}

const descs = [...registry].filter((one) => one.kind === "message" && one.typeName.startsWith("proof.rules."));
const rounds = Number(process.env.RULE_ROUNDS ?? 60);
const cases = [];
for (const desc of descs)
  for (let round = 0; round < rounds; round++) {
    const made = message(desc);
    const result = validator.validate(desc, made);
    if (result.kind === "error") {
      console.log(`${desc.typeName}: ${result.error}`);
      continue;
    }
    cases.push({ desc, bytes: Buffer.from(toBinary(desc, made)).toString("hex"), valid: result.kind === "valid", result });
  }
const lines = cases.map((one) => `protobuf ${one.desc.typeName} ${one.bytes}`).join("\n") + "\n";
const answers = execFileSync("verdicts", [`${process.env.PROOF}/rules.proto`, "root"], { input: lines, maxBuffer: 1 << 28 }).toString().split("\n");
let agree = 0, broken = 0, shown = 0;
const wrong = {};
cases.forEach((one, at) => {
  const ours = answers[at].startsWith("ok");
  agree += ours === one.valid;
  broken += !one.valid;
  if (ours !== one.valid) {
    wrong[one.desc.name] = (wrong[one.desc.name] ?? 0) + 1;
    if (shown++ < 25) console.log(`disagree ${one.desc.name} ${one.bytes}: protovalidate ${one.result.violations?.map((v) => v.ruleId) ?? "valid"}, ours ${answers[at].slice(0, 80)}`);
  }
});
if (Object.keys(wrong).length) console.log(JSON.stringify(wrong));
console.log(`figure rule_verdicts ${cases.length}`);
console.log(`figure rule_verdicts_broken ${(broken / cases.length).toFixed(3)}`);
console.log(`figure rule_verdicts_agree ${(agree / cases.length).toFixed(4)}`);
