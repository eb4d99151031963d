import type { Host } from '../host/host.ts';
import type { CellResult } from '../model/cell.ts';
import type { EventListener } from '../model/events.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import type { GuestModule } from '../model/guest-module.ts';
import type { BroughtBtf, KernelBtf } from '../model/kernel-btf.ts';
import type { ModuleRules } from '../model/kernel-modules.ts';
import { runWithBtf } from './btf-cells.ts';
import { runBeside, withLoaders } from './loader-cells.ts';
import { type Modules, namesAhead, runWithModules } from './module-cells.ts';
import { type CellJob, runCell } from './run-cell.ts';
import type { Validation } from './validation.ts';

/** One cell, with what its kernel has for it. */
export interface WholeCell {
  readonly job: Omit<CellJob, keyof Validation | 'request' | 'judge' | 'judgeCrash'>;
  readonly validation: Validation;
  /** The shell of its guest; undefined where it needs none, or has one. */
  readonly shell: GuestEntry | undefined;
  readonly rules: ModuleRules;
  /** All modules of the kernel, fetched when something needs them; undefined where there are none to be had. */
  readonly openModules: (() => Promise<Modules>) | undefined;
  /** The same where they were looked into before. */
  readonly storedModules: () => Promise<Modules | undefined>;
  readonly btf: BroughtBtf | undefined;
}

/**
 * Runs one cell: with modules and BTF where its object needs them, and then each loader that is run besides, with the modules
 * that the first one had.
 * @throws CancelledError when `signal` was aborted
 */
export async function runWholeCell(
  { job, validation, shell, rules, openModules, storedModules, btf }: WholeCell,
  host: Host,
  signal: AbortSignal,
  emit: EventListener,
): Promise<CellResult> {
  const request = { ...validation.request, files: [...(shell ? [shell] : []), ...(validation.request.files ?? [])] };
  const ahead = await namesAhead(validation.names, rules, storedModules);
  let inserted: readonly GuestModule[] = [];
  const runWith = (supplied: KernelBtf | undefined): Promise<CellResult> => {
    const run = (modules: readonly GuestModule[]): Promise<CellResult> => {
      inserted = modules;
      return runCell(
        { ...job, ...validation, request: { ...request, modules, btf: supplied?.bytes } },
        host,
        signal,
        emit,
      );
    };
    return openModules ? runWithModules(run, rules, openModules, signal, ahead) : run([]);
  };
  // A loader of the user's own brings what it needs.
  const first = await runWithBtf(runWith, request.command === undefined ? btf : undefined);
  const others = await runBeside(validation.beside, job.dir, async (other, dir) => {
    await host.files.makeDir(dir);
    const again = { ...job, ...other, dir, request: { ...other.request, modules: inserted } };
    // Progress is that of the cell: what the others do is part of it.
    return runCell(again, host, signal, () => {});
  });
  return withLoaders(first, validation.gate, others);
}
