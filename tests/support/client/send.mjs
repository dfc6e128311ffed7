// Usage: node send.mjs ENDPOINT FILE NAME TYPE UPLOAD_URL url-first|file-first
// Sends one form with fetch and prints the answer's status, a line break, and its body.
import { openAsBlob } from "node:fs";

const [endpoint, path, name, type, uploadUrl, order] = process.argv.slice(2);
const form = new FormData();
if (order === "url-first") form.append("uploadUrl", uploadUrl);
form.append("file", await openAsBlob(path, { type }), name);
if (order === "file-first") form.append("uploadUrl", uploadUrl);
const response = await fetch(endpoint, { method: "POST", body: form });
process.stdout.write(`${response.status}\n${await response.text()}`);
