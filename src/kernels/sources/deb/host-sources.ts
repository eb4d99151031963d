import { withoutEndSlashes } from '../../../model/end-slashes.ts';
import type { Archive } from './archives.ts';

/** An enabled binary source of the host's own apt configuration. */
interface SourceEntry {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: string | undefined;
}

function oneLineEntries(text: string): SourceEntry[] {
  const entries: SourceEntry[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (!match) continue;
    entries.push({
      uris: [match[2] ?? ''],
      suites: [match[3] ?? ''],
      components: (match[4] ?? '').trim().split(/\s+/),
      signedBy: /\bsigned-by=(\S+)/i.exec(match[1] ?? '')?.[1],
    });
  }
  return entries;
}

function deb822Entries(text: string): SourceEntry[] {
  const entries: SourceEntry[] = [];
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  for (const stanza of lines.join('\n').split(/\n[ \t]*\n/)) {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(stanza)?.[1]?.trim();
    const words = (name: string): string[] => field(name)?.split(/\s+/) ?? [];
    if (/^(no|false|0|off|without|disable)$/i.test(field('Enabled') ?? 'yes')) continue;
    if (!words('Types').includes('deb')) continue;
    entries.push({
      uris: words('URIs'),
      suites: words('Suites'),
      components: words('Components'),
      signedBy: field('Signed-By'),
    });
  }
  return entries;
}

function debianArchive(suite: string): Archive | undefined {
  if (/^[a-z]+(-security|\/updates)$/.test(suite)) return 'debian-security';
  if (/^[a-z]+(-updates|-backports|-proposed-updates)?$/.test(suite)) return 'debian';
  return undefined;
}

/** Other repositories use the vendor's suite names too; theirs are signed by other keys or lack `main`. */
function isOfVendor(entry: SourceEntry, keys: string): boolean {
  if (!entry.components.includes('main')) return false;
  return entry.signedBy === undefined || entry.signedBy.includes(keys);
}

/** The server for security alone is none for the rest, and personal archives have no key of their own in older files. */
function isUbuntuMirror(uri: string, { suites, signedBy }: SourceEntry): boolean {
  if (!suites.some((suite) => /^[a-z]+(-updates)?$/.test(suite)) || /^[a-z+]+:\/\/ppa\./.test(uri)) return false;
  return signedBy !== undefined || uri.startsWith('mirror+') || /^https?:\/\/[^/]*\/ubuntu(-ports)?\/*$/.test(uri);
}

/** Which of an entry's addresses serve the archive. Hosts know of no archive of old releases. */
function addressesOf(entry: SourceEntry, archive: Archive): readonly string[] {
  switch (archive) {
    case 'debian':
    case 'debian-security':
      if (!isOfVendor(entry, 'debian-archive')) return [];
      return entry.suites.some((suite) => debianArchive(suite) === archive) ? entry.uris : [];
    case 'ubuntu':
    case 'ubuntu-ports':
      if (!isOfVendor(entry, 'ubuntu-archive')) return [];
      return entry.uris.filter(
        (uri) => isUbuntuMirror(uri, entry) && /\/ubuntu-ports\/*$/.test(uri) === (archive === 'ubuntu-ports'),
      );
    case 'ubuntu-old-releases':
      return [];
  }
}

/**
 * Mirrors of one archive in the text of the host's apt source files, in order, without doubles.
 * @param files name and text of `/etc/apt/sources.list` and of the files in `sources.list.d`.
 */
export function mirrorsInSources(files: readonly { name: string; text: string }[], archive: Archive): string[] {
  const entries = files.flatMap(({ name, text }) =>
    name.endsWith('.sources') ? deb822Entries(text) : name.endsWith('.list') ? oneLineEntries(text) : [],
  );
  const uris = entries.flatMap((entry) => addressesOf(entry, archive));
  return [...new Set(uris.map((uri) => withoutEndSlashes(uri)))];
}

/** The same from `apt-get indextargets --format '$(LABEL)|$(REPO_URI)'`: what the host's downloaded lists say. */
export function mirrorsInTargets(output: string, archive: Archive): string[] {
  const labels = archive === 'debian' ? ['Debian', 'Debian Backports'] : ['Debian-Security'];
  const uris = output
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([label, uri]) => labels.includes(label ?? '') && uri !== undefined && uri !== '')
    .map(([, uri]) => withoutEndSlashes(uri ?? ''));
  return [...new Set(uris)];
}
