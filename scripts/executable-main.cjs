// Start of the single-file program. The files that come in it lie in the cache directory, once per build, and run there.
const { chmodSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { homedir } = require('node:os');
const { dirname, join } = require('node:path');
const { getAsset } = require('node:sea');

function cacheDirectory() {
  const { BPFCOMPAT_CACHE_DIR: own, XDG_CACHE_HOME: user } = process.env;
  return own || join(user?.startsWith('/') ? user : join(homedir(), '.cache'), 'bpfcompat');
}

/** What another user could have written is not run. */
function isOurs(directory) {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (stat.isDirectory() && stat.uid === process.getuid() && (stat.mode & 0o022) === 0) return true;
  throw new Error(`${directory} is not a directory that only you can write to; remove it`);
}

/** A list of names, modes and lengths as one line of JSON, then all bytes one behind the other, packed by gzip. */
function unpack(into) {
  const { gunzipSync } = require('node:zlib');
  const all = gunzipSync(Buffer.from(getAsset('files')));
  const end = all.indexOf('\n');
  let at = end + 1;
  for (const { name, mode, bytes } of JSON.parse(all.subarray(0, end).toString())) {
    const path = join(into, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, all.subarray(at, at + bytes));
    chmodSync(path, mode);
    at += bytes;
  }
}

function directory() {
  const programs = join(cacheDirectory(), 'program');
  const place = join(programs, getAsset('digest', 'utf8'));
  if (isOurs(place)) return place;
  mkdirSync(programs, { recursive: true, mode: 0o755 });
  isOurs(programs);
  const made = mkdtempSync(join(programs, '.new-'));
  try {
    unpack(made);
    renameSync(made, place);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    // Another process may have been faster.
    if (!isOurs(place)) throw error;
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
