import { cleanKernels } from '../../src/api/kernels.ts';
import { type Environment, environmentOf } from '../../src/api/services.ts';
import { validate } from '../../src/api/validate.ts';
import { builtinRows } from '../../src/config/builtin-profiles.ts';
import { findProfile } from '../../src/config/catalog.ts';
import { offersOf } from '../../src/kernels/offers.ts';
import { ensureKernel } from '../../src/kernels/supply.ts';
import { messageOf } from '../../src/model/errors.ts';
import { createCatalog } from '../../src/run/resolve.ts';

/** What the servers of one vendor said about one profile. Steps that were not reached are empty. */
export interface VendorRow {
  readonly profile: string;
  /** `N builds`: the index was read, and its signature or digests are right. */
  readonly index: string;
  /** `PACKAGE VERSION`: the newest was downloaded and verified. */
  readonly package: string;
  /** Whose key signed the index or the package. */
  readonly signer: string;
  /** `uname -r`. */
  readonly kernel: string;
  /** `pass`, or why there is no result; empty without `boot`. */
  readonly boot: string;
  /** What went wrong first; empty when nothing did. */
  readonly problem: string;
}

export interface VendorsOptions extends Environment {
  /** Profiles to try; without it every one of the catalog that has a source and is not a certain build. */
  readonly ids?: readonly string[];
  /** Object that every kernel has to take: then kernels are booted too. */
  readonly boot?: string;
  /** Milliseconds for one profile. */
  readonly timeoutMs?: number;
  readonly onRow?: (row: VendorRow) => void;
}

const TIMEOUT_MS = 15 * 60_000;

/** Every profile that can be tried: those that can be booted here, and whose newest build is requested. */
async function catalogIds(options: Environment): Promise<string[]> {
  const catalog = createCatalog(environmentOf(options));
  const rows = await builtinRows(catalog.files, catalog.builtin);
  return rows.filter(({ bootable, base }) => bootable && base === '').map(({ id }) => id);
}

async function bootWith(id: string, artifact: string, options: VendorsOptions, signal: AbortSignal): Promise<string> {
  const { ids: _, boot: __, timeoutMs: ___, onRow: ____, ...around } = options;
  const { report } = await validate({
    ...around,
    artifacts: [artifact],
    kernels: [id],
    isolation: 'boot',
    offline: true,
    signal,
  });
  const outcome = report.results[0]?.outcome;
  if (outcome?.status === 'infra_error') return outcome.message;
  return outcome?.status === 'skipped' ? outcome.reason : (outcome?.status ?? 'no result');
}

async function tryProfile(id: string, options: VendorsOptions): Promise<VendorRow> {
  const environment = environmentOf({ ...options, lock: 'ignore' });
  const { host } = environment;
  const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const row = { profile: id, index: '', package: '', signer: '', kernel: '', boot: '', problem: '' };
  try {
    const profile = await findProfile(createCatalog(environment), id);
    const notes: string[] = [];
    const listener = { signal, onProgress: () => {}, onNote: (message: string) => notes.push(message) };
    const builds = await offersOf(host, profile, listener);
    row.index = `${builds.length} builds`;
    const { record } = (await ensureKernel(profile, { host, refresh: true, ...listener })).files;
    row.package = `${record.package.name} ${record.package.version}`;
    row.signer = [record.package.signer?.key, record.package.signer?.owner].filter(Boolean).join(' ');
    row.kernel = record.release;
    if (options.boot !== undefined) row.boot = await bootWith(id, options.boot, options, signal);
    if (row.boot !== '' && row.boot !== 'pass') row.problem = row.boot;
    // What was not taken from the first place is worth a look too.
    else if (notes.length > 0) row.problem = `note: ${notes.join('; ')}`;
  } catch (error) {
    row.problem = signal.aborted ? 'it took too long' : messageOf(error);
  }
  return row;
}

/** Tries profiles one after another. The store is emptied after each: give it one of its own. */
export async function tryVendors(options: VendorsOptions): Promise<VendorRow[]> {
  const rows: VendorRow[] = [];
  for (const id of options.ids ?? (await catalogIds(options))) {
    const row = await tryProfile(id, options);
    rows.push(row);
    options.onRow?.(row);
    await cleanKernels({ ...options, keep: [] });
  }
  return rows;
}

function cell(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .replace(/[|\\`<>[\]]/g, '\\$&')
    .slice(0, 300);
}

/** The rows as Markdown, with the day on which they were seen. */
export function vendorsTable(rows: readonly VendorRow[], day: string): string {
  const failed = rows.filter(({ problem }) => problem !== '' && !problem.startsWith('note: ')).length;
  const head =
    '| profile | index | package | signed by | kernel | boot | problem |\n| --- | --- | --- | --- | --- | --- | --- |\n';
  const lines = rows.map((row) => {
    const { profile, index, package: name, signer, kernel, boot, problem } = row;
    return `| ${[profile, index, name, signer, kernel, boot, problem].map(cell).join(' | ')} |\n`;
  });
  return `# Kernels of vendors, as their servers had them on ${day}\n\n${rows.length - failed} of ${rows.length} profiles could be had.\n\n${head}${lines.join('')}`;
}
