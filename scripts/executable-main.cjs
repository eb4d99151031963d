// Start of the single-file program. The files that come in it lie in the cache directory, once per build, and run there.
const fs = require('node:fs');
const { createHash } = require('node:crypto');
const { createRequire } = require('node:module');
const { homedir } = require('node:os');
const { dirname, join, relative } = require('node:path');
const { getAsset } = require('node:sea');

/** Every file that comes along: name, mode, length and SHA-256, in the order of their bytes. */
const list = JSON.parse(getAsset('list', 'utf8'));

function cacheDirectory() {
  const { BPFCOMPAT_CACHE_DIR: own, XDG_CACHE_HOME: user } = process.env;
  return own || join(user?.startsWith('/') ? user : join(homedir(), '.cache'), 'bpfcompat');
}

function isOwn({ uid, mode }) {
  return uid === process.getuid() && (mode & 0o022) === 0;
}

/** What another user could have written is not run. */
function isOurs(directory) {
  const stat = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (stat.isDirectory() && isOwn(stat)) return true;
  throw new Error(`${directory} is not a directory that only you can write to; remove it`);
}

function isSame(path, { mode, bytes, sha256 }) {
  const stat = fs.lstatSync(path);
  if (!stat.isFile() || !isOwn(stat) || (stat.mode & 0o777) !== mode || stat.size !== bytes) return false;
  return createHash('sha256').update(fs.readFileSync(path)).digest('hex') === sha256;
}

/**
 * Whether a directory has the files that come along and nothing else: it may have come out of a cache of a workflow, and a
 * further file could be imported in place of an optional module.
 */
function isWhole(place) {
  const known = new Map(list.map((file) => [file.name, file]));
  for (const entry of fs.readdirSync(place, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isDirectory()) {
      if (!isOwn(fs.lstatSync(path))) return false;
      continue;
    }
    const name = relative(place, path);
    const file = known.get(name);
    if (file === undefined || !isSame(path, file)) return false;
    known.delete(name);
  }
  return known.size === 0;
}

/** All bytes one behind the other, packed by gzip. */
function unpack(into) {
  const { gunzipSync } = require('node:zlib');
  const all = gunzipSync(Buffer.from(getAsset('files')));
  let at = 0;
  for (const { name, mode, bytes } of list) {
    const path = join(into, name);
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    fs.writeFileSync(path, all.subarray(at, at + bytes));
    fs.chmodSync(path, mode);
    at += bytes;
  }
}

/** Puts a directory that is not what came along out of the way; whoever runs from it has read its files already. */
function discard(place, programs) {
  process.stderr.write(`bpfcompat: ${place} is not what was unpacked there; it is unpacked again\n`);
  const old = fs.mkdtempSync(join(programs, '.old-'));
  fs.renameSync(place, join(old, 'program'));
  fs.rmSync(old, { recursive: true, force: true });
}

function directory() {
  const programs = join(cacheDirectory(), 'program');
  const place = join(programs, getAsset('digest', 'utf8'));
  if (isOurs(place)) {
    if (isWhole(place)) return place;
    isOurs(programs);
    discard(place, programs);
  }
  fs.mkdirSync(programs, { recursive: true, mode: 0o755 });
  isOurs(programs);
  const made = fs.mkdtempSync(join(programs, '.new-'));
  const umask = process.umask(0o022);
  try {
    unpack(made);
    fs.renameSync(made, place);
  } catch (error) {
    fs.rmSync(made, { recursive: true, force: true });
    // Another process may have been faster.
    if (!isOurs(place) || !isWhole(place)) throw error;
  } finally {
    process.umask(umask);
  }
  return place;
}

try {
  // Only a file can import a module here without a warning of Node.js.
  const start = join(directory(), 'build/start.cjs');
  createRequire(start)(start);
} catch (error) {
  process.stderr.write(
    `bpfcompat: its files cannot be put into the cache directory: ${error.message}; set BPFCOMPAT_CACHE_DIR\n`,
  );
  process.exitCode = 1;
}
