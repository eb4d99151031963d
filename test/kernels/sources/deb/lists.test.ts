import { expect, test } from 'vitest';
import { suiteKey } from '../../../../src/kernels/sources/deb/lists.ts';
import type { DebKernelSource } from '../../../../src/model/kernel.ts';

test('lists of one mirror that another keyring vouches for are not taken for those of the vendor', () => {
  const vendor: DebKernelSource = { source: 'deb', archive: 'debian', suite: 'bookworm', package: 'linux-image-*' };
  const key = (more: Partial<DebKernelSource>, mirror = 'http://mirror.example/debian'): string =>
    suiteKey({ ...vendor, ...more }, mirror, 'x86_64');
  expect(key({})).toBe('debian_bookworm_amd64_http_mirror.example_debian');
  const suite = Array.from({ length: 8 }, (_, nth) => `${'suite-'.repeat(5)}${nth}`).join(' ');
  const keys = [
    key({ suite }),
    key({ suite, keyring: '/usr/share/keyrings/own.gpg' }),
    key({ suite, keyring: '/etc/apt/keyrings/own.gpg' }),
    key({}),
    key({ keyring: '/usr/share/keyrings/own.gpg' }),
    key({ keyring: '/etc/apt/keyrings/own.gpg' }),
  ];
  expect(new Set(keys).size).toBe(6);
  for (const one of keys) expect(one).toMatch(/^[A-Za-z0-9._-]{1,180}$/);
});
