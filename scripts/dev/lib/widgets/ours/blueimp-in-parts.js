import $ from "jquery";
import "blueimp-file-upload";
import { PART_BYTES, begin, finish, signAllParts, storedBytes } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const say = (text) => $("#said").text(text);

async function end({ upload, files: [file] }) {
  try {
    await finish(upload, file);
    say(`Stored: ${file.name}`);
  } catch (error) {
    say(error.message);
  }
}

$("#upload").fileupload({
  url: SERVICE,
  paramName: "file",
  dataType: "json",
  maxChunkSize: PART_BYTES,
  async add(event, data) {
    const [file] = data.files; // one, as long as singleFileUploads stays on
    try {
      data.upload = await begin(file);
      data.uploadUrls = await signAllParts(data.upload, file);
      data.uploadedBytes = storedBytes(data.upload, file);
      data.formData = { uploadUrl: data.uploadUrls[0], size: file.size }; // of a file that is one part
      if (data.uploadedBytes < file.size) data.submit();
      else end(data);
    } catch (error) {
      say(error.message);
    }
  },
  chunkbeforesend(event, data) {
    data.formData = { uploadUrl: data.uploadUrls[data.uploadedBytes / PART_BYTES], size: data.chunkSize };
  },
  done: (event, data) => end(data),
  fail: (event, { jqXHR }) => say(reason(jqXHR.responseText)),
});
