import Uploader from "simple-uploader.js";
import { PART_BYTES, begin, finish, signParts } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const say = (text) => (document.querySelector("#said").textContent = text);

const uploader = new Uploader({
  // Of each chunk simple-uploader asks first, with GET, whether it is stored.
  target: (file, chunk, asks) => (asks ? "/api/parts/stored" : SERVICE),
  query: (file, chunk, asks) => (asks ? chunk.part : { uploadUrl: chunk.uploadUrl, size: chunk.endByte - chunk.startByte }),
  chunkSize: PART_BYTES,
  forceChunkSize: true, // otherwise the last is larger
  fileParameterName: "file",
  preprocess: (chunk) => void prepare(chunk), // it takes an async function for none
});

async function prepare(chunk) {
  const partNumber = chunk.offset + 1;
  try {
    const { key, uploadId } = await chunk.file.upload;
    chunk.part = { key, uploadId, partNumber };
    [chunk.uploadUrl] = await signParts(chunk.part, [partNumber]);
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
