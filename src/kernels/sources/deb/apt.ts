import { join } from 'node:path';
import type { Host, RunOptions, RunResult } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { DebKernelSource } from '../../../model/kernel.ts';
import { mustRun, runTool } from '../../tool.ts';
import type { Signer } from '../signer.ts';
import { type AptDirs, aptConfig, aptEnv, networkSettings, sourceLine } from './apt-config.ts';
import { aptError } from './apt-errors.ts';
import { ARCHIVES, suitesOf } from './archives.ts';
import { type DebPackage, parsePackages } from './control.ts';
import { listsSigner } from './lists-signer.ts';
import { checkSuites, listMark } from './release-file.ts';

/** apt's downloader for a single address; checks the digest it is given. */
const APT_HELPER = '/usr/lib/apt/apt-helper';

/** Apt goes on for ever while a mirror says anything at all: the slowest that is waited for, and what comes before it. */
const BYTES_PER_MS = 20;
const PATIENCE_MS = 20 * 60_000;

const MAX_INDEX_OUTPUT = 64 * 1024 * 1024;

/** The host's own apt on private directories, for the suites of one block on one mirror. */
export interface Apt {
  /** Downloads and verifies the package lists. @throws HostError, see apt-errors.ts and release-file.ts */
  update(): Promise<void>;
  /**
   * What the lists say about every package whose name begins with `prefix` and passes `wanted`.
   * @throws HostError as `update`
   */
  packages(prefix: string, requested: (name: string) => boolean): Promise<DebPackage[]>;
  /**
   * Downloads packages into `dir`; apt checks each against the signed lists, or against the profile's digest where
   * the profile pins it.
   * @param onBytes bytes so far of all of them.
   */
  download(packages: readonly DebPackage[], dir: string, onBytes: (bytes: number) => void): Promise<void>;
  /** Whose key signed the lists of the first suite that has some; undefined where that is not known. */
  signer(): Promise<Signer | undefined>;
  /** Puts the signed lists into `dir` as a mirror has them: a later run can check them again. */
  keepLists(dir: string): Promise<void>;
}

export interface AptOptions {
  readonly dirs: AptDirs;
  readonly source: DebKernelSource;
  readonly mirror: string;
  /** The index may be past its Valid-Until; default: that of a dated snapshot. */
  readonly aged?: boolean | undefined;
  /** Debian's word for the architecture. */
  readonly arch: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * File with the keys of a source: the profile's, else the host's own, which its updates renew, else those that come with
 * us, put into `dir`.
 */
async function keyringFor(host: Host, { archive, keyring: chosen }: DebKernelSource, dir: string): Promise<string> {
  const { vendor, keyring, keyringPackage, keys } = ARCHIVES[archive];
  const file = chosen ?? keyring;
  if ((await host.files.stat(file))?.isFile) return file;
  if (chosen === undefined && keys !== undefined) {
    // apt knows armored keys by this ending.
    const shipped = join(dir, `${keyringPackage}.asc`);
    await host.files.writeAtomic(shipped, `${keys}\n`);
    return shipped;
  }
  throw new HostError(
    'keyring_missing',
    `${file} is missing, so ${vendor}'s signatures cannot be checked: install the package ${keyringPackage}` +
      ` (sudo apt-get install ${keyringPackage})`,
  );
}

/** `dlstatus:1:62.5000:Retrieving file 1 of 2`: percent of all bytes. */
function percentOf(line: string): number | undefined {
  const match = /^dlstatus:\d+:(\d+(?:\.\d+)?):/.exec(line);
  return match ? Number(match[1]) : undefined;
}

/**
 * Sets up the private directories and the configuration.
 * @throws HostError `keyring_missing`, `tool_missing`; UsageError for words that do not fit into a source line.
 */
export async function openApt(host: Host, options: AptOptions): Promise<Apt> {
  const { dirs, source, arch, mirror, signal } = options;
  const settings = await runTool(host, 'apt-config', ['dump'], { signal });
  for (const dir of [join(dirs.state, 'lists', 'partial'), join(dirs.cache, 'archives', 'partial')]) {
    await host.files.makeDir(dir);
  }
  const keyring = await keyringFor(host, source, dirs.state);
  const configPath = join(dirs.state, 'apt.conf');
  await host.files.writeAtomic(join(dirs.state, 'status'), '');
  const lines = suitesOf(source).map((suite) => sourceLine(arch, keyring, mirror, suite, options.aged));
  await host.files.writeAtomic(join(dirs.state, 'sources.list'), lines.join(''));
  await host.files.writeAtomic(configPath, aptConfig(dirs, arch, networkSettings(settings.stdout.toString('utf8'))));
  return new PrivateApt(host, options, keyring, aptEnv(host, configPath));
}

class PrivateApt implements Apt {
  readonly #host: Host;
  readonly #options: AptOptions;
  readonly #keyring: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #lists: string;
  /** Of the lists as they are now. */
  #checked: Promise<void> | undefined;

  constructor(host: Host, options: AptOptions, keyring: string, env: Readonly<Record<string, string>>) {
    this.#host = host;
    this.#options = options;
    this.#keyring = keyring;
    this.#env = env;
    this.#lists = join(options.dirs.state, 'lists');
  }

  async update(): Promise<void> {
    const { mirror, source } = this.#options;
    const args = ['-q', '--error-on=any', '-o', 'Acquire::Retries=1', 'update'];
    const result = await this.#run('apt-get', args, { timeoutMs: PATIENCE_MS });
    if (result.exitCode !== 0)
      throw aptError(`package lists of ${mirror} ${source.suite}`, result.stderr.toString('utf8'));
    this.#checked = this.#checkLists();
    await this.#checked;
  }

  async packages(prefix: string, requested: (name: string) => boolean): Promise<DebPackage[]> {
    const { source, arch } = this.#options;
    this.#checked ??= this.#checkLists();
    await this.#checked;
    const names = await this.#run('apt-cache', ['pkgnames', '--', prefix], { maxOutput: MAX_INDEX_OUTPUT });
    if (names.exitCode !== 0) throw aptError(`package lists of ${source.suite}`, names.stderr.toString('utf8'));
    const chosen = names.stdout
      .toString('utf8')
      .split('\n')
      .filter((name) => name !== '' && requested(name));
    if (chosen.length === 0) return [];
    // A name that is only mentioned by others makes apt-cache fail although it printed the rest.
    const shown = await this.#run('apt-cache', ['show', '--', ...chosen], { maxOutput: MAX_INDEX_OUTPUT });
    return parsePackages(shown.stdout.toString('utf8')).filter((one) => one.arch === arch || one.arch === 'all');
  }

  async download(packages: readonly DebPackage[], dir: string, onBytes: (bytes: number) => void): Promise<void> {
    let finished = 0;
    const fetch = async (tool: string, args: readonly string[], some: readonly DebPackage[]): Promise<void> => {
      const size = some.reduce((sum, one) => sum + one.size, 0);
      await this.#fetch(tool, args, dir, size, (bytes) => onBytes(finished + bytes));
      finished += size;
    };
    const listed = packages.filter((one) => !one.pinned);
    const names = listed.map((one) => `${one.name}=${one.version}`);
    if (listed.length > 0) await fetch('apt-get', ['download', '--', ...names], listed);
    for (const one of packages) {
      if (!one.pinned) continue;
      const target = join(dir, `${one.sha256}.deb`);
      const uri = `${this.#options.mirror}/${one.path}`;
      await fetch(APT_HELPER, ['download-file', '--', uri, target, `SHA256:${one.sha256}`], [one]);
    }
  }

  async signer(): Promise<Signer | undefined> {
    const { source, dirs, signal } = this.#options;
    const names = await this.#host.files.list(this.#lists);
    const ends = suitesOf(source).map((suite) => `${listMark(suite)}InRelease`);
    const name = ends.map((end) => names.find((one) => one.endsWith(end))).find((one) => one !== undefined);
    if (name === undefined) return undefined;
    return listsSigner(this.#host, this.#keyring, join(this.#lists, name), dirs.cache, signal);
  }

  async keepLists(dir: string): Promise<void> {
    const names = await this.#host.files.list(this.#lists);
    for (const suite of suitesOf(this.#options.source)) await this.#keepSuite(names, suite, join(dir, 'dists', suite));
  }

  async #keepSuite(names: readonly string[], suite: string, dist: string): Promise<void> {
    const { files } = this.#host;
    const { arch, signal } = this.#options;
    const mark = listMark(suite);
    const release = names.find((name) => name.endsWith(`${mark}InRelease`));
    const packages = names.find((name) => name.includes(`${mark}main_`) && name.includes('_Packages'));
    if (release === undefined) return;
    await files.makeDir(join(dist, 'main', `binary-${arch}`));
    await files.copy(join(this.#lists, release), join(dist, 'InRelease'));
    const target = join(dist, 'main', `binary-${arch}`, 'Packages');
    // It keeps no list of a suite that is still empty.
    if (packages === undefined) return await files.writeAtomic(target, '');
    // apt packs lists in a way of its own, which the signed file does not name.
    const unpack = ['-c', '"$0" cat-file "$1" >"$2"', APT_HELPER, join(this.#lists, packages), target];
    await mustRun(this.#host, 'sh', unpack, { env: this.#env, signal });
  }

  #checkLists(): Promise<void> {
    return checkSuites(this.#host, this.#lists, this.#options.source, this.#options.mirror);
  }

  /** @param size bytes of all that it downloads */
  async #fetch(
    tool: string,
    args: readonly string[],
    cwd: string,
    size: number,
    onBytes: (bytes: number) => void,
  ): Promise<void> {
    const onLine = (_fd: 1 | 2, line: string): void => {
      const percent = percentOf(line);
      if (percent !== undefined) onBytes(Math.round((size * percent) / 100));
    };
    const common = ['-q', '-o', 'APT::Status-Fd=1', '-o', 'Acquire::Retries=3'];
    const timeoutMs = PATIENCE_MS + size / BYTES_PER_MS;
    const result = await this.#run(tool, [...common, ...args], { cwd, onLine, timeoutMs });
    if (result.exitCode !== 0) throw aptError(`download from ${this.#options.mirror}`, result.stderr.toString('utf8'));
  }

  async #run(tool: string, args: readonly string[], more: RunOptions): Promise<RunResult> {
    const { mirror, signal } = this.#options;
    const result = await runTool(this.#host, tool, args, { env: this.#env, signal, ...more });
    if (!result.timedOut) return result;
    const minutes = Math.round(result.durationMs / 60_000);
    throw new HostError('mirror_unreachable', `${mirror} was not done after ${minutes} min; choose another mirror`);
  }
}
