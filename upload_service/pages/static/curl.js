/** The curl command of an upload; its secrets are shell variables. */

import { endpoint } from "./sending.js";

export function curl(file, retries, token) {
  // curl reads "-" as its standard input.
  const path = file.name.startsWith("-") ? `./${file.name}` : file.name;
  const type = file.type && `;type=${file.type}`;
  const words = [
    token && '-H "Authorization: Bearer $UPLOAD_TOKEN"',
    '--form-string "uploadUrl=$PRESIGNED_URL"',
    retries !== null && `-F max_retries=${retries}`,
    `-F ${shell(`file=@"${path.replace(/["\\]/g, "\\$&")}"${type}`)}`,
    shell(new URL(endpoint(retries), document.baseURI).href),
  ];
  return ["curl", ...words.filter(Boolean)].join(" ");
}

function shell(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
