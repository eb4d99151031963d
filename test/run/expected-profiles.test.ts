import { expect, test } from 'vitest';
import type { Catalog } from '../../src/config/catalog.ts';
import { UsageError } from '../../src/model/errors.ts';
import { checkExpectedProfiles } from '../../src/run/resolve.ts';

const OLD =
  'groups:\n  - common: {}\n    profiles:\n      debian-11-5.10: {distro: debian, kernel_family: "5.10", arch: x86_64, image: {local_path: x.img}}\n';
const missing = () => Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
const catalog: Catalog = {
  workspace: '/w',
  builtin: '/b',
  files: {
    list: (dir) => (dir === '/b/catalog' ? Promise.resolve(['debian.yaml']) : Promise.reject(missing())),
    read: (path) => (path === '/b/catalog/debian.yaml' ? Promise.resolve(OLD) : Promise.reject(missing())),
  },
};

const about = (...profiles: string[]) => [
  { profiles, kernels: undefined, code: 'UNKNOWN', reason: 'r', origin: 'm.yaml:2:3' },
];

test('a kernel that this run does not test may be declared, one that is unknown may not', async () => {
  await expect(checkExpectedProfiles(catalog, about('debian-11-5.10'), [])).resolves.toBeUndefined();
  const error = await checkExpectedProfiles(catalog, about('debian-11-5.1'), []).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as UsageError).message).toMatch(
    /^m\.yaml:2:3: unknown profile "debian-11-5\.1"; similar profiles: debian-11/,
  );
});
