import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { UsageError } from '../../../model/errors.ts';

/** Directories of one private apt: nothing of the host's apt is read or written except its proxy settings. */
export interface AptDirs {
  /** Kept between runs: package lists. One per archive, suite, mirror and architecture. */
  readonly state: string;
  /** Thrown away after the fetch: apt's binary caches. */
  readonly cache: string;
}

const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'];

/** Environment of apt and its download methods: the private configuration, and the proxies of the user. */
export function aptEnv(host: Host, configPath: string): Record<string, string> {
  const env: Record<string, string> = {
    PATH: host.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: host.env['HOME'] ?? '/',
    LC_ALL: 'C',
    APT_CONFIG: configPath,
  };
  for (const name of PROXY_VARIABLES.flatMap((one) => [one, one.toUpperCase()])) {
    const value = host.env[name];
    if (value !== undefined && value !== '') env[name] = value;
  }
  return env;
}

/** Lines of `apt-config dump` that say how to reach the network. Hooks, sources and trust stay behind. */
export function networkSettings(dump: string): string[] {
  return dump
    .split('\n')
    .filter((line) =>
      /^Acquire::(http|https|ftp)::(Proxy|Proxy-Auto-Detect|ProxyAutoDetect|CaInfo)\b.* ".*";$/i.test(line),
    );
}

function quoted(path: string): string {
  if (/["\\\n]/.test(path)) {
    throw new UsageError('bad_cache_dir', `${path}: apt cannot use a path with quotes in it; set BPFCOMPAT_CACHE_DIR`);
  }
  return `"${path}"`;
}

/** The whole apt.conf of a private apt. `arch` is Debian's word (`amd64`, `arm64`). */
export function aptConfig(dirs: AptDirs, arch: string, network: readonly string[]): string {
  const settings: [string, string][] = [
    ['Dir::State', `${dirs.state}/`],
    ['Dir::State::lists', `${join(dirs.state, 'lists')}/`],
    ['Dir::State::status', join(dirs.state, 'status')],
    ['Dir::Cache', `${dirs.cache}/`],
    ['Dir::Etc::main', '/dev/null'],
    ['Dir::Etc::parts', '/dev/null'],
    ['Dir::Etc::sourcelist', join(dirs.state, 'sources.list')],
    ['Dir::Etc::sourceparts', '/dev/null'],
    ['Dir::Etc::preferences', '/dev/null'],
    ['Dir::Etc::preferencesparts', '/dev/null'],
    ['Dir::Etc::trusted', '/dev/null'],
    ['Dir::Etc::trustedparts', '/dev/null'],
    ['APT::Architecture', arch],
    // As root apt would drop to a user who cannot enter our private directories.
    ['APT::Sandbox::User', 'root'],
    ['APT::Get::AllowUnauthenticated', 'false'],
    ['Acquire::AllowInsecureRepositories', 'false'],
    ['Acquire::AllowWeakRepositories', 'false'],
    ['Acquire::AllowDowngradeToInsecureRepositories', 'false'],
    ['Acquire::Languages', 'none'],
    ['Acquire::GzipIndexes', 'true'],
    ['Acquire::PDiffs', 'false'],
    ['Acquire::http::Timeout', '20'],
    ['Acquire::https::Timeout', '20'],
  ];
  const own = settings.map(([key, value]) => `${key} ${quoted(value)};`);
  return `${[...own, `APT::Architectures { ${quoted(arch)}; };`, ...network].join('\n')}\n`;
}

/** A dated snapshot of an archive: it is past its Valid-Until by nature. */
export function isDated(mirror: string): boolean {
  return /\/\d{8}T\d{6}Z(\/|$)/.test(mirror);
}

/** One line of sources.list. @param aged the index may be past its Valid-Until; its signature is checked all the same */
export function sourceLine(
  arch: string,
  keyring: string,
  mirror: string,
  suite: string,
  aged = isDated(mirror),
): string {
  for (const [what, value] of [
    ['kernel.keyring', keyring],
    ['kernel.suite', suite],
  ] as const) {
    if (/[\s[\]"]/.test(value))
      throw new UsageError('bad_profile', `${what}: "${value}" must not hold spaces or brackets`);
  }
  const until = aged ? ' check-valid-until=no' : '';
  return `deb [arch=${arch} signed-by=${keyring}${until}] ${mirror} ${suite} main\n`;
}
