/** A page of the console in a real Chromium, which notes what must never happen. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '#tools/chromium-find.ts';

const PICTURES = path.join(import.meta.dirname, '..', '..', '.windlass', 'pictures');

export type OpenPage = {
  page: Page;
  /** Errors of scripts, and what the content security policy refused. */
  faults: string[];
  /** Addresses outside the console that were asked for. */
  foreign: string[];
  /** Keeps a picture of the page as it is, to be looked at by people. */
  picture(name: string): Promise<void>;
};

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_FLAGS] });
}

/** Opens the console, at the size of a small screen. */
export async function openPage(
  browser: Browser,
  url: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 }, colorScheme });
  const faults: string[] = [];
  const foreign: string[] = [];
  const { origin } = new URL(url);
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (line) => {
    // A stream that breaks off because its server was killed is no fault of the page.
    if (line.type() === 'error' && !/ERR_|Failed to load resource/.test(line.text()))
      faults.push(line.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:'))
      foreign.push(request.url());
  });
  await page.goto(url);
  return {
    page,
    faults,
    foreign,
    picture: async (name) => {
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
    },
  };
}
