import type { Host } from '../host/host.ts';
import type { CellResult } from '../model/cell.ts';
import type { EventListener } from '../model/events.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import type { GuestModule } from '../model/guest-module.ts';
import type { KernelBtf } from '../model/kernel-btf.ts';
import type { ModuleRules } from '../model/kernel-modules.ts';
import { askWithBtf } from './btf-cells.ts';
import { askBeside, withLoaders } from './loader-cells.ts';
import { askWithModules, type Modules, namesAhead } from './module-cells.ts';
import type { Question } from './question.ts';
import { type CellJob, runCell } from './run-cell.ts';

/** One cell, with what its kernel has for it. */
export interface AskedCell {
  readonly job: Omit<CellJob, keyof Question | 'request' | 'judge' | 'judgeCrash'>;
  readonly question: Question;
  /** The shell of its guest; undefined where it needs none, or has one. */
  readonly shell: GuestEntry | undefined;
  readonly rules: ModuleRules;
  /** All modules of the kernel, fetched when something needs them; undefined where there are none to be had. */
  readonly openModules: (() => Promise<Modules>) | undefined;
  /** The same where somebody looked into them before. */
  readonly storedModules: () => Promise<Modules | undefined>;
  readonly btf: KernelBtf | undefined;
}

/**
 * Asks one cell: with modules and BTF where its object needs them, and then each loader that is run besides, with the modules
 * that the first one had.
 * @throws CancelledError when `signal` was aborted
 */
export async function askCell(
  { job, question, shell, rules, openModules, storedModules, btf }: AskedCell,
  host: Host,
  signal: AbortSignal,
  emit: EventListener,
): Promise<CellResult> {
  const request = { ...question.request, files: [...(shell ? [shell] : []), ...(question.request.files ?? [])] };
  const ahead = await namesAhead(question.names, rules, storedModules);
  let inserted: readonly GuestModule[] = [];
  const askWith = (supplied: KernelBtf | undefined): Promise<CellResult> => {
    const ask = (modules: readonly GuestModule[]): Promise<CellResult> => {
      inserted = modules;
      return runCell(
        { ...job, ...question, request: { ...request, modules, btf: supplied?.bytes } },
        host,
        signal,
        emit,
      );
    };
    return openModules ? askWithModules(ask, rules, openModules, signal, ahead) : ask([]);
  };
  // A loader of the user's own brings what it needs.
  const first = await askWithBtf(askWith, request.command === undefined ? btf : undefined);
  const others = await askBeside(question.beside, job.dir, async (other, dir) => {
    await host.files.makeDir(dir);
    const again = { ...job, ...other, dir, request: { ...other.request, modules: inserted } };
    // Progress is that of the cell: what the others do is part of it.
    return runCell(again, host, signal, () => {});
  });
  return withLoaders(first, question.gate, others);
}
