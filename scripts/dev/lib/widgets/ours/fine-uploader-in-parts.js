import qq from "fine-uploader";
import "fine-uploader/fine-uploader/fine-uploader-new.css";
import { PART_BYTES, begin, signPart } from "./parts.js";
import { SERVICE } from "./service.js";

const uploads = new Map();

const uploader = new qq.FineUploader({
  element: document.querySelector("#upload"),
  request: { endpoint: SERVICE, inputName: "file" },
  chunking: {
    enabled: true,
    mandatory: true, // a small file as well: as one part
    partSize: PART_BYTES,
    success: {
      endpoint: "/api/parts/complete",
      jsonPayload: true,
      params: (id) => ({ upload: uploads.get(id).id, parts: uploads.get(id).parts }),
    },
  },
  resume: { enabled: true },
  failedUploadTextDisplay: { mode: "custom", responseProperty: "detail" },
  callbacks: {
    async onUpload(id) {
      try {
        uploads.set(id, await begin(uploader.getFile(id)));
      } catch (error) {
        throw { responseJSON: { detail: error.message } };
      }
    },
    async onUploadChunk(id, name, { partIndex, startByte, endByte }) {
      const size = endByte - startByte + 1;
      return { params: { uploadUrl: await signPart(uploads.get(id), partIndex + 1, size), size } };
    },
    onUploadChunkSuccess(id, { partIndex }, { etag }) {
      uploads.get(id).parts.push({ number: partIndex + 1, etag });
    },
    onResume: (id) => uploads.get(id).parts.length > 0, // otherwise all chunks again
  },
});
