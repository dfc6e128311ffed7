// https://uppy.io/docs/quick-start/, https://uppy.io/docs/xhr-upload/
import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import XHRUpload from "@uppy/xhr-upload";
import "@uppy/core/css/style.min.css";
import "@uppy/dashboard/css/style.min.css";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

new Uppy({ meta: { uploadUrl } })
  .use(Dashboard, { inline: true, target: "#upload" })
  .use(XHRUpload, { endpoint: SERVICE });
