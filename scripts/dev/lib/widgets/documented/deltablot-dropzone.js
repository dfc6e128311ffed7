// https://doc.dropzone.deltablot.app, and its option `params`
import { Dropzone } from "@deltablot/dropzone";
import "@deltablot/dropzone/dist/dropzone.css";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

new Dropzone("div#upload", { url: SERVICE, params: { uploadUrl } });
