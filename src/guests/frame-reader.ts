import { Worker } from 'node:worker_threads';
import { type ReadFrame, type ResultName, readFrame } from '../protocol/read-frame.ts';
import { type Deferred, deferred } from './deferred.ts';

/** A frame that was read, with its stage as a line of JSON where another thread made one. */
export type ReadApart = ReadFrame & { readonly line?: Uint8Array<ArrayBuffer> };

export interface ResultFrame {
  readonly name: ResultName;
  readonly payload: Uint8Array;
}

/** To the thread and back; `id` says which belong together. */
export interface FramesToRead {
  readonly id: number;
  readonly frames: readonly ResultFrame[];
}
export interface FramesRead {
  readonly id: number;
  readonly reads: readonly ReadApart[];
}

/** Reads frames of results while everything else goes on. */
export interface FrameReader {
  /** Resolves with one for each frame, in their order. Never rejects. */
  read(frames: readonly ResultFrame[]): Promise<readonly ReadApart[]>;
}

/** Enough for the heaviest frame that is legal; V8 would let garbage grow to the size of a machine. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 };

const readHere = ({ name, payload }: ResultFrame): ReadApart => readFrame(name, payload);

/**
 * One thread, started when it is first needed. Where none starts, or it dies, frames are read in this one: slower for
 * everybody else, and right all the same.
 * @param script its file
 */
export function createFrameReader(script: URL): FrameReader {
  const waiting = new Map<
    number,
    { readonly frames: readonly ResultFrame[]; readonly done: Deferred<readonly ReadApart[]> }
  >();
  let thread: Worker | undefined;
  let lost = false;
  let nextId = 0;

  function onLost(): void {
    lost = true;
    for (const { frames, done } of waiting.values()) done.resolve(frames.map(readHere));
    waiting.clear();
  }

  function start(): Worker {
    const started = new Worker(script, { execArgv: [], resourceLimits: THREAD_LIMITS });
    started.on('message', ({ id, reads }: FramesRead) => {
      waiting.get(id)?.done.resolve(reads);
      waiting.delete(id);
      // It keeps no one from ending who waits for nothing.
      if (waiting.size === 0) started.unref();
    });
    started.on('error', onLost);
    started.on('exit', onLost);
    return started;
  }

  return {
    read(frames) {
      if (lost) return Promise.resolve(frames.map(readHere));
      thread ??= start();
      thread.ref();
      const id = nextId++;
      const done = deferred<readonly ReadApart[]>();
      waiting.set(id, { frames, done });
      // Copies of their own: of a part the whole piece that was read would be copied, and the thread may be lost.
      const copies = frames.map(({ name, payload }) => ({ name, payload: new Uint8Array(payload) }));
      thread.postMessage(
        { id, frames: copies } satisfies FramesToRead,
        copies.map(({ payload }) => payload.buffer),
      );
      return done.promise;
    },
  };
}

/** For all guests of the process. Its script lies beside this file wherever that ends up, in bundles, too. */
export const frameThread = createFrameReader(new URL('./frame-thread.mjs', import.meta.url));
