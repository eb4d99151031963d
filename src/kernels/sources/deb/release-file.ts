import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import type { DebKernelSource } from '../../../model/kernel.ts';
import { suitesOf } from './archives.ts';

/** apt takes none that is larger. */
const MAX_RELEASE = 16 * 1024 * 1024;

/** How the names of files of a suite in apt's directory of lists end, before the name of the file itself. */
export function listMark(suite: string): string {
  return `_dists_${suite.replaceAll('/', '_')}_`;
}

function fieldOf(text: string, name: string): string {
  // What stands before the first empty line of a signed text is not signed.
  const signed = text.startsWith('-----BEGIN PGP SIGNED') ? text.slice(text.search(/\n\r?\n/)) : text;
  return new RegExp(`^${name}:[ \\t]*(\\S*)`, 'm').exec(signed)?.[1] ?? '';
}

/**
 * Whether a release file is that of a suite. Debian's `Suite` is a word that moves on (`stable-security`), and its
 * `Codename` is the name of the suite; all suites of one release of Ubuntu share a codename.
 */
function isReleaseOf(text: string, suite: string, archive: DebKernelSource['archive']): boolean {
  const name = suite.replace(/\/updates$/, '');
  const own = fieldOf(text, 'Suite') === name;
  return own || (!archive.startsWith('ubuntu') && fieldOf(text, 'Codename') === name);
}

/**
 * The archive signs all of its suites with the same keys: a mirror could serve one of them in the place of another, and
 * apt would only warn.
 * @param lists apt's directory of lists, whose signatures it has checked
 * @throws HostError `bad_index`
 */
export async function checkSuites(host: Host, lists: string, source: DebKernelSource, mirror: string): Promise<void> {
  const names = await host.files.list(lists);
  for (const suite of suitesOf(source)) {
    for (const name of names) {
      if (!name.endsWith(`${listMark(suite)}InRelease`) && !name.endsWith(`${listMark(suite)}Release`)) continue;
      const text = (await host.files.read(join(lists, name), MAX_RELEASE)).toString('utf8');
      if (isReleaseOf(text, suite, source.archive)) continue;
      const is = fieldOf(text, 'Suite').replace(/[^A-Za-z0-9./_-]/g, '?') || 'nameless';
      throw new HostError(
        'bad_index',
        `${mirror} has the suite ${is.slice(0, 64)} where ${suite} should be; nothing was used, choose another mirror`,
      );
    }
  }
}
