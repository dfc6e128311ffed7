// https://docs.fineuploader.com/quickstart/02-setting_options.html
import qq from "fine-uploader";
import "fine-uploader/fine-uploader/fine-uploader-new.css";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

new qq.FineUploader({
  element: document.getElementById("upload"),
  request: { endpoint: SERVICE, params: { uploadUrl } },
});
