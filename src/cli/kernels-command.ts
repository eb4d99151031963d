import type { ValuesOf } from '../config/options.ts';
import { cleanKernels, isRecordOf, knownKernels, matrixProfiles } from '../index.ts';
import { vendorName } from '../model/vendors.ts';
import { printedJson, terminal } from '../report/escape.ts';
import { table } from '../text/table.ts';
import { wrapWords } from '../text/wrap.ts';
import type { Io } from './io.ts';
import { megabytes } from './megabytes.ts';

/** Who vouched for a kernel where that is not the signature of its vendor alone. */
function voucher({ vouched_by: by, profile_file: file }: Row): string {
  const ours = file === '' || file.startsWith('built-in: ');
  if (ours) return by === 'signature' ? '' : by;
  return `${by}, ${file}`;
}

type Known = Awaited<ReturnType<typeof knownKernels>>;

/** A kernel as `--json` shows it. */
function rowOf(store: Known['store'], profile: Known['profiles'][number]) {
  const kernel = store.kernels.find(({ record }) => isRecordOf(record, profile));
  return {
    profile: profile.id,
    vendor: vendorName(profile.distro),
    version: profile.version,
    kernel_family: profile.kernelFamily,
    arch: profile.arch,
    source: profile.kernel?.source ?? 'none',
    one_build: profile.exactly !== undefined,
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
}
type Row = ReturnType<typeof rowOf>;

/** What `--search` looks at. */
function wordsOf({ profile, vendor, version, kernel_family: family, release }: Row): string[] {
  return [profile, vendor, version, family, release];
}

/** What is known of a kernel that is not stored. */
function stateOf({ problem, unbootable, kernel_family: family }: Row): string {
  if (problem !== '') return '(cannot be used)';
  return unbootable === '' ? `(${family}, not stored)` : `(${family}, cannot be booted)`;
}

/** Why kernels of the list cannot be booted, each reason once. */
function whyNot(rows: readonly Row[], width: number): string[] {
  const ids = new Map<string, string[]>();
  for (const { profile, problem, unbootable } of rows) {
    if (problem === '' && unbootable !== '') ids.set(unbootable, [...(ids.get(unbootable) ?? []), profile]);
  }
  return [...ids].flatMap(([reason, profiles]) => ['', ...wrapWords(`${profiles.join(', ')}: ${reason}`, width)]);
}

function diskLine({ name, bytes, from, signer, sha256 }: Known['disks'][number]): string[] {
  return [terminal(name), megabytes(bytes), signer === '' ? '' : 'signature', sha256.slice(0, 12), terminal(from)];
}

/** `kernels list`: every profile, and what of it is stored. */
export async function listCommand(options: ValuesOf<'kernels list'>, io: Io): Promise<number> {
  const { store, profiles, savedGuests, disks } = await knownKernels({
    ...io,
    allowProfileOverride: options.allowProfileOverride,
    lock: options.noLock ? 'ignore' : 'use',
  });
  const requested = options.search.map((word) => word.toLowerCase());
  const rows = profiles
    .map((profile) => rowOf(store, profile))
    .filter((row) => requested.every((word) => wordsOf(row).some((one) => one.toLowerCase().includes(word))));
  if (options.json) {
    const saved = { saved_guests: savedGuests.count, saved_guest_bytes: savedGuests.bytes };
    io.out(printedJson({ store: store.root, bytes: store.bytes, ...saved, kernels: rows, images: disks }));
    return 0;
  }
  // Profiles of one certain build have long names and are for comparing builds: they are shown when they are looked for.
  const hidden = (row: Row): boolean => row.one_build && !row.stored && requested.length === 0;
  const shown = rows.filter((row) => !hidden(row));
  const lines = shown.map((row) => [
    row.profile,
    row.stored ? row.release : stateOf(row),
    row.stored ? megabytes(row.bytes) : '',
    row.stored ? row.fetched_at.slice(0, 10) : '',
    row.stored ? voucher(row) : '',
  ]);
  io.out(`${table([['PROFILE', 'KERNEL', 'SIZE', 'FETCHED', 'BY'], ...lines]).join('\n')}\n`);
  for (const line of whyNot(shown, io.width())) io.out(`${line}\n`);
  for (const { problem } of rows) if (problem !== '') io.err(`note: ${problem}\n`);
  if (rows.length === 0) io.err("note: no kernel has these words; 'bpfcompat kernels list' shows all\n");
  const count = rows.length - shown.length;
  if (count > 0) io.out(`\nand ${count} profiles of one certain build each: kernels list VENDOR\n`);
  io.out(
    `\n${rows.filter(({ stored }) => stored).length} of ${rows.length} stored, ${megabytes(store.bytes)} in ${store.root}\n`,
  );
  if (disks.length > 0)
    io.out(
      `\n${table([['IMAGE', 'SIZE', 'BY', 'SHA-256', 'FROM'], ...disks.map(diskLine)], { width: io.width() }).join('\n')}\n`,
    );
  if (savedGuests.count > 0) io.out(`${savedGuests.count} saved guests, ${megabytes(savedGuests.bytes)}\n`);
  return 0;
}

/** `kernels prune`. */
export async function pruneCommand(options: ValuesOf<'kernels prune'>, io: Io): Promise<number> {
  const { keep, all } = options;
  const result = await cleanKernels({ env: io.env, cwd: io.cwd, all, ...(keep.length > 0 ? { keep } : {}) });
  if (options.json) io.out(printedJson(result));
  else {
    const freed = result.freedBytes + result.savedGuests.bytes;
    const names = result.removedKernels.length > 0 ? ` (${result.removedKernels.join(', ')})` : '';
    io.out(
      `removed ${result.savedGuests.count} saved guests, ${result.removedKernels.length} kernels${names} and ${result.removedBlobs} files: ${megabytes(freed)} freed, ${megabytes(result.keptBytes)} kept\n`,
    );
  }
  return 0;
}

/** `profile list`: one id per line, matrix order. */
export async function profileListCommand(options: ValuesOf<'profile list'>, io: Io): Promise<number> {
  for (const id of await matrixProfiles(options.matrix, io)) io.out(`${id}\n`);
  return 0;
}
