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

/** The cell with the loader that decides: `run` once in a guest, and `inserted` which modules the last guest had. */
function decidingLoader(
  { job, validation, shell }: WholeCell,
  ...[host, signal, emit]: readonly [Host, AbortSignal, EventListener]
) {
  const files = [...(shell ? [shell] : []), ...(validation.request.files ?? [])];
  let inserted: readonly GuestModule[] = [];
  return {
    run(modules: readonly GuestModule[], supplied: KernelBtf | undefined): Promise<CellResult> {
      inserted = modules;
      const request = { ...validation.request, files, modules, btf: supplied?.bytes };
      return runCell({ ...job, ...validation, request }, host, signal, emit);
    },
    inserted: () => inserted,
  };
}

/**
 * Runs one cell: with modules and BTF where its object needs them, and then each loader that is run besides, with the modules
 * that the first one had.
 * @throws CancelledError when `signal` was aborted
 */
export async function runWholeCell(
  whole: WholeCell,
  host: Host,
  signal: AbortSignal,
  emit: EventListener,
): Promise<CellResult> {
  const { job, validation, rules, openModules, storedModules, btf } = whole;
  const ahead = await namesAhead(validation.names, rules, storedModules);
  const { run, inserted } = decidingLoader(whole, host, signal, emit);
  const first = await runWithBtf(
    (supplied) =>
      openModules
        ? runWithModules((modules) => run(modules, supplied), rules, openModules, signal, ahead)
        : run([], supplied),
    // A loader of the user's own brings what it needs.
    validation.request.command === undefined ? btf : undefined,
  );
  const others = await runBeside(validation.beside, job.dir, async (other, dir) => {
    await host.files.makeDir(dir);
    const again = { ...job, ...other, dir, request: { ...other.request, modules: inserted() } };
    // Progress is that of the cell: what the others do is part of it.
    return runCell(again, host, signal, () => {});
  });
  return withLoaders(first, validation.gate, others);
}
