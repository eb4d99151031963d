import { createHash } from 'node:crypto';
import { copyFile, lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { DocumentCell } from '../report/document-cells.ts';
import { reproduceCommand } from '../report/reproduce.ts';
import type { Redact } from './redact.ts';

/** A file beyond this stays out of the bundle and is named in its manifest. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** A word as a name in the bundle: GitHub takes no path with any of `" : < > | * ?`, `\` means a directory. */
export function safeName(word: string): string {
  const name = word.replace(/[^A-Za-z0-9._+-]/g, '_').replace(/^\.+/, '_');
  return (name || '_').slice(0, 100);
}

interface CellEvidence {
  readonly case: string;
  readonly kernel: string;
  /** Directory in the bundle; empty when the run kept nothing. */
  readonly dir: string;
  readonly status: string;
  /** Command line that runs the same on another machine; undefined where it is not known. */
  readonly reproduce: string | undefined;
}

/** What a cell keeps that others may see. Whatever else lies beside it stays on the machine. */
const CELL_FILES = new Set([
  'libbpf.log',
  'qemu.log',
  'serial.log',
  'stages.jsonl',
  'validator-exit-code',
  'validator-result.json',
  'validator.stderr',
]);

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    // Links and sockets have no place in evidence.
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/** Copies the evidence of a cell. @returns names that were too large */
async function copyFiles(from: string, to: string, redact: Redact): Promise<string[]> {
  const large: string[] = [];
  const names = (await readdir(from)).filter((name) => CELL_FILES.has(name)).sort();
  for (const name of names) {
    const found = await lstat(join(from, name));
    // A link leads anywhere.
    if (!found.isFile()) continue;
    if (found.size > MAX_FILE_BYTES) {
      large.push(join(to, name));
      continue;
    }
    await mkdir(to, { recursive: true });
    // QEMU knows this machine; everything else comes out of the guest.
    if (name === 'qemu.log') {
      const text = await readFile(join(from, name), 'latin1');
      await writeFile(join(to, name), redact(text), 'latin1');
    } else await copyFile(join(from, name), join(to, name));
  }
  return large;
}

/** Directory in which a cell keeps its evidence; empty without one. */
function evidenceDir({ target }: DocumentCell): string {
  const file = target.serial_log || target.validator_result;
  return file === '' ? '' : dirname(file);
}

export interface EvidenceRequest {
  /** Directory of the bundle; `reports/` in it is there already. */
  readonly root: string;
  readonly cells: readonly DocumentCell[];
  readonly workspace: string;
  /** false: the reports come from other machines, so the paths in them are not ours to follow. */
  readonly ownRun: boolean;
  /** For what is shown of paths. */
  readonly redact: Redact;
  /** What goes into the manifest besides: versions, job. */
  readonly about: Readonly<Record<string, unknown>>;
}

export interface Evidence {
  /** Absolute paths of every file, the manifest among them. */
  readonly files: readonly string[];
  readonly cells: readonly CellEvidence[];
}

function caseNumber({ one }: DocumentCell, cells: readonly DocumentCell[]): number {
  return [...new Set(cells.map((cell) => cell.one))].indexOf(one) + 1;
}

async function gatherCell(cell: DocumentCell, request: EvidenceRequest, large: string[]) {
  const { root, workspace, ownRun, cells, redact } = request;
  // Two objects may have the same name, also after it was made safe.
  const number = new Set(cells.map(({ one }) => one)).size > 1 ? `${caseNumber(cell, cells)}-` : '';
  const from = ownRun ? evidenceDir(cell) : '';
  const dir = join('cells', `${number}${safeName(cell.one.name)}`, safeName(cell.target.profile_id));
  const kept =
    from !== '' &&
    (await copyFiles(from, join(root, dir), redact).then(
      (names) => {
        large.push(...names);
        return true;
      },
      () => false,
    ));
  const command = reproduceCommand(cell, workspace);
  return {
    case: cell.one.name,
    kernel: cell.target.profile_id,
    dir: kept ? dir : '',
    status: cell.target.status,
    reproduce: command && redact(command),
  };
}

/** Puts the evidence of every cell beside the reports, and a manifest with the SHA-256 of each file. */
export async function gatherEvidence(request: EvidenceRequest): Promise<Evidence> {
  const { root, about } = request;
  const large: string[] = [];
  const cells: CellEvidence[] = [];
  for (const cell of request.cells) cells.push(await gatherCell(cell, request, large));
  const files = await filesBelow(root);
  const listed = [];
  for (const path of files) {
    const bytes = await readFile(path);
    listed.push({
      path: relative(root, path),
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  }
  const manifest = {
    schema_version: 'bpfcompat_evidence.v1',
    ...about,
    cells: cells.map(({ case: name, kernel, dir, status, reproduce }) => ({
      case: name,
      kernel,
      status,
      dir,
      ...(status === 'pass' || reproduce === undefined ? {} : { reproduce }),
    })),
    files: listed,
    left_out: large.map((path) => relative(root, path)),
  };
  const path = join(root, 'manifest.json');
  await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`);
  return { files: [...files, path], cells };
}
