import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readManifest } from '../../src/config/manifest.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' });
const manifests = files.filter((file) => /manifest[^/]*\.yaml$/.test(file));
const sources = files.filter((file) => file.endsWith('.bpf.c'));

test('there are examples to copy from', () => {
  expect(manifests.length).toBeGreaterThan(10);
  expect(sources.length).toBeGreaterThan(7);
});

describe.each(manifests)('%s', (file) => {
  const manifest = readManifest({ text: readFileSync(join(EXAMPLES, file), 'utf8'), file });

  test('is named after its directory and requires every attachment', () => {
    expect(manifest.name).toBe(file.split('/')[0]);
    expect(manifest.programs.length).toBeGreaterThan(0);
    expect(manifest.programs.every((program) => program.attach.required)).toBe(true);
  });

  test('names programs and sections that its source has', () => {
    const source = sources.find((path) => path.startsWith(`${file.split('/')[0]}/`));
    if (source === undefined) return expect(file).toContain('unknown-load-fail');
    const text = readFileSync(join(EXAMPLES, source), 'utf8');
    for (const { name, section } of manifest.programs) {
      expect(text).toContain(`SEC("${section}")\nint ${name}(`);
    }
  });
});
