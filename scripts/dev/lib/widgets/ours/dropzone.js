import { Dropzone } from "dropzone";
import "dropzone/dist/dropzone.css";
import { SERVICE, reason, sign } from "./service.js";

const dropzone = new Dropzone("#upload", {
  url: SERVICE,
  maxFilesize: null, // otherwise 256 MB
  createImageThumbnails: false, // an image that the browser cannot draw (HEIC) would look like a failure
  params: ([file]) => ({ uploadUrl: file.uploadUrl, size: file.size }),
  async accept(file, done) {
    try {
      file.uploadUrl = await sign(file);
      done();
    } catch (error) {
      done(error.message);
    }
  },
});

dropzone.on("error", (file, message, xhr) => {
  if (xhr) file.previewElement.querySelector("[data-dz-errormessage]").textContent = reason(xhr.responseText);
});
