import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtinRows, readTable } from '../../src/config/builtin-profiles.ts';
import { type Choosable, expandWords } from '../../src/config/kernel-words.ts';
import { UsageError } from '../../src/model/errors.ts';

const TABLE = `groups:
  - common: {arch: x86_64, kernel: {source: deb}}
    profiles:
      ubuntu-18.04-4.15: {distro: ubuntu, version: "18.04", kernel_family: "4.15"}
      ubuntu-20.04-5.4: {distro: ubuntu, version: "20.04", kernel_family: "5.4"}
      ubuntu-24.04-6.8: {distro: ubuntu, version: "24.04", kernel_family: "6.8"}
      ubuntu-24.04-6.8-aws: {distro: ubuntu, version: "24.04", kernel_family: "6.8", variant: aws}
      ubuntu-24.04-6.8-k1: {base: ubuntu-24.04-6.8}
      ubuntu-24.04-arm64-6.8: {distro: ubuntu, version: "24.04", kernel_family: "6.8", arch: aarch64}
      debian-13-6.12: {distro: debian, version: "13", kernel_family: "6.12"}
      debian-13-7.3: {distro: debian, version: "13", kernel_family: "7.3"}
      debian-13-7.3-rt: {distro: debian, version: "13", kernel_family: "7.3", variant: rt}
      rocky-8-4.18: {distro: rocky, version: "8", kernel_family: "4.18"}
      rocky-10-6.12: {distro: rocky, version: "10", kernel_family: "6.12"}
      almalinux-9-5.14: {distro: almalinux, version: "9", kernel_family: "5.14"}
      amazon-linux-2-5.10: {distro: amazon-linux, version: "2", kernel_family: "5.10"}
      amazon-linux-2023-6.1: {distro: amazon-linux, version: "2023", kernel_family: "6.1"}
      talos-6.6: {distro: talos, version: "1.12", kernel_family: "6.6", unbootable: "it is an image"}
`;
const rows = readTable('t.yaml', TABLE);
const choosable: Choosable = {
  rows,
  ids: [...rows.map(({ id }) => id), 'own-6.1', 'lts-6.1'],
  sets: ['lts', 'quick', 'debian'],
  idsOfSet: async (name) => (name === 'lts' ? ['ubuntu-20.04-5.4', 'debian-13-6.12'] : ['debian-13-7.3']),
};
const expand = (...words: string[]) => expandWords(words, choosable, '--kernels');

describe('words that name kernels', () => {
  test.each<[string, string[]]>([
    ['ubuntu>=20.04', ['ubuntu-20.04-5.4', 'ubuntu-24.04-6.8']],
    ['ubuntu<20.04', ['ubuntu-18.04-4.15']],
    ['ubuntu=24.04', ['ubuntu-24.04-6.8']],
    ['ubuntu@newest', ['ubuntu-24.04-6.8']],
    ['ubuntu@oldest', ['ubuntu-18.04-4.15']],
    ['ubuntu<=20.04@newest', ['ubuntu-20.04-5.4']],
    ['ubuntu:aws', ['ubuntu-24.04-6.8-aws']],
    ['debian@newest', ['debian-13-7.3']],
    ['debian:rt@newest', ['debian-13-7.3-rt']],
    ['el@newest', ['almalinux-9-5.14', 'rocky-10-6.12']],
    ['rocky>8', ['rocky-10-6.12']],
    ['amazon-linux', ['amazon-linux-2-5.10', 'amazon-linux-2023-6.1']],
    ['amazon>=3', ['amazon-linux-2023-6.1']],
    ['lts', ['ubuntu-20.04-5.4', 'debian-13-6.12']],
    ['own-6.1', ['own-6.1']],
    // What no one has is for others to report, with near matches.
    ['debian-13-6.13', ['debian-13-6.13']],
    // A vendor is more than the matrix of its name.
    ['debian', ['debian-13-6.12', 'debian-13-7.3']],
  ])('%s', async (word, ids) => {
    expect(await expand(word)).toEqual(ids);
  });

  test('each kernel once, in the order of the words; an id that is typed twice stays so', async () => {
    expect(await expand('lts', 'ubuntu', 'debian-13-6.12')).toEqual([
      'ubuntu-20.04-5.4',
      'debian-13-6.12',
      'ubuntu-18.04-4.15',
      'ubuntu-24.04-6.8',
    ]);
    expect(await expand('own-6.1', 'own-6.1')).toEqual(['own-6.1', 'own-6.1']);
  });

  test.each(['lts', 'debian', 'el'])('a profile of the repository does not stand for all of %s', async (word) => {
    const shadowed = { ...choosable, ids: [...choosable.ids, word] };
    await expect(expandWords(['own-6.1', word], shadowed, '--kernels')).rejects.toThrow(
      `--kernels: "${word}" names several kernels, and a profile of this repository has the same id; rename that profile`,
    );
  });

  test.each<[string, string]>([
    ['ubuntu>=30', '"ubuntu>=30" names no kernel; there is 18.04, 20.04 and 24.04'],
    ['ubuntu:kvm', '"ubuntu:kvm" names no kernel; there is aws'],
    ['talos', '"talos" names no kernel; none of its kernels can be booted'],
    ['ubunut>=20.04', '"ubunut>=20.04" names no kernel; did you mean "ubuntu"?'],
    ['ubunut', '"ubunut" names no kernel; did you mean "ubuntu"?'],
    ['ltss', '"ltss" names no kernel; did you mean "lts"?'],
    ['debian>', '"debian>" names no kernel; did you mean "debian"?'],
    ['zzz@newest', '"zzz@newest" names no kernel; write a vendor with a release (ubuntu>=20.04)'],
  ])('%s', async (word, message) => {
    const error = await expand(word).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toContain(`--kernels: ${message}`);
  });
});

test('with the built-in catalog', async () => {
  const builtin = join(import.meta.dirname, '../../matrices');
  const files = { list: (dir: string) => readdir(dir), read: (path: string) => readFile(path, 'utf8') };
  const all = await builtinRows(files, builtin);
  const real = { ...choosable, rows: all, ids: all.map(({ id }) => id) };
  const words = (...list: string[]) => expandWords(list, real, '--kernels');
  // None of our own ids is a word that names several.
  for (const { id } of all) expect(await words(id)).toEqual([id]);
  // Cloud builds alone: those of other flavors have it in their id.
  const cloud = all.filter(({ id }) => /^debian-\d+-\d+\.\d+$/.test(id)).map(({ id }) => id);
  expect((await words('debian')).toSorted()).toEqual(cloud.toSorted());
  expect(await words('amazon-linux', 'el@newest')).toEqual([
    'amazon-linux-2-4.14',
    'amazon-linux-2-5.10',
    'amazon-linux-2-5.15',
    'amazon-linux-2023-6.1',
    'amazon-linux-2023-6.12',
    'almalinux-10-6.12',
    'rocky-10-6.12',
    'centos-stream-10-6.12',
  ]);
  expect(await words('ubuntu>=22.04@newest', 'debian:generic@oldest')).toEqual([
    'ubuntu-25.10-6.17',
    'debian-11-5.10-generic',
  ]);
});
