import Resumable from "resumablejs";
import { PART_BYTES, begin, finish, isStored, signPart } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const say = (text) => (document.querySelector("#said").textContent = text);

const resumable = new Resumable({
  target: () => SERVICE, // to a text it would add all fields, the presigned URL among them
  testTarget: () => "data:,", // it asks whether a chunk is stored; here only of those that are
  query: (file, chunk) => ({ uploadUrl: chunk.uploadUrl, size: chunk.endByte - chunk.startByte }),
  chunkSize: PART_BYTES,
  forceChunkSize: true, // otherwise the last is larger
  fileParameterName: "file",
  maxChunkRetries: 0, // otherwise a refused chunk is sent 100 times
  async preprocess(chunk) {
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
  },
});

resumable.on("fileAdded", (file) => {
  file.upload = begin(file.file);
  resumable.upload();
});
resumable.on("fileSuccess", async (file) => {
  try {
    await finish(await file.upload, file.file);
    say(`Stored: ${file.fileName}`);
  } catch (error) {
    say(error.message);
  }
});
resumable.on("fileError", (file, answer) => say(reason(answer)));
resumable.assignBrowse(document.querySelector("#upload"));
