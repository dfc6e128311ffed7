// https://element-plus.org/en-US/component/upload: its first example, with `data`
import ElementPlus from "element-plus";
import "element-plus/dist/index.css";
import { createApp } from "vue";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

createApp({
  template: `
    <el-upload class="upload-demo" :action="service" :data="data" multiple>
      <el-button type="primary">Click to upload</el-button>
    </el-upload>`,
  setup: () => ({ service: SERVICE, data: { uploadUrl } }),
})
  .use(ElementPlus)
  .mount("#upload");
