// Builds verify.html, one file without outside parts, from src/; `--check` fails where the committed one differs.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const digest = (text, encoding) => createHash('sha256').update(text).digest(encoding);

async function script() {
  const { outputFiles } = await build({
    entryPoints: [here('src/main.js')],
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'iife',
    target: 'es2022',
    legalComments: 'eof',
    write: false,
  });
  return outputFiles[0].text.trim();
}

async function style() {
  const { code } = await transform(await readFile(here('src/page.css'), 'utf8'), { loader: 'css', minify: true, charset: 'utf8' });
  return code.trim();
}

/** The page's bytes; the policy names script and style by hash, so that nothing else can run. */
async function page() {
  const parts = { script: await script(), style: await style() };
  for (const name of ['script', 'style']) parts[`${name}-hash`] = `sha256-${digest(parts[name], 'base64')}`;
  const frame = (await readFile(here('src/page.html'), 'utf8')).replace(/\n/g, '') + '\n';
  return frame.replace(/\{(script|style|script-hash|style-hash)\}/g, (_, name) => parts[name]);
}

const html = await page();
const files = { 'verify.html': html, 'verify.html.sha256': `${digest(html, 'hex')}  verify.html\n` };

if (process.argv.includes('--check')) {
  for (const [name, content] of Object.entries(files)) {
    if ((await readFile(here(name), 'utf8').catch(() => '')) !== content) {
      console.error(`web/verifier/${name} is not what its sources give: run node web/verifier/build.mjs`);
      process.exitCode = 1;
    }
  }
} else {
  for (const [name, content] of Object.entries(files)) await writeFile(here(name), content);
}
console.log(`${digest(html, 'hex')}  verify.html  ${Buffer.byteLength(html)} bytes`);
