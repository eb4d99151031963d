import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withFlagBtf } from '../../src/api/kernel-btf.ts';
import { environmentOf } from '../../src/api/services.ts';
import { namedSections } from '../../src/elf/named-sections.ts';
import { target } from '../fixtures/run.ts';
import { inFlagWords } from '../in-flag-words.ts';

// A compiled object has BTF as kernels do: enough of it to be read.
const OBJECT = new URL('../../examples/simple-pass/simple_pass.bpf.o', import.meta.url).pathname;
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-btf-'));
  const object = readFileSync(OBJECT);
  const section = namedSections(object, 4096)?.find(({ name }) => name === '.BTF');
  if (section === undefined) throw new Error('the object has no BTF');
  const at = Number(section.offset);
  writeFileSync(join(dir, 'raw.btf'), object.subarray(at, at + Number(section.size)));
  writeFileSync(join(dir, 'second.btf'), 'another');
  const run = (command: string, ...args: string[]): unknown => execFileSync(command, args, { cwd: dir });
  run('gzip', '-k', 'raw.btf');
  run('tar', '-cJf', 'one.btf.tar.xz', 'raw.btf');
  run('tar', '-cf', 'two.tar', 'raw.btf', 'second.btf');
  run('tar', '-cf', 'none.tar', 'raw.btf.gz');
  writeFileSync(join(dir, 'cut.btf.tar.xz'), readFileSync(join(dir, 'one.btf.tar.xz')).subarray(0, 100));
  mkdirSync(join(dir, 'directory'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const withBtf = (file: string) => withFlagBtf(environmentOf({ cwd: dir }), [target('debian-12-6.1')], file, undefined);

describe('BTF of a flag', () => {
  test.each(['raw.btf', 'raw.btf.gz', 'one.btf.tar.xz'])('%s is read', async (file) => {
    const [first] = await withBtf(file);
    expect(first?.profile.btf).toEqual({ path: join(dir, file), origin: expect.stringContaining(file) });
  });

  test('leaves what a profile names itself', async () => {
    const btf = { path: '/p', origin: 'profile' };
    const own = { ...target('debian-12-6.1'), profile: { ...target('debian-12-6.1').profile, btf } };
    const [first] = await withFlagBtf(environmentOf({ cwd: dir }), [own], 'raw.btf', undefined);
    expect(first?.profile.btf).toEqual(btf);
  });

  test.each([
    ['missing.btf', /there is no such file/],
    ['directory', /it is a directory without DISTRO\/VERSION\/ARCH\/RELEASE\.btf/],
    ['second.btf', /it has 7 bytes/],
    ['two.tar', /raw\.btf and second\.btf; unpack it/],
    ['none.tar', /no file that ends in \.btf/],
    ['cut.btf.tar.xz', /cannot be unpacked/],
    [OBJECT, /a compiled BPF object/],
    [process.execPath, /without a section \.BTF/],
  ])('%s is rejected before anything boots', async (file, words) => {
    const message = await inFlagWords(withBtf)(file).then(() => 'taken', String);
    expect(message).toContain(`--btf ${file}: `);
    expect(message).toMatch(words);
  });
});
