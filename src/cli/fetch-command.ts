import type { KernelChoice } from '../config/kernel-choice.ts';
import type { FetchOptions } from '../config/kernels-options.ts';
import { type FetchKernelsOptions, fetchKernels, fetchUserland } from '../index.ts';
import { HostError, messageOf } from '../model/errors.ts';
import { Arch } from '../model/kernel.ts';
import { printedJson } from '../report/escape.ts';
import type { Io } from './io.ts';
import { megabytes } from './megabytes.ts';

const USERLAND = 'userland';

/** Lines about each quarter of a download. */
function quarterLines(say: (text: string) => void) {
  const quarters = new Map<string, number>();
  return (name: string, what: string, bytes: number, total: number): void => {
    const quarter = total > 0 ? Math.floor((bytes / total) * 4) : 0;
    if (quarters.get(`${name} ${what}`) === quarter) return;
    quarters.set(`${name} ${what}`, quarter);
    say(`${name}: ${what}${total > 0 ? ` ${megabytes(bytes)} of ${megabytes(total)}` : ''}`);
  };
}

/** `kernels fetch`: downloads and verifies kernels; exit code 1 when one of them could not be had. */
export async function fetchCommand(options: FetchOptions, io: Io, signal: AbortSignal): Promise<number> {
  const say = (text: string): void => {
    if (!options.quiet && !options.json) io.out(`${text}\n`);
  };
  const onNote = (message: string): void => io.err(`note: ${message}\n`);
  const fetching = {
    options,
    io,
    say,
    onProgress: quarterLines(say),
    common: { env: io.env, cwd: io.cwd, signal, onNote },
  };
  const { kernels: choice } = options;
  const { failed, rows, arches } =
    choice === undefined ? { failed: 0, rows: [], arches: new Set<Arch>() } : await fetchChosen(fetching, choice);
  // Without kernels it is not known which guests they are for: not every mirror has packages of both.
  const wanted = choice === undefined ? Arch.options : [...arches];
  const shells = options.userland ? await fetchShells(fetching, wanted) : [];
  if (options.json) io.out(printedJson({ kernels: rows, ...(options.userland && { userland: shells }) }));
  const missing = shells.some(({ arch, error }) => error !== undefined && (arches.has(arch) || arch === 'x86_64'));
  return failed === 0 && !missing ? 0 : 1;
}

interface Fetching {
  readonly options: FetchOptions;
  readonly io: Io;
  readonly say: (text: string) => void;
  readonly onProgress: ReturnType<typeof quarterLines>;
  readonly common: Pick<FetchKernelsOptions, 'env' | 'cwd' | 'signal' | 'onNote'>;
}

async function fetchChosen({ options, io, say, onProgress, common }: Fetching, choice: KernelChoice) {
  // In the order in which they were begun, which is that of the choice.
  const rows = new Map<string, object>();
  const arches = new Set<Arch>();
  const failed = await fetchKernels({
    ...common,
    choice,
    localKernels: options.localKernels,
    allowProfileOverride: options.allowProfileOverride,
    lock: options.lock,
    refresh: options.refreshKernels,
    modules: options.modules,
    lane: options.lane,
    onStart: (name) => {
      rows.set(name, {});
      say(`${name}: looking`);
    },
    onProgress,
    onImage: (profile, { image: { name, fromSha256: sha256, kernel }, cached }) => {
      const installs = kernel === undefined ? '' : `, with the packages of ${kernel.release}`;
      rows.set(profile, { profile, cached, image: name, sha256, installs: kernel?.release ?? '' });
      say(`${profile}: ${name} ${storedOrFetched({ cached })}${installs}`);
    },
    onEnd: (profile, result) => {
      if (result instanceof Error) {
        rows.set(profile, { profile, error: messageOf(result) });
        io.err(`bpfcompat: ${profile}: ${messageOf(result)}\n`);
        return;
      }
      const { record } = result.files;
      arches.add(record.arch);
      rows.set(profile, { profile, cached: result.cached, release: record.release, package: record.package.name });
      const modules = options.modules ? ', its modules are indexed' : '';
      say(`${profile}: ${record.release} ${storedOrFetched(result)}${modules}`);
    },
  });
  return { failed, rows: [...rows.values()], arches };
}

/** The shell for commands of one architecture, or why it could not be had. */
interface Shell {
  readonly arch: Arch;
  readonly error?: string;
}

/** One that cannot be had does not stop the others. */
async function fetchShells(fetching: Fetching, arches: readonly Arch[]): Promise<Shell[]> {
  const shells: Shell[] = [];
  for (const arch of arches) {
    try {
      shells.push(await fetchShell(fetching, arch));
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      fetching.io.err(`bpfcompat: ${USERLAND} of ${arch}: ${messageOf(error)}\n`);
      shells.push({ arch, error: messageOf(error) });
    }
  }
  return shells;
}

async function fetchShell({ say, onProgress, common }: Fetching, arch: Arch): Promise<Shell> {
  const what = `${USERLAND} of ${arch}`;
  say(`${what}: looking`);
  const { record, cached } = await fetchUserland({
    ...common,
    arch,
    onProgress: (file, bytes, total) => onProgress(what, file, bytes, total),
  });
  const { name, version } = record.package;
  say(`${what}: ${name} ${version} ${storedOrFetched({ cached })}`);
  const shell = { arch, package: name, version, cached, sha256: record.busybox.sha256, vouched_by: record.vouched.by };
  return shell;
}

function storedOrFetched({ cached }: { readonly cached: boolean }): string {
  return cached ? 'was stored already' : 'fetched and verified';
}
