import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFrameReader } from '../../src/guests/frame-reader.ts';
import { readFrame } from '../../src/protocol/read-frame.ts';
import { PROGRAM } from '../protocol/guest-frames.ts';

const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-thread-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const stageOf = (value: unknown) => ({ name: 'stage' as const, payload: Buffer.from(JSON.stringify(value)) });
const FRAMES = [
  stageOf({ ...PROGRAM, log: 'x\u202ey' }),
  stageOf({ ...PROGRAM, log: 7 }),
  { name: 'stage' as const, payload: Buffer.from('no JSON') },
  { name: 'document' as const, payload: Buffer.from('{"status":"pass"}') },
  // A part of a larger piece, as frames are.
  { name: 'stage' as const, payload: Buffer.from(`garbage${JSON.stringify(PROGRAM)}garbage`).subarray(7, -7) },
];
const READ = FRAMES.map(({ name, payload }) => readFrame(name, payload));

describe('frames that are read by a thread', () => {
  const script = join(dir, 'frame-thread.mjs');
  beforeAll(async () => {
    const entry = fileURLToPath(new URL('../../src/guests/frame-thread.mts', import.meta.url));
    await build({ entryPoints: [entry], outfile: script, bundle: true, platform: 'node', format: 'esm' });
  });

  it('are what they are here, and each stage is a line, too', async () => {
    const reader = createFrameReader(pathToFileURL(script));
    const [read, again] = await Promise.all([reader.read(FRAMES), reader.read(FRAMES)]);
    expect(again).toEqual(read);
    expect(read.map(({ line, ...rest }) => rest)).toEqual(READ);
    const lines = read.map(({ line }) => line && Buffer.from(line).toString());
    expect(lines).toEqual(READ.map((one) => (one.ok && one.stage ? `${JSON.stringify(one.stage)}\n` : undefined)));
    // The bytes are still there for the seal.
    expect(FRAMES[0]?.payload.length).toBeGreaterThan(0);
  });
});

describe('frames are read all the same', () => {
  it.each([
    ['when there is no such file', undefined],
    [
      'when the thread throws',
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { throw new Error('no'); });",
    ],
    [
      'when the thread ends',
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(0));",
    ],
    [
      'when the thread runs out of memory',
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { const all = []; for (;;) all.push(new Array(1e5).fill({})); });",
    ],
  ])('%s', async (_how, text) => {
    const script = join(dir, `${Math.random()}.mjs`);
    if (text !== undefined) writeFileSync(script, text);
    const reader = createFrameReader(pathToFileURL(script));
    expect(await Promise.all([reader.read(FRAMES), reader.read(FRAMES)])).toEqual([READ, READ]);
    expect(await reader.read(FRAMES)).toEqual(READ);
  });
});
