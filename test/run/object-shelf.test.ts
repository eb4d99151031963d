import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { createShelf } from '../../src/run/object-shelf.ts';
import { commandSubject, loadSubject } from '../../src/run/subject.ts';

const OBJECT = 'examples/simple-pass/simple_pass.bpf.o';
const host = createHost({ env: {} });
let dir: TempDir;

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-shelf-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

/** A file that is not an object, of this size. */
async function plain(name: string, bytes: number) {
  const path = join(dir.path, name);
  writeFileSync(path, name[0]!.repeat(bytes));
  return { path, subject: await loadSubject(host, { path }) };
}

it('keeps what was used last, and reads the rest again', async () => {
  const shelve = createShelf(host, 2500);
  const [a, b, c] = [await plain('a', 1000), await plain('b', 1000), await plain('c', 1000)];
  const [first, second, third] = [a, b, c].map(({ subject }) => shelve(subject));
  expect((await second!.content()).bytes).toBe(b.subject.bytes);
  expect((await third!.content()).bytes).toBe(c.subject.bytes);
  const again = await first!.content();
  expect(again.bytes).not.toBe(a.subject.bytes);
  expect(again.bytes).toEqual(a.subject.bytes);
  expect((await first!.content()).bytes).toBe(again.bytes);
});

it('knows of an object that is read again what was known at first', async () => {
  const subject = await loadSubject(host, { path: OBJECT });
  const again = await createShelf(host, 0)(subject).content();
  expect(again).not.toBe(subject);
  expect(again.bytes).toEqual(subject.bytes);
  expect(again.facts?.programs).toEqual(subject.facts?.programs);
  expect([...again.sources.keys()]).toEqual([...subject.sources.keys()]);
});

it('takes a copy for the object, and nothing else for it', async () => {
  const { path, subject } = await plain('a', 1000);
  const copy = join(dir.path, 'copy');
  writeFileSync(copy, subject.bytes);
  const shelved = createShelf(host, 0)(subject);
  writeFileSync(path, 'built anew');
  expect((await shelved.content(copy)).bytes).toEqual(subject.bytes);
  await expect(shelved.content()).rejects.toThrow(`${path}: it was changed while the run was under way`);
  await expect(shelved.content(join(dir.path, 'gone'))).rejects.toThrow('gone: it cannot be read any more');
});

it('has nothing to read for a command without an object', async () => {
  const command = { command: 'true', expectExitCode: 0, binary: undefined, program: undefined, invocationSha256: '0' };
  expect((await createShelf(host, 0)(commandSubject(command, 'x')).content()).bytes).toHaveLength(0);
});
