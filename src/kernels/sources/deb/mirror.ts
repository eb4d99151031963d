import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { withoutEndSlashes } from '../../../model/end-slashes.ts';
import { UsageError } from '../../../model/errors.ts';
import type { DebKernelSource } from '../../../model/kernel.ts';
import { ARCHIVES, type Archive } from './archives.ts';
import { mirrorsInSources, mirrorsInTargets } from './host-sources.ts';

const MAX_SOURCE_FILE = 1024 * 1024;

async function readText(host: Host, path: string): Promise<string> {
  try {
    return (await host.files.read(path, MAX_SOURCE_FILE)).toString('utf8');
  } catch {
    // Absent or not for our eyes: then this file names no mirror for us.
    return '';
  }
}

async function sourceFiles(host: Host): Promise<{ name: string; text: string }[]> {
  const parts = '/etc/apt/sources.list.d';
  const names = await host.files.list(parts).catch(() => []);
  const paths = ['/etc/apt/sources.list', ...names.sort().map((name) => join(parts, name))];
  return Promise.all(paths.map(async (path) => ({ name: path, text: await readText(host, path) })));
}

/** What a host of the archive's own distro downloads from; empty on any other one. */
async function hostMirrors(host: Host, archive: Archive): Promise<string[]> {
  const id = /^ID="?([a-z]+)"?$/m.exec(await readText(host, '/etc/os-release'))?.[1];
  if (id !== ARCHIVES[archive].host) return [];
  // Ubuntu's lists have one label for all of its archives, and an address for security alone among them.
  if (id !== 'debian') return mirrorsInSources(await sourceFiles(host), archive);
  const targets = await host.run(
    'apt-get',
    ['indextargets', '--format', '$(LABEL)|$(REPO_URI)', 'Created-By: Packages'],
    { timeoutMs: 20_000 },
  );
  const known = mirrorsInTargets(targets.stdout.toString('utf8'), archive);
  // A fresh machine has no lists yet, so apt knows the targets' addresses but not whose they are.
  return known.length > 0 ? known : mirrorsInSources(await sourceFiles(host), archive);
}

/** Addresses apt can fetch from without a person at hand (so no `cdrom:`), and nothing that needs quoting. */
function isMirror(uri: string): boolean {
  return /^(https?|file|mirror\+(https?|file)|tor\+https?):\/[^\s[\]"|]+$/.test(uri);
}

function checked(uri: string, origin: string): string {
  const trimmed = withoutEndSlashes(uri);
  if (isMirror(trimmed)) return trimmed;
  throw new UsageError(
    'bad_mirror',
    `${origin}: "${uri}" is not the address of a mirror; write it like http://mirror.example.org/debian`,
  );
}

/** The archive of Debian that most mirrors have beside this one. */
const BESIDE: Partial<Record<Archive, Archive>> = { debian: 'debian-security', 'debian-security': 'debian' };

/** Where the other archive lies on a mirror that has both, as most do: `debian` and `debian-security` side by side. */
function sibling(uri: string, archive: Archive): string | undefined {
  const match = /^(https?:\/\/.*\/)(debian|debian-security)$/.exec(uri);
  return match ? `${match[1]}${archive}` : undefined;
}

/**
 * Mirrors to try for a source, best first: the environment's alone when it names one, else the host's own (on the same
 * distro), then the place beside the mirror of the other archive, then the profile's or the archive's. Which one serves the bytes is no
 * matter of trust: the signature is checked either way.
 * @throws UsageError for an address that is none, or when no one names a mirror.
 */
export async function mirrorsFor(host: Host, source: DebKernelSource): Promise<string[]> {
  const { archive } = source;
  const fromEnv = (which: Archive): string[] => {
    const { variable } = ARCHIVES[which];
    const value = host.env[variable];
    return value === undefined || value === '' ? [] : [checked(value, variable)];
  };
  const own = fromEnv(archive);
  if (own.length > 0) return own;
  const other = BESIDE[archive];
  const others = other === undefined ? [] : [...fromEnv(other), ...(await hostMirrors(host, other))];
  const beside = others.map((uri) => sibling(uri, archive));
  const fromProfile =
    source.mirror === undefined ? ARCHIVES[archive].mirrors : [checked(source.mirror, 'kernel.mirror')];
  const all = [...(await hostMirrors(host, archive)), ...beside.filter((uri) => uri !== undefined), ...fromProfile];
  const mirrors = [...new Set(all.filter(isMirror))];
  if (mirrors.length > 0) return mirrors;
  throw new UsageError(
    'no_mirror',
    `no mirror is known for ${archive}: set ${ARCHIVES[archive].variable}, or kernel.mirror in the profile`,
  );
}
