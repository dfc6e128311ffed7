import Uploader from "simple-uploader.js";
import { PART_BYTES, begin, finish, isStored, signPart } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const say = (text) => (document.querySelector("#said").textContent = text);

const uploader = new Uploader({
  // It asks whether a chunk is stored; here only of those that are.
  target: (file, chunk, asks) => (asks ? "data:," : SERVICE),
  query: (file, chunk) => ({ uploadUrl: chunk.uploadUrl, size: chunk.endByte - chunk.startByte }),
  chunkSize: PART_BYTES,
  forceChunkSize: true, // otherwise the last is larger
  fileParameterName: "file",
  preprocess: (chunk) => void prepare(chunk), // an async function is none to it
});

async function prepare(chunk) {
  try {
    const upload = await chunk.file.upload;
    chunk.tested = !isStored(upload, chunk.offset + 1);
    if (chunk.tested) {
      chunk.uploadUrl = await signPart(upload, chunk.offset + 1, chunk.endByte - chunk.startByte);
    }
    chunk.preprocessFinished();
  } catch (error) {
    chunk.file.cancel();
    say(error.message);
  }
}

uploader.on("fileAdded", (file) => void (file.upload = begin(file.file)));
uploader.on("filesSubmitted", () => uploader.upload());
uploader.on("fileSuccess", async (root, file) => {
  try {
    await finish(await file.upload, file.file);
    say(`Stored: ${file.name}`);
  } catch (error) {
    say(error.message);
  }
});
uploader.on("fileError", (root, file, answer) => say(reason(answer)));
uploader.assignBrowse(document.querySelector("#upload"));
