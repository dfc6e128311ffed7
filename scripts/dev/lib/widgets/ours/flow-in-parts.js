import Flow from "@flowjs/flow.js";
import { PART_BYTES, begin, finish, isStored, signPart } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const say = (text) => (document.querySelector("#said").textContent = text);

const flow = new Flow({
  // It asks whether a chunk is stored; here only of those that are.
  target: (file, chunk, asks) => (asks ? "data:," : SERVICE),
  query: (file, chunk) => ({ uploadUrl: chunk.uploadUrl, size: chunk.endByte - chunk.startByte }),
  chunkSize: PART_BYTES,
  forceChunkSize: true, // otherwise the last is larger
  fileParameterName: "file",
  preprocess: (chunk) => void prepare(chunk),
});

async function prepare(chunk) {
  try {
    const upload = await chunk.fileObj.upload;
    chunk.tested = !isStored(upload, chunk.offset + 1);
    if (chunk.tested) {
      chunk.uploadUrl = await signPart(upload, chunk.offset + 1, chunk.endByte - chunk.startByte);
    }
    chunk.preprocessFinished();
  } catch (error) {
    chunk.fileObj.cancel();
    say(error.message);
  }
}

flow.on("fileAdded", (file) => void (file.upload = begin(file.file)));
flow.on("filesSubmitted", () => flow.upload());
flow.on("fileSuccess", async (file) => {
  try {
    await finish(await file.upload, file.file);
    say(`Stored: ${file.name}`);
  } catch (error) {
    say(error.message);
  }
});
flow.on("fileError", (file, answer) => say(reason(answer)));
flow.assignBrowse(document.querySelector("#upload"));
