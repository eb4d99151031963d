import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspect } from '../../src/api/inspect.ts';
import type { Io } from '../../src/cli/io.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { inFlags } from '../../src/model/wording.ts';
import { buildElf, insns } from '../object/elf-builder.ts';

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'bpfcompat-inspect-'));
  const text = new TextEncoder();
  writeFileSync(
    join(cwd, 'one.bpf.o'),
    buildElf(
      [
        { name: 'xdp', executable: true, bytes: insns([[0x85, 0, 0, 181], [0x95]]) },
        { name: 'license', bytes: text.encode('GPL\0') },
      ],
      [{ name: 'drop', section: 'xdp', size: 16 }],
    ),
  );
  writeFileSync(join(cwd, 'script.sh'), '#!/bin/sh\n');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    env: {},
    cwd,
    terminalSize: () => undefined,
    width: () => 100,
    color: false,
    face: inFlags,
    terminalOut: false,
  };
  const code = await runCommand(['inspect', ...words], io);
  return { code, out: out.join(''), err: err.join('') };
}

test('an object', async () => {
  const [result] = await inspect({ files: ['one.bpf.o'], cwd });
  expect(result).toMatchObject({
    ok: true,
    object: {
      path: 'one.bpf.o',
      license: 'GPL',
      programs: [{ name: 'drop', type: 'xdp', total_insns: 2 }],
      helpers: [{ id: 181, name: 'bpf_loop', since: '5.17', programs: ['drop'] }],
      floor: { load: { kernel: '4.8' }, unless_guarded: { kernel: '5.17', why: 'helper bpf_loop' } },
    },
  });
});

describe('on the command line', () => {
  test('text and JSON', async () => {
    const text = await run('one.bpf.o');
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(text.out).toContain('5.17 unless guarded: helper bpf_loop (program drop)');
    const json = JSON.parse((await run('--json', '*.bpf.o')).out);
    expect(json).toMatchObject({ schema: 'bpfcompat_inspect.v1', errors: [], objects: [{ isa: 1 }] });
  });

  test('a file that is not an object does not hide the others', async () => {
    const both = await run('script.sh', 'one.bpf.o');
    expect(both.code).toBe(1);
    expect(both.out).toContain('one.bpf.o');
    expect(both.err).toBe(
      'bpfcompat: script.sh: this is a script, not an ELF object; compile it with clang -O2 -g -target bpf -c\n',
    );
    const json = JSON.parse((await run('--json', 'script.sh')).out);
    expect(json.errors).toMatchObject([{ path: 'script.sh', code: 'artifact_not_elf' }]);
  });

  test.each([
    [[], /'inspect' needs an object/],
    [['missing.bpf.o'], /missing\.bpf\.o: there is no such file; build the object first/],
    [['.'], /\.: it is a directory; name the compiled object in it/],
    [['*.nothing'], /no file matches this pattern/],
    [['/dev/null'], /it is a pipe or a device/],
    [['--jsn', 'one.bpf.o'], /unknown flag "--jsn" of 'inspect'; did you mean "--json"/],
  ])('%j', async (words, message) => {
    const { code, err } = await run(...words);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/is a bug in/);
  });
});
