// Drives one headless Chromium over verify.html: a JSON command per line on stdin, a JSON answer per line on stdout.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const QUIET = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
const browser = await chromium.launch({ executablePath: process.argv[2], args: QUIET });

let page;
let heard;

const lines = (selector) => page.$$eval(selector, (found) => found.map((element) => element.innerText.trim()));

/** What a person would read after a verification, and what went on behind it. */
async function snapshot() {
  return {
    verdict: await page.$eval('#verdict', (element) => element.dataset.verdict ?? ''),
    text: (await lines('#verdict')).join('\n'),
    details: (await lines('#details')).join('\n'),
    note: (await lines('#receipt-note')).join('\n'),
    bad: (await lines('.bad')).filter(Boolean),
    passed: (await lines('.checks .passed')).length,
    failed: await lines('.checks .failed'),
    focus: await page.evaluate(() => document.activeElement?.id ?? ''),
    overflows: await page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
    ...heard,
  };
}

const commands = {
  async open({ url, width = 1000, height = 900, dark = false, reduced = false }) {
    await page?.context().close();
    heard = { errors: [], requests: [], dialogs: 0 };
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: reduced ? 'reduce' : 'no-preference',
    });
    page = await context.newPage();
    page.on('pageerror', (error) => heard.errors.push(String(error)));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && heard.errors.push(message.text()));
    page.on('request', (request) => heard.requests.push(request.url()));
    page.on('dialog', (dialog) => {
      heard.dialogs += 1;
      return dialog.dismiss();
    });
    await page.goto(url);
  },
  fill: ({ selector, text }) => page.fill(selector, text),
  click: ({ selector }) => page.click(selector),
  press: ({ key }) => page.keyboard.press(key),
  choose: ({ selector, path }) => page.setInputFiles(selector, path),
  reload: () => page.reload(),
  evaluate: ({ script }) => page.evaluate(script),
  async drop({ name, text }) {
    const data = await page.evaluateHandle(([fileName, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], fileName));
      return transfer;
    }, [name, text]);
    await page.dispatchEvent('#drop', 'drop', { dataTransfer: data });
    // The page reads the file first, and shows the verdict before it until then.
    await page.waitForFunction((content) => document.getElementById('receipt').value === content, text);
  },
  await: () => page.waitForSelector('#verdict[data-verdict]', { timeout: 20_000 }).then(() => undefined),
  screenshot: ({ path }) => page.screenshot({ path, fullPage: true }).then(() => undefined),
  /** What axe finds against WCAG 2.2 AA and good practice, one line per rule and element. */
  async axe() {
    await page.evaluate(require('axe-core').source);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
  },
  snapshot,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { op, ...rest } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ value: (await commands[op](rest)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
await browser.close();
