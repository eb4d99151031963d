import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMatrix } from '../../src/config/matrix.ts';
import { readProfile } from '../../src/config/profile.ts';

const dir = join(import.meta.dirname, '../../matrices');
const yaml = (path: string): { file: string; text: string } => ({ file: path, text: readFileSync(path, 'utf8') });
const filesIn = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(path, name));
const profiles = filesIn(join(dir, 'profiles'));

describe('the catalogue', () => {
  test.each(profiles)('%s', (path) => {
    const profile = readProfile(yaml(path));
    expect(profile.id).toBe(basename(path, '.yaml'));
    expect(profile.id).toBe(`${profile.distro}-${profile.version}-${profile.kernelFamily}`);
    const { kernel } = profile;
    if (kernel?.source !== 'deb') return expect.fail('its source has no test yet');
    expect(kernel.package).toContain(`-${profile.kernelFamily}.`);
    expect(kernel.mirror).toMatch(/^http:/);
    expect(profile.expectedBtf).toBe(true);
    for (const pin of kernel.pinned ?? []) expect(pin.version).toBe(kernel.version);
  });

  test('quick asks four kernels, debian asks all of them', () => {
    const [debian, quick] = ['debian', 'quick'].map((name) => readMatrix(yaml(join(dir, `${name}.yaml`))));
    expect(quick?.profiles.map(({ id }) => id)).toEqual([
      'debian-11-5.10',
      'debian-12-6.1',
      'debian-13-6.12',
      'debian-13-7.3',
    ]);
    expect(debian?.profiles.map(({ id }) => id).sort()).toEqual(profiles.map((path) => basename(path, '.yaml')).sort());
    expect([debian, quick].flatMap((matrix) => matrix?.profiles.map(({ required }) => required))).not.toContain(false);
  });

  test.each(filesIn(dir))('%s says for every kernel whether it is required', (path) => {
    const { text } = yaml(path);
    expect(text.match(/^\s+required: (true|false)$/gm)).toHaveLength(readMatrix({ file: path, text }).profiles.length);
  });
});
