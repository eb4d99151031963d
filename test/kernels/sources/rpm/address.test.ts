import { describe, expect, test } from 'vitest';
import { asBase, expandAddress, resolveHref } from '../../../../src/kernels/sources/rpm/address.ts';

describe('addresses of profiles', () => {
  test.each([
    ['https://x/$basearch/os', 'https://x/x86_64/os'],
    [`https://x/$${'{basearch}'}_$arch/os`, 'https://x/x86_64_x86_64/os'],
    ['https://x/el$releasever/', 'https://x/el9/'],
  ])('%s', (address, full) => {
    expect(expandAddress(address, 'x86_64', '9')).toBe(full);
  });

  test.each([
    ['https://x/$stream', /\$stream has no value; only \$basearch/],
    ['https://x/$', /is not an address/],
    [`https://x/$${'{basearch'}`, /is not an address/],
    ['https://x:99999999/', /is not an address/],
  ])('%s is rejected', (address, says) => {
    expect(() => expandAddress(address, 'x86_64', '9')).toThrow(says);
  });

  test('a release that no one named', () => {
    expect(() => expandAddress('https://x/$releasever', 'x86_64', undefined)).toThrow(/kernel\.releasever says/);
  });

  test('a base has one slash at its end', () => {
    expect([asBase('https://x/a'), asBase('https://x/a//')]).toEqual(['https://x/a/', 'https://x/a/']);
  });
});

test("Amazon's index names files anywhere on its host, and on no other", () => {
  const place = { base: 'https://x.example/2/core/2.0/x86_64/0a1b/', wholeHost: true } as const;
  const full = 'https://x.example/blobstore/0a1b/kernel.rpm';
  expect(resolveHref(place, '../../../../../blobstore/0a1b/kernel.rpm')).toBe(full);
  for (const href of ['//evil.example/kernel.rpm', 'http://x.example/kernel.rpm', '..%2fkernel.rpm'])
    expect(() => resolveHref(place, href)).toThrow(/names a file on another server/);
});

describe('places that an index names', () => {
  const base = 'https://x.example/pub/oss/x86_64/';
  test.each([
    ['Packages/k/kernel.rpm', undefined, 'https://x.example/pub/oss/x86_64/Packages/k/kernel.rpm'],
    ['../x86_64/kernel.rpm', undefined, 'https://x.example/pub/oss/x86_64/kernel.rpm'],
    ['../noarch/kernel.rpm', undefined, 'https://x.example/pub/oss/noarch/kernel.rpm'],
    ['kernel-1.0~rc1+2.rpm', undefined, 'https://x.example/pub/oss/x86_64/kernel-1.0~rc1+2.rpm'],
    ['kernel.rpm', 'https://x.example/pub/oss/other', 'https://x.example/pub/oss/other/kernel.rpm'],
  ])('%s', (href, xmlBase, full) => {
    expect(resolveHref({ base }, href, xmlBase)).toBe(full);
  });

  test.each([
    ['../../kernel.rpm', undefined],
    ['/etc/passwd', undefined],
    ['//evil.example/kernel.rpm', undefined],
    ['https://evil.example/kernel.rpm', undefined],
    ['http://x.example/pub/oss/kernel.rpm', undefined],
    ['https://x.example:8443/pub/oss/kernel.rpm', undefined],
    ['https://user@x.example/pub/oss/kernel.rpm', undefined],
    ['file:///etc/passwd', undefined],
    ['%2e%2e/%2e%2e/kernel.rpm', undefined],
    ['..%2f..%2fkernel.rpm', undefined],
    ['..\\..\\kernel.rpm', undefined],
    ['kernel.rpm', 'https://evil.example/'],
    ['http://[', undefined],
  ])('%s is rejected', (href, xmlBase) => {
    expect(() => resolveHref({ base }, href, xmlBase)).toThrow(/names a file on another server/);
  });
});
