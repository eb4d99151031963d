import { basename, dirname, join, resolve } from 'node:path';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import { HostError, UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { confineFlag, flagRoot, realPlaceOf, within } from '../run/confine.ts';
import { namesakeNotes } from '../site/namesakes.ts';
import { type AssetTexts, siteFiles } from '../site/pages.ts';
import { type Site, siteOf } from '../site/site.ts';
import { SITE_SCHEMA } from '../site/site-json.ts';
import { slugOf } from '../site/slug.ts';
import { BUILD_SITE_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { type Environment, environmentOf, type ResolvedEnvironment } from './services.ts';
import { readSiteInputs } from './site-inputs.ts';

export interface BuildSiteOptions extends Environment {
  /** Reports to show: files, patterns, and directories that are searched with all below them; relative to `cwd`. */
  readonly inputs: readonly string[];
  /** Directory to write, relative to `cwd`. An earlier site is replaced. */
  readonly out: string;
  /** What this state of the site is called. Default: BPFCOMPAT_COMPATIBILITY_VERSION, else `latest`. */
  readonly label?: string;
}

/** What was written. */
export interface BuildSiteResult {
  /** Absolute path of the directory. */
  readonly dir: string;
  readonly runs: number;
  readonly objects: number;
  readonly kernels: number;
  readonly files: number;
  /** What was left out, and why; and what may be taken for another object. */
  readonly notes: readonly string[];
}

const MAX_ASSET_BYTES = 256 * 1024;
const DEFAULT_LABEL = 'latest';
/** What a site of ours has at its top; anything else there is not ours to remove. */
const TOP = new Set([
  ...['index.html', 'index.json', 'index.md', 'latest.txt', 'assets', 'runs', 'cells', 'objects', 'kernels', 'diffs'],
]);

/** The style sheet and the script that pages share, as they lie in the package. */
async function pageAssets({ host, root }: ResolvedEnvironment): Promise<AssetTexts> {
  const read = async (name: string): Promise<string> =>
    (await host.files.read(join(root, 'web', name), MAX_ASSET_BYTES)).toString('utf8');
  return { css: await read('page.css'), script: await read('page.js') };
}

function labelOf(host: Host, label: string | undefined): string {
  const said = label || host.env['BPFCOMPAT_COMPATIBILITY_VERSION'] || DEFAULT_LABEL;
  return slugOf(said.replace(/[^A-Za-z0-9._-]/g, '-'));
}

/**
 * Settles that the directory may be replaced: there is nothing, or a site of ours and nothing else.
 * @throws UsageError that names what is in the way
 */
async function checkPlace(host: Host, dir: string, shown: string): Promise<void> {
  const stat = await host.files.stat(dir);
  if (stat === undefined) return;
  if (!stat.isDirectory) {
    throw new UsageError('site_over_file', phrase`${option('out')} ${shown} is a file; name a directory for the site`);
  }
  await host.files.rejectLink(dir);
  const names = await host.files.list(dir);
  if (names.length === 0) return;
  const head = await host.files.readHead(join(dir, 'index.json'), 256).catch(() => new Uint8Array());
  if (!Buffer.from(head).toString('utf8').includes(`"${SITE_SCHEMA}"`)) {
    throw new UsageError(
      'site_over_directory',
      phrase`${option('out')} ${shown} has files that are not a site of bpfcompat, and they would be lost; name an empty or new directory`,
    );
  }
  const foreign = names.find((name) => !TOP.has(name));
  if (foreign !== undefined) {
    throw new UsageError(
      'site_over_file',
      phrase`${option('out')} ${shown} also has ${quoted(foreign)}, which is not part of the site and would be lost; move it to another directory, and copy it there after the build`,
    );
  }
}

/** @throws UsageError when the reports lie where the site would be written */
async function checkInputs(host: Host, cwd: string, inputs: readonly string[], dir: string): Promise<void> {
  for (const word of inputs) {
    const real = await realPlaceOf(host, resolve(cwd, word));
    if (!within(dir, real)) continue;
    throw new UsageError(
      'site_over_input',
      phrase`${option('in')} ${word} lies in ${option('out')}, which is replaced; write the site to another directory`,
    );
  }
}

/** Everything into a directory beside the place, which then takes the place of the old one. */
async function writeSite(host: Host, dir: string, files: ReadonlyMap<string, () => string>): Promise<void> {
  const parent = dirname(dir);
  await host.files.makeDir(parent);
  const fresh = join(parent, host.files.ownName(basename(dir)));
  const old = join(parent, host.files.ownName(`${basename(dir)}.old`));
  let moved = false;
  try {
    const made = new Set<string>();
    for (const [path, text] of files) {
      const file = join(fresh, path);
      if (!made.has(dirname(file))) await host.files.makeDir(dirname(file));
      made.add(dirname(file));
      await host.files.append(file, text());
    }
    if ((await host.files.stat(dir)) !== undefined) {
      await host.files.rename(dir, old);
      moved = true;
    }
    await host.files.rename(fresh, dir);
    if (moved) await host.files.remove(old);
  } catch (error) {
    // The site that was there stays; where the new one has its place already, only the old one is left to remove.
    if (moved) await host.files.rename(old, dir).catch(() => {});
    await host.files.remove(fresh).catch(() => {});
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new HostError(
      'site_not_written',
      phrase`${option('out')} ${dir} cannot be written (${code || message}); free some space, or choose another directory`,
      { cause: error },
    );
  }
}

/**
 * Writes a static site of finished runs: pages that need no server and no script, with the same as JSON beside each. What
 * is there of an earlier site is replaced at once; the same reports give the same bytes.
 * @throws UsageError for reports that cannot be read and for a directory that is not a site; HostError when it cannot be written
 */
export async function buildSite(options: BuildSiteOptions): Promise<BuildSiteResult> {
  checkOptions('buildSite', options, BUILD_SITE_OPTIONS, ['inputs', 'out']);
  const environment = environmentOf(options);
  const { host, cwd } = environment;
  const dir = await confineFlag(host, await flagRoot(host, cwd), option('out'), resolve(cwd, options.out));
  await checkInputs(host, cwd, options.inputs, dir);
  await checkPlace(host, dir, options.out);
  const { inputs, notes } = await readSiteInputs(host, cwd, options.inputs);
  if (inputs.length === 0) {
    throw new UsageError(
      'no_reports',
      phrase`${option('in')} ${options.inputs.join(', ')} has no report; name what "bpfcompat test" or "bpfcompat suite" wrote`,
    );
  }
  const site: Site = siteOf(inputs, labelOf(host, options.label));
  const files = siteFiles(site, await pageAssets(environment));
  await writeSite(host, dir, files);
  const { runs, objects, kernels } = site;
  return {
    ...{ dir, runs: runs.length, objects: objects.length, kernels: kernels.length, files: files.size },
    notes: [...notes, ...namesakeNotes(site)],
  };
}
