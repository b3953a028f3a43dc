import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium } from 'playwright-core';
import { startService, type TestService } from './start-service.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file));
if (!CHROMIUM && process.env.CI === 'true') throw new Error('chromium is missing');

(CHROMIUM ? describe : describe.skip)('the page for people (needs chromium)', () => {
  let service: TestService;
  beforeAll(async () => { service = await startService({ demo: true }); });
  afterAll(() => service.end());

  it('opens at the address of the interface, runs a query, and asks nothing of any other host', async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const outside: string[] = [];
      const faults: string[] = [];
      page.on('request', (request) => { if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(service.url)) outside.push(request.url()); });
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
      await page.goto(`${service.url}/graphql`);
      expect(page.url()).toBe(`${service.url}/ide/`);
      await page.getByText('Send Request').first().click();
      await page.getByText('"analyst"').first().waitFor({ timeout: 30_000 });
      expect({ outside, faults }).toEqual({ outside: [], faults: [] });
    } finally {
      await browser.close();
    }
  }, 90_000);
});
