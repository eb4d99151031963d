// BPF objects out of anything that holds some: object files as they are, and those that skeletons embed into programs,
// found by their ELF headers. As a program:
//
//   node bench/tools/embedded-objects.mjs --out DIR FILE...              every object in these files
//   node bench/tools/embedded-objects.mjs --out DIR --suite sid NAME...  every object of these Debian packages
//
// It writes DIR/<file>[-<number>].bpf.o (packages: DIR/<suite>-<package>/...), each content once, and prints a summary.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { filesOfPackage } from './fetch-objects.mjs';

const HEADER_SIZE = 64;
const SECTION_HEADER_SIZE = 64;
const SHT_NOBITS = 8;
const EM_BPF = 247;
/** Class 64, little-endian, version 1. */
const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);

/** Length of the BPF object whose ELF header stands at `at`; undefined when there is none, or not all of it. */
function objectLength(bytes, at) {
  if (bytes.length - at < HEADER_SIZE || bytes.readUInt16LE(at + 18) !== EM_BPF) return undefined;
  const table = Number(bytes.readBigUInt64LE(at + 40));
  const count = bytes.readUInt16LE(at + 60);
  if (bytes.readUInt16LE(at + 58) !== SECTION_HEADER_SIZE || count === 0) return undefined;
  let end = table + count * SECTION_HEADER_SIZE;
  if (end > bytes.length - at) return undefined;
  for (let section = at + table; section < at + table + count * SECTION_HEADER_SIZE; section += SECTION_HEADER_SIZE) {
    if (bytes.readUInt32LE(section + 4) === SHT_NOBITS) continue;
    end = Math.max(end, Number(bytes.readBigUInt64LE(section + 24)) + Number(bytes.readBigUInt64LE(section + 32)));
  }
  return end > bytes.length - at ? undefined : end;
}

/** Every BPF object in `bytes`, in order; the whole of it when it is one itself. */
export function embeddedObjects(bytes) {
  const found = [];
  for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    const length = objectLength(bytes, at);
    if (length !== undefined) found.push(bytes.subarray(at, at + length));
  }
  return found;
}

/** Files of the same name may come from several directories. */
function freeName(dir, stem, number) {
  const path = join(dir, `${stem}${number > 0 ? `-${number}` : ''}.bpf.o`);
  return existsSync(path) ? freeName(dir, stem, number + 1) : path;
}

/**
 * Writes the objects of `files` to `dir`, those with the same content once.
 * @param seen SHA-256 of what was written before; grows
 * @returns the paths that were written
 */
export function extractObjects(files, dir, seen = new Set()) {
  const written = [];
  for (const file of files) {
    if (!statSync(file).isFile()) continue;
    const objects = embeddedObjects(readFileSync(file));
    objects.forEach((object, index) => {
      const digest = createHash('sha256').update(object).digest('hex');
      if (seen.has(digest)) return;
      seen.add(digest);
      const stem = basename(file).replace(/(?:\.bpf)?\.o$|\.bpf$/, '');
      const path = freeName(dir, stem, objects.length > 1 ? index + 1 : 0);
      mkdirSync(dir, { recursive: true });
      writeFileSync(path, object);
      written.push(path);
    });
  }
  return written;
}

async function main(argv) {
  const options = { out: { type: 'string' }, suite: { type: 'string', default: '' } };
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
  if (!values.out || positionals.length === 0) throw new Error('usage: --out DIR [--suite SUITE] FILE|PACKAGE...');
  if (values.suite === '') {
    console.log(`${extractObjects(positionals, values.out).length} objects`);
    return;
  }
  for (const name of positionals) {
    const workDir = mkdtempSync(join(tmpdir(), 'embedded-'));
    try {
      const cacheDir = join(values.out, '.packages', values.suite);
      const files = await filesOfPackage({ env: process.env, name, suite: values.suite, cacheDir, workDir });
      const written = extractObjects(files, join(values.out, `${values.suite}-${name}`));
      console.log(`${name} in ${values.suite}: ${written.length} objects`);
    } catch (error) {
      console.log(`${name} in ${values.suite}: ${error.message}`);
      process.exitCode = 1;
    } finally {
      rmSync(workDir, { recursive: true, force: true });
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
