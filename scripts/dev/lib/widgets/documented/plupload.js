// https://github.com/moxiecode/plupload/wiki/Getting-Started and /wiki/Options
import plupload from "plupload";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

const uploader = new plupload.Uploader({ browse_button: "upload", url: SERVICE, multipart_params: { uploadUrl } });
uploader.init();
uploader.bind("FilesAdded", function () {
  uploader.start();
});
uploader.bind("FileUploaded", function (up, file) {
  document.getElementById("said").innerHTML = `Stored: ${file.name}`;
});
uploader.bind("Error", function (up, err) {
  document.getElementById("said").innerHTML = "\nError #" + err.code + ": " + err.message;
});
