import { join } from 'node:path';
import type { CellResult } from '../model/cell.ts';
import type { GuestLoader, LoaderFacts, LoaderResult } from '../model/guest-loader.ts';
import { OWN_LOADER } from '../model/guest-loader.ts';
import { leanEvidence } from '../model/lean-evidence.ts';
import type { LoaderValidation } from './loader-validation.ts';
import { shortEvidence, shortOutcome } from './short-evidence.ts';

/** What stays in memory of one result: reports show where loaders disagree, and the files of the cell have all. */
const KEPT_BYTES = 32 * 1000;

/** A loader that is run beside the one that decides. */
export interface LoaderBeside {
  /** undefined: the validator's own libbpf. */
  readonly loader: GuestLoader | undefined;
  readonly validation: LoaderValidation;
}

/** Which loader gave a result; of the validator's libbpf its guest says the version. */
function factsOf(loader: GuestLoader | undefined, { evidence }: CellResult): LoaderFacts {
  if (loader === undefined) {
    return { name: OWN_LOADER, version: evidence?.hello.validator.libbpf ?? '', sha256: '', sizeBytes: 0 };
  }
  const { name, version, sha256, sizeBytes } = loader;
  return { name, version, sha256, sizeBytes };
}

/** Directory below that of the cell, for the files of one loader. */
function directoryOf(dir: string, loader: GuestLoader | undefined): string {
  return join(dir, 'loaders', loader === undefined ? OWN_LOADER : `${loader.name}-${loader.version}`);
}

/** How one loader is run with the object of a cell, in a guest of its own. */
export type RunLoader = (validation: LoaderValidation, dir: string) => Promise<CellResult>;

/** Runs the loaders of a cell one after the other: they have its place in the queue. */
export async function runBeside(
  beside: readonly LoaderBeside[],
  dir: string,
  run: RunLoader,
): Promise<readonly LoaderResult[]> {
  const results: LoaderResult[] = [];
  for (const { loader, validation } of beside) {
    const result = await run(validation, directoryOf(dir, loader));
    results.push({
      loader: factsOf(loader, result),
      outcome: structuredClone(shortOutcome(result.outcome, KEPT_BYTES)),
      evidence: result.evidence && structuredClone(shortEvidence(leanEvidence(result.evidence), KEPT_BYTES)),
      totalMs: result.timings.totalMs,
    });
  }
  return results;
}

/** A result with the loader that decided, and with what the others made of the object. */
export function withLoaders(
  result: CellResult,
  gate: GuestLoader | undefined,
  beside: readonly LoaderResult[],
): CellResult {
  if (gate === undefined && beside.length === 0) return result;
  return { ...result, loader: factsOf(gate, result), ...(beside.length > 0 && { loaders: beside }) };
}
