// Reads formulas from stdin, as JSON: [{"formula": "...", "display": true}], and writes those that KaTeX refuses in strict mode, with the reason.
import katex from 'katex';

let text = '';
process.stdin.setEncoding('utf8');
for await (const part of process.stdin) {
  text += part;
}

const refused = [];
for (const { formula, display } of JSON.parse(text)) {
  try {
    katex.renderToString(formula, { displayMode: display, strict: 'error', throwOnError: true });
  } catch (error) {
    refused.push({ formula, error: `${error.message}` });
  }
}

process.stdout.write(JSON.stringify(refused));
