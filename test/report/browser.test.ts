import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { VERDICT_LABELS } from '../../src/report/model.js';
import { renderReport } from '../../src/report/report.js';
import { ANALYSES as VERDICTS, hostile, recordsOf } from './fixtures.js';

const ANALYSES = { ...VERDICTS, hostile };

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const isThere = existsSync(CHROMIUM);
const WIDE = { width: 1200, height: 900 }, NARROW = { width: 400, height: 800 };

if (!isThere && process.env['CI'] === 'true') {
  it('finds a browser', () => { throw new Error(`browser tests need Chromium at ${CHROMIUM}; install Debian's package chromium or set CHROMIUM`); });
}

(isThere ? describe : describe.skip)(`report in a browser${isThere ? '' : ` (skipped: no Chromium at ${CHROMIUM}; set CHROMIUM)`}`, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    // a container's root cannot use the sandbox, and the only page opened is our own file
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a report and returns what went wrong on the way: console errors, failed requests, requests to anywhere but the file. */
  async function opened(name: string, options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<string[]> {
    const file = join(folder, `${name}.html`);
    if (!existsSync(file)) {
      const analysis = ANALYSES[name as keyof typeof ANALYSES]!();
      writeFileSync(file, await renderReport(analysis, 'html', { records: recordsOf(analysis) }));
    }
    const url = pathToFileURL(file).href;
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
    page.on('pageerror', (error) => complaints.push(`page: ${error.message}`));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('request', (request) => { if (request.url() !== url) complaints.push(`outside: ${request.url()}`); });
    await page.goto(url);
    await use(page);
    await context.close();
    return complaints;
  }

  const schemes = (['light', 'dark'] as const).flatMap((colorScheme) => Object.keys(VERDICTS).map((name) => ({ name, colorScheme })));

  it.each(schemes)('$name in $colorScheme: the verdict is read without a complaint, and every text stands out from what is behind it by 4.5 to 1', async ({ name, colorScheme }) => {
    const complaints = await opened(name, { viewport: WIDE, colorScheme }, async (page) => {
      const verdict = page.getByRole('heading', { level: 1 });
      expect(await verdict.textContent()).toContain(VERDICT_LABELS[name as keyof typeof VERDICT_LABELS]);
      const box = await verdict.boundingBox();
      expect(box!.y + box!.height).toBeLessThan(WIDE.height / 3);
      expect(await page.locator('header .reason').textContent()).toBe(ANALYSES[name as keyof typeof ANALYSES]!().decision.reason);
      await page.locator('details').evaluateAll((all) => all.forEach((details) => details.setAttribute('open', '')));
      expect(await page.evaluate(faintTexts)).toEqual([]);
    });
    expect(complaints).toEqual([]);
  });

  it('runs nothing that a plan or a table says', async () => {
    expect(await opened('hostile', { viewport: WIDE }, (page) => page.waitForTimeout(100))).toEqual([]);
  });

  it.each(Object.keys(ANALYSES))('%s does not scroll sideways at 400 px, open or folded', async (name) => {
    const complaints = await opened(name, { viewport: NARROW }, async (page) => {
      const width = () => page.evaluate('document.documentElement.scrollWidth');
      expect(await width()).toBe(NARROW.width);
      await page.locator('details').evaluateAll((all) => all.forEach((details) => details.setAttribute('open', '')));
      expect(await width()).toBe(NARROW.width);
    });
    expect(complaints).toEqual([]);
  });

  it('draws marks that can be seen, one picture for each width', async () => {
    for (const [viewport, shown, hidden] of [[WIDE, '.wide', '.narrow'], [NARROW, '.narrow', '.wide']] as const) {
      await opened('ship', { viewport }, async (page) => {
        const forest = page.locator(`[aria-labelledby=effects] > figure ${shown} svg`);
        expect(await forest.locator('.estimate circle').count()).toBe(7);
        expect(await forest.locator('.interval path').count()).toBe(7);
        expect((await forest.locator('.estimate circle').first().boundingBox())!.width).toBeGreaterThan(4);
        expect((await forest.locator('.interval path').first().boundingBox())!.width).toBeGreaterThan(20);
        expect(await page.locator(`[aria-labelledby=time] > figure ${shown} .lift path`).isVisible()).toBe(true);
        expect(await page.locator(`figure ${hidden}`).first().isVisible()).toBe(false);
      });
    }
  });

  it('shows the verdict, the reason and what would change it on the first screen of a telephone', async () => {
    await opened('do_not_ship', { viewport: NARROW }, async (page) => {
      const change = await page.locator('header .change').boundingBox();
      expect(change!.y + change!.height).toBeLessThan(NARROW.height);
    });
  });

  it('prints to paper with its segments unfolded', async () => {
    await opened('ship', { viewport: WIDE }, async (page) => {
      const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true, printBackground: true });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      const areVisible = () => Promise.all(['segments table', 'sql pre'].map((part) => {
        const [section, tag] = part.split(' ');
        return page.evaluate(`document.querySelector('[aria-labelledby=${section}] ${tag}').checkVisibility()`);
      }));
      expect(await areVisible()).toEqual([false, false]);
      await page.emulateMedia({ media: 'print' });
      expect(await areVisible()).toEqual([true, false]);
    });
  });
});

/** Runs in the page: visible texts of HTML whose contrast with the nearest painted background is below 4.5. */
const faintTexts = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => { for (let e = element; e; e = e.parentElement) { const colour = rgb(getComputedStyle(e).backgroundColor); if (colour[3] === 255) return colour; } return [255, 255, 255]; };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(rgb(element.closest('svg') ? style.fill : style.color)), luminance(behind(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faint.push(node.textContent.trim().slice(0, 40) + ' ' + contrast.toFixed(2));
  }
  return faint;
})()`;
