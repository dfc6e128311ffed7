// https://www.dropzone.dev/docs, and its option `params`
import { Dropzone } from "dropzone";
import "dropzone/dist/dropzone.css";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

new Dropzone("div#upload", { url: SERVICE, params: { uploadUrl } });
