/** The thread that `frame-reader.ts` starts: reads frames of results, one message at a time. */
import { parentPort } from 'node:worker_threads';
import { readFrame } from '../protocol/read-frame.ts';
import type { FramesRead, FramesToRead, ReadApart } from './frame-reader.ts';

const encoder = new TextEncoder();

parentPort?.on('message', ({ id, frames }: FramesToRead) => {
  const lines: ArrayBuffer[] = [];
  const reads = frames.map(({ name, payload }): ReadApart => {
    const read = readFrame(name, payload);
    if (!read.ok || read.stage === undefined) return read;
    const line = encoder.encode(`${JSON.stringify(read.stage)}\n`);
    lines.push(line.buffer);
    return { ...read, line };
  });
  parentPort?.postMessage({ id, reads } satisfies FramesRead, lines);
});
