import Flow from "@flowjs/flow.js";
import { PART_BYTES, begin, finish, signParts } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const say = (text) => (document.querySelector("#said").textContent = text);

const flow = new Flow({
  // Of each chunk Flow.js asks first, with GET, whether it is stored.
  target: (file, chunk, asks) => (asks ? "/api/parts/stored" : SERVICE),
  query: (file, chunk, asks) => (asks ? chunk.part : { uploadUrl: chunk.uploadUrl, size: chunk.endByte - chunk.startByte }),
  chunkSize: PART_BYTES,
  forceChunkSize: true, // otherwise the last is larger
  fileParameterName: "file",
  async preprocess(chunk) {
    const partNumber = chunk.offset + 1;
    try {
      const { key, uploadId } = await chunk.fileObj.upload;
      chunk.part = { key, uploadId, partNumber };
      [chunk.uploadUrl] = await signParts(chunk.part, [partNumber]);
      chunk.preprocessFinished();
    } catch (error) {
      chunk.fileObj.cancel();
      say(error.message);
    }
  },
});

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
