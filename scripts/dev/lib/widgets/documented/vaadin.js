// https://vaadin.com/docs/latest/components/upload, and the event upload-request of its API
import "@vaadin/upload";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

const upload = document.querySelector("vaadin-upload");
upload.target = SERVICE;
upload.addEventListener("upload-request", (event) => {
  event.detail.formData.append("uploadUrl", uploadUrl);
});
