import "@vaadin/upload";
import { SERVICE, reason, sign } from "./service.js";

const upload = document.querySelector("vaadin-upload");
upload.target = SERVICE;

upload.addEventListener("upload-request", async (event) => {
  event.preventDefault(); // from here on the request is ours to send
  const { file, xhr } = event.detail;
  const form = new FormData();
  try {
    form.append("uploadUrl", await sign(file));
    form.append("size", file.size);
    form.append("file", file, file.name);
    xhr.send(form);
  } catch (error) {
    file.error = error.message;
    upload.files = [...upload.files];
    xhr.dispatchEvent(new Event("abort")); // so that the next file has its turn
  }
});
upload.addEventListener("upload-error", ({ detail: { file, xhr } }) => {
  file.error = reason(xhr.responseText);
});
