// https://pqina.nl/filepond/docs/api/server/: the field's name is the one of its quick start
import * as FilePond from "filepond";
import "filepond/dist/filepond.min.css";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

FilePond.create(document.querySelector("#upload"), {
  name: "filepond",
  server: {
    process: {
      url: SERVICE,
      ondata: (formData) => {
        formData.append("uploadUrl", uploadUrl);
        return formData;
      },
    },
  },
});
