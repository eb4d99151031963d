// Licences of the libraries that the static guest validator holds, as the packages it was linked from say them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Library, and its package on Debian and Ubuntu. */
const LIBRARIES = [
  ['glibc', 'libc6-dev'],
  ['libelf', 'libelf-dev'],
  ['libbpf', 'libbpf-dev'],
  ['zlib', 'zlib1g-dev'],
  ['zstd', 'libzstd-dev'],
];

/** @returns text without a path of this machine. @throws Error for a package that is missing: the text is owed */
export function validatorLicences(docs = '/usr/share/doc') {
  return LIBRARIES.map(([library, pkg]) => {
    let text;
    try {
      text = readFileSync(join(docs, pkg, 'copyright'), 'utf8');
    } catch {
      throw new Error(`the licence of ${library} is missing: install ${pkg} with its documentation`);
    }
    return `${library}\n\n${text.replace(/\r\n?/g, '\n').trim()}\n`;
  }).join(`\n${'-'.repeat(80)}\n\n`);
}
