// Usage: node busboy.cjs < FORMS
// Reads forms with busboy and prints, as JSON, what it made of each: its parts, or `null` if it refused.
// FORMS: for each form its Content-Type and its body, each after its length in 4 bytes, big-endian.
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const busboy = require("busboy");

// Paths are kept, names are UTF-8, and a field's value has one character for each byte, as in the service.
const OPTIONS = { preservePath: true, defParamCharset: "utf8", defCharset: "latin1" };

// busboy leaves in a name what browsers write there for a quotation mark and a line break.
const plain = (name) => name?.replaceAll("%22", '"').replaceAll("%0D", "\r").replaceAll("%0A", "\n");

function parse(type, body) {
  return new Promise((resolve) => {
    const parts = [];
    const parser = busboy({ headers: { "content-type": type }, ...OPTIONS });
    parser.on("field", (name, value) => parts.push({ name: plain(name), value }));
    parser.on("file", (name, stream, { filename, mimeType }) => {
      const hash = createHash("sha256");
      const part = { name: plain(name), filename: plain(filename), type: mimeType };
      parts.push(part);
      stream.on("data", (piece) => hash.update(piece));
      stream.on("end", () => (part.sha256 = hash.digest("hex")));
      stream.on("error", () => {}); // the parser has it too
    });
    parser.on("error", () => resolve(null));
    parser.on("close", () => resolve(parts));
    parser.end(body);
  });
}

function* blocks(input) {
  for (let at = 0; at < input.length; ) {
    const end = at + 4 + input.readUInt32BE(at);
    yield input.subarray(at + 4, end);
    at = end;
  }
}

async function main() {
  const answers = [];
  const input = blocks(readFileSync(0));
  for (const type of input) answers.push(await parse(type.toString(), input.next().value));
  process.stdout.write(JSON.stringify(answers));
}

main();
