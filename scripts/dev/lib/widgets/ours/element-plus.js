import ElementPlus, { ElMessage } from "element-plus";
import "element-plus/dist/index.css";
import { createApp } from "vue";
import { SERVICE, reason, sign } from "./service.js";

const say = (text) => ElMessage.error({ message: text, duration: 20_000 });

async function fields(file) {
  try {
    return { uploadUrl: await sign(file), size: file.size };
  } catch (error) {
    say(error.message);
    throw error;
  }
}

createApp({
  template: `
    <el-upload :action="service" :data="fields" :on-error="failed">
      <el-button>Choose a file</el-button>
    </el-upload>`,
  setup: () => ({
    service: SERVICE,
    fields,
    failed: (error) => say(reason(error.message)),
  }),
})
  .use(ElementPlus)
  .mount("#upload");
