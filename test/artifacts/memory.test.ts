import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openNamed } from '../../src/api/named-objects.ts';
import { createHost } from '../../src/host/create-host.ts';
import { buildProgram } from '../fakes/program.ts';
import { buildElf, insns } from '../object/elf-builder.ts';

const object = (name: string): Uint8Array =>
  buildElf([{ name: 'xdp', executable: true, bytes: insns([[0xb7], [0x95]]) }], [{ name, section: 'xdp', size: 16 }]);

// What is held of a run is a gigabyte, which would take a gigabyte to test.
const HELD = 1000;

const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-held-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('objects of many files fill no memory: files beyond the bound get no verdict, and the others are tested', async () => {
  const size = object('a').length;
  expect(size * 2).toBeLessThan(HELD);
  expect(size * 3).toBeGreaterThan(HELD);
  const paths = ['a', 'b', 'c', 'd'].map((name) => {
    writeFileSync(join(dir, name), buildProgram({ data: object(name) }));
    return join(dir, name);
  });
  const found = await openNamed(createHost({ env: process.env }), {
    cwd: dir,
    paths: [...paths, join(dir, 'a')],
    heldBytes: HELD,
  });
  expect(found.map(({ path, problem }) => [path.slice(dir.length + 1), problem?.code])).toEqual([
    ['a[a]', undefined],
    ['b[b]', undefined],
    ['c', 'artifact_too_large'],
    ['d', 'artifact_too_large'],
  ]);
  expect(found[2]?.problem?.message).toBe(
    'c: with those before it, its objects have more than 0 MiB; test it by itself',
  );
});
