// Runs compiling.py under Pyodide: `node compiling.mjs PYODIDE FOLDER`. In FOLDER lie python_stdlib.zip and the wheels.

import { readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodide, folder] = process.argv.slice(2);
const { loadPyodide, version } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
const { info } = JSON.parse(readFileSync(`${pyodide}/pyodide-lock.json`, "utf8"));
const python = await loadPyodide({
  lockFileContents: { info: { ...info, version }, packages: {} }, // or it would look for them
  packageBaseUrl: pathToFileURL(`${pyodide}/`).href,
  env: { PYTHONHASHSEED: "0" }, // the same bytes from the same sources
});
for (const name of readdirSync(folder).filter((name) => name.endsWith(".whl")))
  python.unpackArchive(new Uint8Array(readFileSync(`${folder}/${name}`)).buffer, "wheel");
python.mountNodeFS("/host", folder);
python.runPython(readFileSync(new URL("compiling.py", import.meta.url), "utf8"));
