import { relative } from 'node:path';
import type { SiteArguments } from '../config/site-options.ts';
import { buildSite } from '../index.ts';
import { terminal } from '../report/escape.ts';
import { plural } from '../report/style.ts';
import type { Io } from './io.ts';

/** `site build`: writes the site and says what is in it. */
export async function siteCommand({ in: inputs, out, label }: SiteArguments, io: Io): Promise<number> {
  const { dir, runs, objects, kernels, files, notes } = await buildSite({
    inputs,
    out,
    label,
    env: io.env,
    cwd: io.cwd,
  });
  for (const note of notes) io.err(`note: ${terminal(note, 1000)}\n`);
  const what = [plural(runs, 'run'), plural(objects, 'object'), plural(kernels, 'kernel')].join(', ');
  io.out(`Site: ${terminal(`${relative(io.cwd, dir) || '.'}/index.html`, 1000)} (${what}; ${plural(files, 'file')})\n`);
  return 0;
}
