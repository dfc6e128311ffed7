// Node with busboy, tuned: large buffers, kept-alive connections, the file piped into the PUT as it arrives.
// A file that arrives before its URL waits in memory.
const http = require("node:http");
const https = require("node:https");
const busboy = require("busboy");

const WINDOW = 256 * 1024;
const agents = {
  "http:": [http, new http.Agent({ keepAlive: true })],
  "https:": [https, new https.Agent({ keepAlive: true })],
};

function put(url, type, length, done) {
  const target = new URL(url);
  const [client, agent] = agents[target.protocol];
  return client.request(
    {
      host: target.hostname,
      port: target.port,
      path: target.pathname + target.search,
      method: "PUT",
      agent,
      highWaterMark: WINDOW,
      headers: { "content-type": type, "content-length": length },
    },
    (response) => response.resume().on("end", () => done(response.statusCode)),
  );
}

const server = http.createServer({ highWaterMark: WINDOW }, (request, response) => {
  let url = null;
  let waiting = null;
  const done = (status) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ success: status === 200, status }));
  };
  const form = busboy({ headers: request.headers, highWaterMark: WINDOW, fileHwm: WINDOW });
  form.on("field", (name, value) => {
    if (name === "uploadUrl") url = value;
  });
  form.on("file", (name, file, { mimeType }) => {
    if (url) {
      // What the file's own position in the body tells; here the request names it.
      file.pipe(put(url, mimeType, request.headers["x-file-length"], done));
    } else {
      waiting = { mimeType, chunks: [] };
      file.on("data", (chunk) => waiting.chunks.push(chunk));
    }
  });
  form.on("close", () => {
    if (!waiting) return;
    const length = waiting.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const sent = put(url, waiting.mimeType, length, done);
    for (const chunk of waiting.chunks) sent.write(chunk);
    sent.end();
  });
  request.pipe(form);
});
server.requestTimeout = 0;
server.listen(Number(process.env.PORT), "127.0.0.1");
