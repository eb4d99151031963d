import { expect, test } from 'vitest';
import { bisectLine } from '../../src/api/bisect-line.ts';
import { environmentOf } from '../../src/api/services.ts';

// Between two profiles nothing is requested of a repository: the line is made of the catalog.
const listener = { signal: undefined, onProgress: () => {}, onNote: () => {} };
const line = async (good: string, bad: string) =>
  (await bisectLine(environmentOf({}), { good, bad }, listener)).map(({ profile, build }) => {
    expect(build).toBeUndefined();
    return profile.id;
  });

test('two kernels of one vendor: those between them by their series, of the same build, in either direction', async () => {
  const ids = await line('debian-11-5.10', 'debian-13-6.17');
  expect(ids).toEqual([
    'debian-11-5.10',
    'debian-12-6.1',
    'debian-12-6.12',
    'debian-13-6.12',
    'debian-13-6.16',
    'debian-13-6.17',
  ]);
  expect(await line('debian-13-6.17', 'debian-11-5.10')).toEqual([...ids].reverse());
  const rt = await line('debian-12-6.1-rt', 'debian-13-7.3-rt');
  expect(rt.every((id) => id.endsWith('-rt'))).toBe(true);
  expect(await line('ubuntu-20.04-5.4', 'ubuntu-22.04-5.15')).toEqual([
    'ubuntu-20.04-5.4',
    'ubuntu-20.10-5.8',
    'ubuntu-22.04-5.15',
  ]);
});

test.each([
  ['debian-12-6.1', 'rocky-9-5.14', 'are of two vendors'],
  ['debian-12-6.1', 'rhel-8-4.18', 'rhel-8-4.18: '],
  ['debian-12-6.2', 'debian-13-7.3', 'good: unknown profile "debian-12-6.2"; similar profiles: '],
  ['@1', 'debian-13-7.3', 'good "@1" is not a kernel; write a profile id'],
])('%s and %s are rejected', async (good, bad, message) => {
  await expect(line(good, bad)).rejects.toThrow(message);
});
