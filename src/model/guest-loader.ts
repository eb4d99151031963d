import type { Outcome } from './cell.ts';
import type { Evidence } from './evidence.ts';
import type { GuestFile } from './guest-entry.ts';

/** Libraries that can load the object in a guest. `libbpf` without a version is the one in our validator. */
export const LOADER_NAMES = ['libbpf', 'ebpf-go', 'aya', 'bpftool'] as const;
export type LoaderName = (typeof LOADER_NAMES)[number];

/** The loader that decides where no one chooses one. */
export const OWN_LOADER: LoaderName = 'libbpf';

/** A library as a user names it: `ebpf-go`, `ebpf-go@0.16`. */
export interface LoaderChoice {
  readonly name: LoaderName;
  /** Beginning of the version; empty: the newest that was built, of libbpf the validator's own. */
  readonly version: string;
}

/** Which loader gave a result, as reports say it. */
export interface LoaderFacts {
  readonly name: LoaderName;
  /** Of the library; empty while only the guest knows it (the validator's libbpf). */
  readonly version: string;
  /** Hex digest of the program that was run; empty for the validator, which stands in the report itself. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A program of ours that loads with one library, ready for guests. */
export interface GuestLoader extends LoaderFacts {
  /** Absolute path in the guest. */
  readonly path: string;
  readonly entries: readonly GuestFile[];
}

const WAITS = '.waits';

/** An empty file beside a loader in the guest says that it can be started before there is an object (docs/loaders.md). */
export function waitsMark(loaderPath: string): string {
  return `${loaderPath}${WAITS}`;
}

/** Whether one of the files says so of a loader. */
export function haveWaiting(files: readonly GuestFile[]): boolean {
  return files.some(({ path }) => path.endsWith(WAITS));
}

/** The loaders of a run. */
export interface RunLoaders {
  /** The one that decides; undefined: the validator's own libbpf. */
  readonly gate: GuestLoader | undefined;
  /** Those that are run beside it; undefined stands for the validator's own libbpf. */
  readonly beside: readonly (GuestLoader | undefined)[];
}

/** What another loader made of the object of a cell, in a guest of its own. */
export interface LoaderResult {
  readonly loader: LoaderFacts;
  readonly outcome: Outcome;
  /** Bounded; undefined when no guest completed. */
  readonly evidence: Evidence | undefined;
  /** Wall time with its guest, in milliseconds. */
  readonly totalMs: number;
}
