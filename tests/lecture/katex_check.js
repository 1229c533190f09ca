// Reads formulas, one JSON string a line, and says which KaTeX refuses, as JSON [[formula, why], …].
const katex = require("katex");
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
const refused = [];
for (const formula of lines.map(JSON.parse)) {
  try {
    katex.renderToString(formula, { displayMode: true, throwOnError: true, strict: "error" });
  } catch (error) {
    refused.push([formula, String(error.message)]);
  }
}
process.stdout.write(JSON.stringify(refused));
