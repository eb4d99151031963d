import { constants } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { isMatrixName } from '../config/catalog.ts';
import { didYouMean } from '../config/similar.ts';
import { readSuite, type Suite, type SuiteCase } from '../config/suite.ts';
import { quoted } from '../config/words.ts';
import { plainImagePath } from '../model/image-path.ts';
import { type Caller, checkCommands } from './access.ts';
import { checkManifest } from './check-manifest.ts';
import { ApiError } from './problem.ts';
import type { Services } from './services.ts';
import type { SentFile } from './upload.ts';

/** Directories above the suite file, so that `../../examples/x.bpf.o` stays among what was sent. */
const DEPTH = 8;
const SUITE_DIR = 'd/'.repeat(DEPTH);
export const SUITE_FILE = `${SUITE_DIR}suite.yaml`;
/** A file of a suite, seen from the top of what was sent. */
export const SUITE_PATH = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,127}\/){0,32}[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/;

const HERE = 'run "bpfcompat suite" where its files are';

/** Where a path of the suite leads among what was sent. @throws ApiError 422 */
function placed(path: string, said: string): string {
  const place = posix.normalize(posix.join(SUITE_DIR, path));
  if (!path.startsWith('/') && SUITE_PATH.test(place)) return place;
  throw new ApiError(422, 'path_outside', `${said} ${quoted(path)} leads out of what is sent; ${HERE}`);
}

/** What only works where the suite lies. @throws ApiError 403, 422 */
async function checkCase(one: SuiteCase, caller: Caller, { settings, kernels: served }: Services): Promise<void> {
  const said = `case ${quoted(one.name)}`;
  const reject = (what: string): never => {
    throw new ApiError(422, 'case_not_supported', `${said}: ${what}; ${HERE}`);
  };
  if (one.command !== undefined) reject('its command is not run here');
  // A server pulls nothing from where its callers say.
  if (plainImagePath(one.artifact) !== undefined) reject('its image is not pulled here');
  if (one.assets.length > 0) reject('its assets are not sent');
  if (one.gate.baseline !== undefined) reject('its baseline is not sent');
  if (one.test !== undefined || one.mode === 'behavior') checkCommands(caller, said);
  const { kernels } = one;
  if (kernels.kind === 'matrix' && !isMatrixName(kernels.value)) reject('its matrix is not sent');
  if (kernels.kind === 'ids' && kernels.ids.length > settings.env.profiles)
    throw new ApiError(400, 'too_many_profiles', `${said}: at most ${settings.env.profiles} kernels may be chosen`);
  const known = (await served()).map(({ profile }) => profile.id);
  const unknown = kernels.kind === 'ids' ? kernels.ids.find((id) => !known.includes(id)) : undefined;
  if (unknown !== undefined)
    throw new ApiError(
      400,
      'unknown_profile',
      `${said}: there is no kernel ${quoted(unknown)}${didYouMean(unknown, known)}`,
    );
}

/** The files that a suite names, by where they go; what is written must stay among them, too. @throws ApiError 400, 422 */
function neededFiles(suite: Suite): Map<string, string> {
  const requested = new Map<string, string>();
  for (const { key, path, use, origin } of [...suite.paths, ...suite.cases.flatMap(({ paths }) => paths)]) {
    // Evidence goes to the work directory of the server, whatever the suite says.
    if (key === 'matrix' || key === 'workdir') continue;
    const place = placed(path, `${origin}: ${key}`);
    if (use === 'read') requested.set(place, `${origin}: ${key}`);
  }
  return requested;
}

/** One file lies in one place: it is found by its name, and nobody could say which of two it is. @throws ApiError 400 */
function checkPlaces(requested: ReadonlyMap<string, string>): void {
  const places = [...requested.keys()];
  const names = places.map((place) => basename(place));
  const twice = places.find((place, index) => names.indexOf(basename(place)) < index);
  if (twice !== undefined)
    throw new ApiError(
      400,
      'bad_form',
      `${requested.get(twice)}: another path ends in ${quoted(basename(twice))}, too, and files are found by their names; rename one of them`,
    );
  const isAbove = (one: string): boolean => [...places, SUITE_FILE].some((other) => other.startsWith(`${one}/`));
  const clash = places.find((one) => one === SUITE_FILE || isAbove(one));
  if (clash !== undefined)
    throw new ApiError(
      400,
      'bad_form',
      `${requested.get(clash)}: ${quoted(basename(clash))} is the suite itself, or a directory of another path; rename it`,
    );
}

/** Puts each file that was sent where the suite names one of its name. @returns the places */
async function placeFiles(dir: string, suite: Suite, sent: readonly SentFile[]): Promise<string[]> {
  const requested = neededFiles(suite);
  checkPlaces(requested);
  const byName = new Map(sent.map((file) => [file.name, file]));
  if (byName.size < sent.length) throw new ApiError(400, 'bad_form', 'suite_files: two files have the same name');
  const named = new Set([...requested.keys()].map((place) => basename(place)));
  const stray = sent.find(({ name }) => !named.has(name));
  if (stray)
    throw new ApiError(400, 'file_unused', `suite_files: no case names ${quoted(stray.name)}; leave it out, or add it`);
  for (const [place, said] of requested) {
    const file = byName.get(basename(place));
    if (file === undefined)
      throw new ApiError(
        400,
        'artifact_missing',
        `${said}: ${quoted(basename(place))} is not among the files that were sent; add it to suite_files`,
      );
    const to = join(dir, place);
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await copyFile(file.path, to, constants.COPYFILE_EXCL);
  }
  for (const { path } of sent) await rm(path);
  return [...requested.keys()];
}

/**
 * Lays a suite out as it lies in its repository, below `dir`: its file deep enough for its paths, the files that were sent
 * where it names them.
 * @returns the suite, and its files seen from `dir`
 * @throws ApiError 400, 403, 422; UsageError for a suite or a manifest that cannot be read
 */
export async function layOutSuite(
  dir: string,
  { text, files }: { readonly text: string; readonly files: readonly SentFile[] },
  caller: Caller,
  services: Services,
): Promise<{ readonly suite: Suite; readonly files: string[] }> {
  const suite = readSuite({ file: 'suite', text });
  for (const one of suite.cases) await checkCase(one, caller, services);
  const places = await placeFiles(dir, suite, files);
  for (const { manifest } of suite.cases) {
    if (manifest === '') continue;
    const bytes = await services.host.files.read(join(dir, placed(manifest, 'manifest')), 1024 * 1024);
    checkManifest(bytes.toString('utf8'), caller);
  }
  await mkdir(join(dir, SUITE_DIR), { recursive: true, mode: 0o700 });
  await writeFile(join(dir, SUITE_FILE), text, { flag: 'wx', mode: 0o600 });
  return { suite, files: [...places, SUITE_FILE] };
}
