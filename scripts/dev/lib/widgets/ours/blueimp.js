import $ from "jquery";
import "blueimp-file-upload";
import { SERVICE, reason, sign } from "./service.js";

const say = (text) => $("#said").text(text);

$("#upload").fileupload({
  url: SERVICE,
  paramName: "file",
  dataType: "json",
  async add(event, data) {
    const [file] = data.files; // one, as long as singleFileUploads stays on
    try {
      data.formData = { uploadUrl: await sign(file), size: file.size };
      data.submit();
    } catch (error) {
      say(error.message);
    }
  },
  done: (event, { result }) => say(`Stored: ${result.filename}`),
  fail: (event, { jqXHR }) => say(reason(jqXHR.responseText)),
});
