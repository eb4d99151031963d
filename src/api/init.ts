import { basename, join, relative, resolve } from 'node:path';
import { type DraftCase, draftId, suiteDraft } from '../config/suite-draft.ts';
import { HEADER_BYTES } from '../elf/elf-file.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { artifactName } from '../model/object-names.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { floorsOf, reportedFloor } from '../object/floor.ts';
import { isBpfHeader } from '../object/header.ts';
import { loadSubject } from '../run/subject.ts';
import { writeReport } from '../run/write-reports.ts';
import { INIT_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { type Environment, environmentOf } from './services.ts';

/** What `init` writes, and what `suite` reads where none is named. */
export const DRAFT_FILE = 'bpfcompat-suite.yaml';
const MAX_CASES = 500;
/** Directories whose objects are not the user's own work; the last is what a run keeps of its objects, wherever its work directory is. */
const FOREIGN = /(?:^|\/)(?:node_modules|\.git|\.bpfcompat|runs\/\d{8}T\d{6}Z-[0-9a-f]+\/input)\//;

export interface InitOptions extends Environment {
  /** Directory to look in, relative to `cwd`; the suite is written there. Default: `cwd`. */
  readonly dir?: string;
  /** Matrix of the suite: built-in name, or a file relative to `dir`. Default `quick`. */
  readonly matrix?: string;
}

/** The suite file that was drafted. */
export interface InitResult {
  /** The file that was written. */
  readonly file: string;
  readonly cases: readonly DraftCase[];
  /** Files that look like objects and are none. */
  readonly skipped: readonly string[];
}

/** Sections whose programs cannot be attached before their loader says to what. */
const NEEDS_LOADER =
  /^(?:kprobe|kretprobe|uprobe|uretprobe|usdt|fentry|fexit|fmod_ret|freplace|lsm|iter|raw_tp|tp_btf|struct_ops)(?:\.s)?\/?$|^freplace\//;

function summaryOf({ programs, maps }: ObjectFacts, needs: string | undefined): string {
  const sections = programs.slice(0, 3).map(({ section }) => section);
  const more = programs.length > sections.length ? `, ${programs.length - sections.length} more` : '';
  const what = programs.length === 0 ? 'no programs' : `${sections.join(', ')}${more}`;
  const kernels = needs === undefined ? '' : `; needs kernel ${needs} or newer`;
  return `${what}; ${maps.length} map${maps.length === 1 ? '' : 's'}${kernels}`;
}

/** What is called like an object, and what is one by its ELF header, such as `bpf_bpfel.o` or a name without an ending. */
async function candidates(host: Host, dir: string): Promise<string[]> {
  const paths = await host.files.glob('**/*', dir);
  const own = paths.filter((path) => !FOREIGN.test(`/${relative(dir, path)}`));
  const found: string[] = [];
  // One by one: a tree may have more files than a process may open.
  for (const path of own) if (await isCandidate(host, path)) found.push(path);
  return found;
}

async function isCandidate(host: Host, path: string): Promise<boolean> {
  if (path.endsWith('.bpf.o')) return true;
  // Sources, pictures and so on are not opened at all.
  if (/\.(?!o$)[A-Za-z]\w*$/.test(basename(path)) && !/\.(?:elf|bpf|obj)$/.test(path)) return false;
  const head = await host.files.readHead(path, HEADER_BYTES).catch(() => new Uint8Array());
  return isBpfHeader(head);
}

/** Each file once, under its shortest path: links would bring it again, and a link to a directory above many times. */
async function distinctFiles(host: Host, paths: readonly string[]): Promise<string[]> {
  const byFile = new Map<string, string>();
  for (const path of paths) {
    const file = await host.files.realPath(path).catch(() => path);
    const known = byFile.get(file);
    if (known === undefined || path.length < known.length) byFile.set(file, path);
  }
  return [...byFile.values()].sort();
}

async function draftCases(host: Host, dir: string, files: readonly string[]) {
  const cases: DraftCase[] = [];
  const skipped: string[] = [];
  const taken = new Set<string>();
  for (const path of files) {
    const { facts } = await loadSubject(host, { path }, 'object').catch((error: unknown) => {
      if (error instanceof UsageError) return { facts: undefined };
      throw error;
    });
    if (facts === undefined) {
      skipped.push(path);
      continue;
    }
    const name = draftId(artifactName(path), taken);
    taken.add(name);
    const attachable = facts.programs.some(({ section }) => !NEEDS_LOADER.test(section));
    cases.push({
      name,
      artifact: relative(dir, path),
      mode: attachable ? 'load_attach' : 'load_only',
      summary: summaryOf(facts, reportedFloor(floorsOf(facts))?.version || undefined),
    });
  }
  return { cases, skipped };
}

/**
 * Writes a suite for the objects below a directory, whatever they are called: files whose ELF header is that of an eBPF
 * object. An existing file is never written over.
 * @throws UsageError when there is a suite already, or no object
 */
export async function initSuite(options: InitOptions = {}): Promise<InitResult> {
  checkOptions('initSuite', options, INIT_OPTIONS);
  const { host, cwd } = environmentOf(options);
  const dir = resolve(cwd, options.dir || '.');
  const file = join(dir, DRAFT_FILE);
  const shown = relative(cwd, file);
  if (!(await host.files.stat(dir))?.isDirectory) {
    throw new UsageError('no_directory', `${options.dir}: there is no such directory; correct the path`);
  }
  if ((await host.files.stat(file)) !== undefined) {
    throw new UsageError('suite_exists', `${shown} is there already and is left as it is; edit it, or remove it first`);
  }
  const found = await distinctFiles(host, await candidates(host, dir));
  const { cases, skipped } = await draftCases(host, dir, found.slice(0, MAX_CASES));
  if (cases.length === 0) {
    const looked =
      found.length === 0 ? 'no file in it is an eBPF object' : `none of ${found.length} files found is one`;
    throw new UsageError('no_objects', `${dir}: ${looked}; build the objects first, or name the directory they are in`);
  }
  await writeReport(host, file, suiteDraft(draftId(basename(dir)), options.matrix || 'quick', cases));
  return { file, cases, skipped };
}
