import type { KernelChoice } from '../config/kernel-choice.ts';
import type { ValuesOf } from '../config/options.ts';
import type { FetchOptions } from '../config/parse-args.ts';
import { cleanKernels, fetchKernels, fetchUserland, isRecordOf, knownKernels, matrixProfiles } from '../index.ts';
import { table } from '../text/table.ts';
import type { Io } from './io.ts';

const USERLAND = 'userland';

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Who vouched for a kernel, short: the file is named where it is not one that comes with bpfcompat. */
function voucher({
  vouched_by: by,
  profile_file: file,
}: {
  readonly vouched_by: string;
  readonly profile_file: string;
}): string {
  return file === '' || file.startsWith('built-in: ') ? by : `${by}, ${file}`;
}

/** What is known of a kernel that is not stored. */
function stateOf(row: {
  readonly kernel_family: string;
  readonly problem: string;
  readonly unbootable: string;
}): string {
  if (row.problem !== '') return '(cannot be used)';
  return row.unbootable === '' ? `(${row.kernel_family}, not stored)` : `(${row.kernel_family}, cannot be booted)`;
}

/** `kernels list`: every profile, and what of it is stored. */
export async function listCommand(options: ValuesOf<'kernels list'>, io: Io): Promise<number> {
  const { store, profiles, savedGuests } = await knownKernels({
    ...io,
    allowProfileOverride: options.allowProfileOverride,
  });
  const rows = profiles.map((profile) => {
    const kernel = store.kernels.find(({ record }) => isRecordOf(record, profile));
    return {
      profile: profile.id,
      kernel_family: profile.kernelFamily,
      arch: profile.arch,
      source: profile.kernel?.source ?? 'none',
      stored: kernel !== undefined,
      release: kernel?.record.release ?? '',
      package: kernel ? `${kernel.record.package.name} ${kernel.record.package.version}` : '',
      bytes: kernel?.bytes ?? 0,
      fetched_at: kernel?.record.fetchedAt ?? '',
      vouched_by: kernel?.record.vouched.by ?? '',
      profile_file: kernel?.record.vouched.file ?? '',
      problem: profile.problem ?? '',
      unbootable: profile.unbootable ?? '',
    };
  });
  if (options.json) {
    const saved = { saved_guests: savedGuests.count, saved_guest_bytes: savedGuests.bytes };
    io.out(`${JSON.stringify({ store: store.root, bytes: store.bytes, ...saved, kernels: rows }, null, 2)}\n`);
    return 0;
  }
  const lines = rows.map((row) => [
    row.profile,
    row.stored ? row.release : stateOf(row),
    row.stored ? megabytes(row.bytes) : '',
    row.stored ? row.fetched_at.slice(0, 10) : '',
    row.stored ? voucher(row) : '',
  ]);
  io.out(`${table([['PROFILE', 'KERNEL', 'SIZE', 'FETCHED', 'VOUCHED BY'], ...lines]).join('\n')}\n`);
  for (const { problem } of rows) if (problem !== '') io.err(`note: ${problem}\n`);
  io.out(
    `\n${rows.filter(({ stored }) => stored).length} of ${rows.length} stored, ${megabytes(store.bytes)} in ${store.root}\n`,
  );
  if (savedGuests.count > 0) io.out(`${savedGuests.count} saved guests, ${megabytes(savedGuests.bytes)}\n`);
  return 0;
}

/** `kernels fetch`: downloads and verifies kernels; exit code 1 when one of them could not be had. */
export async function fetchCommand(options: FetchOptions, io: Io, signal: AbortSignal): Promise<number> {
  const rows: object[] = [];
  let lastTenth = -1;
  const say = (text: string): void => {
    if (!options.quiet && !options.json) io.out(`${text}\n`);
  };
  const onStart = (name: string): void => {
    lastTenth = -1;
    say(`${name}: looking`);
  };
  const onProgress = (name: string, what: string, bytes: number, total: number): void => {
    const tenth = total > 0 ? Math.floor((bytes / total) * 4) : 0;
    if (tenth === lastTenth) return;
    lastTenth = tenth;
    say(`${name}: ${what}${total > 0 ? ` ${megabytes(bytes)} of ${megabytes(total)}` : ''}`);
  };
  const onNote = (message: string): void => io.err(`note: ${message}\n`);
  const common = { env: io.env, cwd: io.cwd, signal, onNote };
  const fetchKernelsOf = (choice: KernelChoice): Promise<number> =>
    fetchKernels({
      ...common,
      choice,
      allowProfileOverride: options.allowProfileOverride,
      refresh: options.refreshKernels,
      onStart,
      onProgress,
      onEnd: (profile, result) => {
        if (result instanceof Error) {
          rows.push({ profile, error: result.message });
          io.err(`bpfcompat: ${profile}: ${result.message}\n`);
          return;
        }
        const { record } = result.files;
        rows.push({ profile, cached: result.cached, release: record.release, package: record.package.name });
        say(`${profile}: ${record.release} ${result.cached ? 'was stored already' : 'fetched and verified'}`);
      },
    });
  const failed = options.kernels === undefined ? 0 : await fetchKernelsOf(options.kernels);
  let userland: object | undefined;
  if (options.userland) {
    onStart(USERLAND);
    const { record, cached } = await fetchUserland({
      ...common,
      onProgress: (what, bytes, total) => onProgress(USERLAND, what, bytes, total),
    });
    const { name, version } = record.package;
    const { by: vouched_by } = record.vouched;
    userland = { package: name, version, cached, sha256: record.busybox.sha256, vouched_by };
    say(`${USERLAND}: ${name} ${version} ${cached ? 'was stored already' : 'fetched and verified'}`);
  }
  if (options.json) io.out(`${JSON.stringify({ kernels: rows, userland }, null, 2)}\n`);
  return failed === 0 ? 0 : 1;
}

/** `kernels prune`. */
export async function pruneCommand(options: ValuesOf<'kernels prune'>, io: Io): Promise<number> {
  const { keep, all } = options;
  const result = await cleanKernels({ env: io.env, cwd: io.cwd, all, ...(keep.length > 0 ? { keep } : {}) });
  if (options.json) io.out(`${JSON.stringify(result, null, 2)}\n`);
  else {
    const freed = result.freedBytes + result.savedGuests.bytes;
    const names = result.removedKernels.length > 0 ? ` (${result.removedKernels.join(', ')})` : '';
    io.out(
      `removed ${result.savedGuests.count} saved guests, ${result.removedKernels.length} kernels${names} and ${result.removedBlobs} files: ${megabytes(freed)} freed, ${megabytes(result.keptBytes)} kept\n`,
    );
  }
  return 0;
}

/** `profile list`: one id per line, matrix order (contract section 2.1). */
export async function profileListCommand(options: ValuesOf<'profile list'>, io: Io): Promise<number> {
  for (const id of await matrixProfiles(options.matrix, io)) io.out(`${id}\n`);
  return 0;
}
