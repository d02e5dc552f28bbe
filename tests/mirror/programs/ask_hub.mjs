// `node ask_hub.mjs URL namespace/name`: fetch a file with the @huggingface/hub that lies beside it.
import { downloadFile } from "@huggingface/hub";

const [hubUrl, repo] = process.argv.slice(2);
const file = await downloadFile({ repo, path: "config.json", hubUrl });
console.log((await file.text()).length);
