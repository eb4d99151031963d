import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bpfcompat, type CliEnd } from '../e2e/support/cli.ts';

/** A system boots slowly where it is emulated, and slower still on a busy machine. */
const LIMIT_MS = 65 * 60_000;

/** Flags of every check of a system: its image lies outside of the repository, as the user allows. */
export const OF_IMAGES = ['--allow-profile-override'];
const PATIENCE = ['--timeout', '20m'];

/** Writes the profile of a disk image into a directory. @param more further lines of it */
export function imageProfile(
  dir: string,
  {
    id,
    distro = 'debian',
    version,
    family,
    path,
  }: Record<'id' | 'version' | 'family' | 'path', string> & { distro?: string },
  more = '',
): void {
  mkdirSync(join(dir, 'matrices/profiles'), { recursive: true });
  const lines = [
    `id: ${id}`,
    `distro: ${distro}`,
    `version: "${version}"`,
    `kernel_family: "${family}"`,
    'arch: x86_64',
  ];
  const text = [...lines, `image: {local_path: ${path}}`, more].join('\n');
  writeFileSync(join(dir, 'matrices/profiles', `${id}.yaml`), `${text}\n`);
}

let runs = 0;

/** Runs a check of objects, or of a command, in the directory with the profiles. */
export async function checkImage(dir: string, args: readonly string[]): Promise<CliEnd & { readonly out: string }> {
  const out = join(dir, `report-${runs++}.json`);
  const patience = args.includes('--timeout') ? [] : PATIENCE;
  const ended = await bpfcompat([...args, ...OF_IMAGES, ...patience, '--out', out], { cwd: dir, limitMs: LIMIT_MS });
  return { ...ended, out };
}
