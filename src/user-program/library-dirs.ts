import { basename, dirname, resolve } from 'node:path';
import type { Host } from '../host/host.ts';

const MAX_CONF = 1024 * 1024;
const MAX_FILES = 200;

/** Where loaders look by default, the distributions' ways together. */
const DEFAULT_DIRS = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
] as const;
const MUSL_DIRS = ['/lib', '/usr/local/lib', '/usr/lib'] as const;

async function readText(host: Host, path: string): Promise<string> {
  return host.files.read(path, MAX_CONF).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  );
}

/** Files that an `include` of ld.so.conf means: a pattern in the last part of the path only, as everywhere in use. */
async function included(host: Host, pattern: string, from: string): Promise<string[]> {
  const path = resolve(dirname(from), pattern);
  const dir = dirname(path);
  const names = await host.files.list(dir).catch((): string[] => []);
  const body = basename(path)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '.');
  const matches = new RegExp(`^${body}$`);
  return names
    .filter((name) => matches.test(name))
    .sort()
    .map((name) => `${dir}/${name}`);
}

/** Directories that a configuration of the dynamic loader names, those of included files at their place. */
async function configured(host: Host, file: string, seen: Set<string>): Promise<string[]> {
  if (seen.has(file) || seen.size >= MAX_FILES) return [];
  seen.add(file);
  const dirs: string[] = [];
  for (const raw of (await readText(host, file)).split('\n')) {
    const line = raw.replace(/#.*/, '').trim();
    const pattern = /^include\s+(.+)$/.exec(line)?.[1];
    if (pattern !== undefined) {
      for (const path of await included(host, pattern, file)) dirs.push(...(await configured(host, path, seen)));
    } else if (line.startsWith('/')) dirs.push(line.replace(/(.)\/+$/, '$1'));
  }
  return dirs;
}

/** Directories in which this host's dynamic loader finds libraries that no program brings along, in its order. */
export async function libraryDirs(host: Host, interpreter: string): Promise<string[]> {
  const musl = /^ld-musl-(\w+)\.so/.exec(basename(interpreter))?.[1];
  if (musl !== undefined) {
    const own = (await readText(host, `/etc/ld-musl-${musl}.path`)).split(/[\n:]/).filter((dir) => dir.startsWith('/'));
    return own.length > 0 ? own : [...MUSL_DIRS];
  }
  return [...new Set([...(await configured(host, '/etc/ld.so.conf', new Set())), ...DEFAULT_DIRS])];
}
