import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const { validatorLicences } = (await import('../../scripts/validator-licences.mjs' as string)) as {
  validatorLicences(docs: string): string;
};

test('every library of the static validator is there with its text; one that is missing is named', () => {
  const docs = mkdtempSync(join(tmpdir(), 'bpfcompat-docs-'));
  const put = (pkg: string): void => {
    mkdirSync(join(docs, pkg));
    writeFileSync(join(docs, pkg, 'copyright'), `text of ${pkg}\r\n`);
  };
  for (const pkg of ['libc6-dev', 'libelf-dev', 'libbpf-dev', 'zlib1g-dev']) put(pkg);
  expect(() => validatorLicences(docs)).toThrow(/licence of zstd is missing: install libzstd-dev/);
  put('libzstd-dev');
  const text = validatorLicences(docs);
  for (const name of ['glibc', 'libelf', 'libbpf', 'zlib', 'zstd']) expect(text).toMatch(new RegExp(`^${name}$`, 'm'));
  expect(text).toContain('text of libbpf-dev\n');
  expect(text).not.toContain(docs);
});
