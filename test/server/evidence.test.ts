import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { addFilesOf, takePlace } from '../../src/server/evidence.ts';
import { endWhenStuck } from '../../src/server/own-file.ts';
import { eventually } from '../fixtures/eventually.ts';

let workdir: string;
const needs = () => ({ host: createHost({ env: {} }), settings: { workdir } });
const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(workdir, path)), { recursive: true });
  writeFileSync(join(workdir, path), text);
};
/** Names of the files with the texts of the small ones, as an archive has them. */
async function filesOf(ids: readonly string[], maxBytes?: number): Promise<Map<string, string>> {
  const archive = pack();
  const added = addFilesOf(archive, ids, needs(), maxBytes).then(() => archive.finalize());
  const files = new Map<string, string>();
  for await (const entry of archive.pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files.set(entry.header.name, Buffer.concat(chunks).toString('latin1'));
  }
  await added;
  return files;
}
const names = async (ids: readonly string[]): Promise<string[]> => [...(await filesOf(ids)).keys()];

beforeAll(() => {
  workdir = mkdtempSync(join(tmpdir(), 'bpfcompat-evidence-'));
  for (const id of ['a', 'b']) put(`runs/${id}/targets/k/serial.log`, '0123456789');
  put('runs/a/targets/k/command.json', '{}');
  put('targets/k/serial.log', 'x');
  mkdirSync(join(workdir, 'runs/c/targets'), { recursive: true });
  symlinkSync(join(workdir, 'runs/a/targets/k'), join(workdir, 'runs/c/targets/k'));
  symlinkSync(tmpdir(), join(workdir, 'runs/d'));
});
afterAll(() => rmSync(workdir, { recursive: true }));

test('what guests said is in it, as far as it lies in the run', async () => {
  expect(await names(['a', 'b', 'c', 'd', 'none'])).toEqual(['a/targets/k/serial.log', 'b/targets/k/serial.log']);
});

test('all runs of a suite together have one bound, and what is left out is named', async () => {
  expect(await filesOf(['a', 'b'], 15)).toEqual(
    new Map([
      ['a/targets/k/serial.log', '0123456789'],
      ['left-out.txt', 'The archive has no room for these files:\nb/targets/k/serial.log: 10 bytes\n'],
    ]),
  );
});

test('a report that calls its run by a path adds nothing', async () => {
  expect(await names(['..', '../runs/a', '', '.'])).toEqual([]);
});

test('an archive is made as fast as it is read, and no file is in memory as a whole', async () => {
  put('runs/large/targets/k/serial.log', '');
  truncateSync(join(workdir, 'runs/large/targets/k/serial.log'), 256 * 1024 * 1024);
  const archive = pack();
  let done = false;
  const added = addFilesOf(archive, ['large'], needs()).then(() => {
    done = true;
    archive.finalize();
  });
  const before = process.memoryUsage().arrayBuffers;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(done).toBe(false);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  let bytes = 0;
  for await (const chunk of archive) bytes += (chunk as Buffer).length;
  await added;
  expect(bytes).toBeGreaterThan(256 * 1024 * 1024);
});

test('an archive that no one reads any more ends, and its file is closed', async () => {
  const archive = pack();
  const added = addFilesOf(archive, ['large'], needs());
  await new Promise((resolve) => setTimeout(resolve, 50));
  archive.destroy();
  await expect(added).rejects.toThrow();
});

test('what is not read for long is cut off, with a reader or without, and what is read is not', async () => {
  const stuck = createGzip();
  const failed = new Promise<Error>((resolve) => stuck.once('error', resolve));
  // More than it takes without a reader.
  stuck.write(randomBytes(1024 * 1024));
  endWhenStuck(stuck, () => stuck.bytesWritten, 20);
  expect((await failed).message).toBe('it is not read');
  const nobodys = createGzip();
  endWhenStuck(nobodys, () => 0, 20);
  // An error that no one hears of would end the process.
  await new Promise((resolve) => nobodys.once('close', resolve));
  const read = createGzip();
  let looks = 0;
  endWhenStuck(read, () => ++looks, 20);
  await eventually(() => expect(looks).toBeGreaterThan(3));
  expect(read.destroyed).toBe(false);
  read.destroy();
});

test('one address does not take the places of all', () => {
  const own = [takePlace('192.0.2.1'), takePlace('192.0.2.1')];
  expect(() => takePlace('192.0.2.1')).toThrow('too many archives');
  const others = [takePlace('192.0.2.2'), takePlace('192.0.2.3')];
  expect(() => takePlace('192.0.2.4')).toThrow('too many archives');
  for (const giveBack of [...own, ...others]) giveBack();
  takePlace('192.0.2.1')();
});
