import { Dropzone } from "dropzone";
import "dropzone/dist/dropzone.css";
import { PART_BYTES, begin, finish, signAllParts } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const dropzone = new Dropzone("#upload", {
  url: SERVICE,
  maxFilesize: null, // otherwise 256 MB
  createImageThumbnails: false, // an image that the browser cannot draw (HEIC) would look like a failure
  chunking: true,
  forceChunking: true, // a small file as well: as one part
  chunkSize: PART_BYTES,
  retryChunks: true,
  params: ([file], xhr, chunk) => ({ uploadUrl: file.uploadUrls[chunk.index], size: chunk.dataBlock.data.size }),
  async accept(file, done) {
    try {
      file.inParts = await begin(file);
      file.uploadUrls = await signAllParts(file.inParts, file);
      done();
    } catch (error) {
      done(error.message);
    }
  },
  chunksUploaded(file, done) {
    finish(file.inParts, file).then(done, (error) => dropzone._errorProcessing([file], error.message));
  },
});

dropzone.on("error", (file, message, xhr) => {
  if (xhr) file.previewElement.querySelector("[data-dz-errormessage]").textContent = reason(xhr.responseText);
});
