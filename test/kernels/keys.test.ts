import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FINGERPRINTS, isShippedKey, shippedKey } from '../../src/kernels/keys/shipped.ts';
import { binaryKeys } from '../../src/kernels/sources/rpm/armor.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'bpfcompat-gpg-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Fingerprints of the primary keys in a file, as GnuPG computes them. */
function fingerprintsIn(bytes: Uint8Array): string[] {
  const file = join(home, 'key');
  writeFileSync(file, bytes);
  const args = ['--homedir', home, '--batch', '--with-colons', '--show-keys', file];
  const lines = execFileSync('gpg', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n');
  return lines.flatMap((line, index) => {
    if (!line.startsWith('pub:')) return [];
    return [
      lines
        .slice(index)
        .find((one) => one.startsWith('fpr:'))
        ?.split(':')[9] ?? '',
    ];
  });
}

describe('shipped keys', () => {
  test.each(Object.entries(FINGERPRINTS))('%s holds the keys that are pinned', (name, fingerprints) => {
    if (!isShippedKey(name)) return expect.fail('it is not there');
    expect(fingerprintsIn(shippedKey(name))).toEqual(fingerprints);
    // What gpgv gets is the same, without armor.
    expect(fingerprintsIn(binaryKeys(shippedKey(name)))).toEqual(fingerprints);
  });

  test('each has its origin in the README', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../src/kernels/keys/README.md'), 'utf8');
    const reported = [...readme.matchAll(/^\| (\S+) \| \S+ \| `[0-9a-f]{64}` \|$/gm)].map(([, name]) => name);
    expect(reported.sort()).toEqual(Object.keys(FINGERPRINTS).sort());
  });
});

describe('key files', () => {
  const rocky = shippedKey('RPM-GPG-KEY-Rocky-9');
  const plain = binaryKeys(rocky);

  test('that are not armored are taken as they are', () => {
    expect(Buffer.from(binaryKeys(plain)).equals(plain)).toBe(true);
  });

  test('with notes around, Windows lines, a version and no checksum', () => {
    const text = Buffer.from(rocky).toString('latin1');
    const noted = `pub rsa4096\n${text}\nThanks.\n`.replaceAll('\n', '\r\n');
    expect(Buffer.from(binaryKeys(Buffer.from(noted))).equals(plain)).toBe(true);
    const versioned = text.replace('BLOCK-----\n', 'BLOCK-----\nVersion: GnuPG v1.4.5\nComment: x\n');
    expect(Buffer.from(binaryKeys(Buffer.from(versioned))).equals(plain)).toBe(true);
    const unsummed = text.replace(/^=[A-Za-z0-9+/]{4}$/m, '');
    expect(unsummed).not.toBe(text);
    expect(Buffer.from(binaryKeys(Buffer.from(unsummed))).equals(plain)).toBe(true);
  });

  test('with several blocks hold the keys of all', () => {
    const two = Buffer.concat([rocky, Buffer.from('\n'), shippedKey('RPM-GPG-KEY-Rocky-8')]);
    expect(fingerprintsIn(binaryKeys(two))).toEqual([
      ...FINGERPRINTS['RPM-GPG-KEY-Rocky-9'],
      ...FINGERPRINTS['RPM-GPG-KEY-Rocky-8'],
    ]);
  });
});
