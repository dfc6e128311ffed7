// https://github.com/blueimp/jQuery-File-Upload/wiki/Basic-plugin and /wiki/Options
import $ from "jquery";
import "blueimp-file-upload";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

$("#upload").fileupload({
  url: SERVICE,
  dataType: "json",
  formData: { uploadUrl },
  done: function () {
    $("#said").text("Upload finished.");
  },
});
