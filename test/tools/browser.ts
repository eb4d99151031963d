import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'];
const MAX_BYTES = 64 * 1024 * 1024;

export function findBrowser(): string {
  const dirs = (process.env['PATH'] ?? '').split(delimiter);
  for (const path of NAMES.flatMap((name) => dirs.map((dir) => join(dir, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next place.
    }
  }
  throw new Error(`no browser to show summaries with: install one of ${NAMES.join(', ')} (scripts/setup.sh does)`);
}

/** Runs a browser of its own on a page. @returns what it wrote to its standard output */
async function browse(page: string, flags: readonly string[]): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-page-'));
  try {
    const file = join(dir, 'page.html');
    writeFileSync(file, page);
    const argv = [...FLAGS, `--user-data-dir=${join(dir, 'profile')}`, ...flags, pathToFileURL(file).href];
    const { stdout } = await promisify(execFile)(findBrowser(), argv, { maxBuffer: MAX_BYTES, timeout: 60_000 });
    return stdout;
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The page as the browser has it once its scripts have run. */
export async function renderedDom(page: string): Promise<string> {
  return browse(page, ['--dump-dom']);
}

/** Writes a picture of the page, `height` pixels of it, to `file`. */
export async function screenshot(page: string, file: string, height: number): Promise<void> {
  await browse(page, [`--window-size=990,${height}`, `--screenshot=${file}`]);
}
