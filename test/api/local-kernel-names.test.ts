import { expect, test } from 'vitest';
import { localEntries } from '../../src/api/local-kernels.ts';
import { environmentOf } from '../../src/api/services.ts';
import { parseLocalKernels } from '../../src/config/local-kernels.ts';

const KERNEL = `https://example.org/bzImage,sha256=${'0'.repeat(64)}`;

async function named(name: string, { allowProfileOverride = false, others = [] as string[] } = {}): Promise<string> {
  const kernels = parseLocalKernels([`${KERNEL},name=${name}`]);
  const [entry] = await localEntries(environmentOf({ allowProfileOverride }), kernels, others);
  return entry?.id ?? '';
}

test('a kernel takes no id of a built-in one, unless that is allowed', async () => {
  const advice =
    /debian-12-6\.1 is the id of a built-in kernel; write --kernel (\S*,name=mine\S*), or allow it with allowProfileOverride$/;
  await expect(named('debian-12-6.1')).rejects.toThrow(advice);
  expect(await named('debian-12-6.1', { allowProfileOverride: true })).toBe('debian-12-6.1');
  expect(await named('debian-12-6.1-patched')).toBe('debian-12-6.1-patched');
});

test.each(['lts', 'quick', 'ubuntu'])('%s stands for several kernels and is the name of none', async (name) => {
  await expect(named(name, { allowProfileOverride: true })).rejects.toThrow(`${name} is a word for several kernels;`);
});

test.each(['debian-12-6.1', 'quick', 'ubuntu'])('%s, which is no file, belongs to the other flag', async (name) => {
  const entries = localEntries(environmentOf({}), parseLocalKernels([name]), []);
  await expect(entries).rejects.toThrow(
    new RegExp(`: ${name} is .* and no file here; write kernels: \\["${name}"\\]$`),
  );
});

test('a file that is not there and has no name of a kernel is a wrong path', async () => {
  const entries = localEntries(environmentOf({}), parseLocalKernels(['debian-12-6.1/bzImage']), []);
  await expect(entries).rejects.toThrow(/debian-12-6\.1\/bzImage cannot be booted: there is no such file/);
});

test('what is advised for two kernels of one name can be typed', async () => {
  const error: unknown = await named('own', { others: ['own'] }).catch((caught: unknown) => caught);
  const [, advised = ''] = /give this one a name: --kernel (.*)$/.exec((error as Error).message) ?? [];
  expect(parseLocalKernels([advised])).toMatchObject([{ name: 'mine' }]);
});
