import { dirname, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { messageOf } from '../model/errors.ts';
import { type LedgerRow, ledgerPath, readLedger, withLedger } from '../runtime/ledger.ts';
import { type Environment, environmentOf } from './services.ts';

export interface UnloadOptions extends Environment {
  readonly workdir: string;
  readonly artifactName: string;
  /** Empty: the newest one that the ledger has of the artifact. */
  readonly pinPath: string;
  readonly execute: boolean;
  readonly recursive: boolean;
  readonly allowNonBpffs: boolean;
  readonly record: boolean;
}

/** `agent_unload_plan.v0.1`. */
export interface UnloadPlan {
  readonly schema_version: 'agent_unload_plan.v0.1';
  readonly status: 'planned' | 'pass' | 'absent' | 'error';
  readonly artifact_name?: string;
  readonly pin_path?: string;
  readonly executed: boolean;
  readonly removed: readonly string[];
  readonly load_ledger_path: string;
  readonly reason?: string;
}

function pinsOf(row: LedgerRow): string[] {
  const pins = row['pins'];
  return Array.isArray(pins) ? pins.map(String) : [];
}

/** Where it is mounted by /proc/self/mounts, the innermost first. */
async function fileSystemOf(host: Host, path: string): Promise<string> {
  const text = (await host.files.read('/proc/self/mounts', 1024 * 1024)).toString('utf8');
  const mounts = text.split('\n').map((line) => line.split(' '));
  const over = mounts.filter(([, at = '']) => path === at || path.startsWith(at === '/' ? at : `${at}/`));
  return over.sort((a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0))[0]?.[2] ?? '';
}

/** What of a pin path may be removed: it is ours, no link leads elsewhere, and it lies in a BPF file system. */
async function pinProblem(host: Host, path: string, known: readonly string[], anywhere: boolean): Promise<string> {
  if (!known.includes(path)) return 'the ledger has no such pin: only what this agent pinned is removed';
  const real = await host.files.realPath(dirname(path));
  if (real !== dirname(path)) return `links lead to ${real}`;
  await host.files.rejectLink(path);
  const type = await fileSystemOf(host, path);
  return type === 'bpf' || anywhere ? '' : `it lies in a file system of the type ${type || 'unknown'}, not in bpffs`;
}

/** @throws UsageError for a link: what lies behind it is not ours */
async function removePin(host: Host, path: string, recursive: boolean): Promise<string[]> {
  await host.files.rejectLink(path);
  if (!(await host.files.stat(path))?.isDirectory) {
    await host.files.remove(path);
    return [path];
  }
  const removed: string[] = [];
  if (recursive)
    for (const name of await host.files.list(path)) removed.push(...(await removePin(host, resolve(path, name), true)));
  await host.files.removeEmpty(path);
  return [...removed, path];
}

/** Removes a pin that this agent made, or says what would be removed. */
export async function unloadAgent(options: UnloadOptions): Promise<UnloadPlan> {
  const { host, cwd } = environmentOf(options);
  const workdir = resolve(cwd, options.workdir);
  const { rows, problem } = await readLedger(host, workdir);
  const own = rows.filter((row) => options.artifactName === '' || row['artifact_name'] === options.artifactName);
  const known = own.flatMap(pinsOf);
  const path = options.pinPath === '' ? (known.at(-1) ?? '') : resolve(cwd, options.pinPath);
  const respond = (status: UnloadPlan['status'], reason = '', removed: readonly string[] = []): UnloadPlan => ({
    schema_version: 'agent_unload_plan.v0.1',
    status,
    ...(options.artifactName !== '' && { artifact_name: options.artifactName }),
    ...(path !== '' && { pin_path: path }),
    executed: options.execute,
    removed,
    load_ledger_path: ledgerPath(workdir),
    ...(reason !== '' && { reason }),
  });
  const decide = async (): Promise<UnloadPlan> => {
    if (problem !== '') return respond('error', problem);
    if (path === '') return respond('absent', 'the ledger has no pin of it: load checks leave nothing loaded');
    if ((await host.files.stat(path)) === undefined) return respond('absent', 'nothing lies there');
    const wrong = await pinProblem(host, path, known, options.allowNonBpffs).catch(messageOf);
    if (wrong !== '') return respond('error', wrong);
    if (!options.execute) return respond('planned');
    return respond('pass', '', await removePin(host, path, options.recursive));
  };
  const plan = await decide();
  if (options.record && problem === '')
    await withLedger(host, workdir, (ledger) =>
      ledger.append({
        operation: 'unload',
        status: plan.status,
        artifact_name: options.artifactName || undefined,
        removed: [...plan.removed],
        notes: plan.reason,
      }),
    );
  return plan;
}
