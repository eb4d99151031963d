import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FINDING_CODES } from '../../src/findings/findings.ts';
import { findingUrl } from '../../src/model/project.ts';
import { findingsPage } from '../tools/findings-page.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/findings.md'), 'utf8');

test('docs/findings.md is what the tables say (npm run pages)', () => {
  expect(page).toBe(findingsPage(root));
});

test.each(FINDING_CODES)('the address of %s leads to its heading', (code) => {
  const [, anchor] = findingUrl(code).split('docs/findings.md#');
  const headings = page.match(/^### .*$/gm)?.map((line) => line.slice(4).toLowerCase());
  expect(headings?.filter((one) => one === anchor)).toHaveLength(1);
});
