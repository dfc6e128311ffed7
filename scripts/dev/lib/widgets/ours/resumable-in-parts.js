import Resumable from "resumablejs";
import { PART_BYTES, begin, finish, signParts } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const say = (text) => (document.querySelector("#said").textContent = text);

const resumable = new Resumable({
  target: () => SERVICE, // to a text it would add all fields, the presigned URL among them
  testTarget: (fields) => `/api/parts/stored?${fields.join("&")}`, // whether a chunk is stored, with GET
  query: (file, chunk) =>
    chunk.tested ? { uploadUrl: chunk.uploadUrl, size: chunk.endByte - chunk.startByte } : chunk.part,
  chunkSize: PART_BYTES,
  forceChunkSize: true, // otherwise the last is larger
  fileParameterName: "file",
  permanentErrors: [400, 401, 403, 404, 409, 413, 415, 422], // otherwise a refused chunk is sent 100 times
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
