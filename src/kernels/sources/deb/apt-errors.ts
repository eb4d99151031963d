import { HostError } from '../../../model/errors.ts';

/** Rules in order, first match wins: a bad signature is also a failed fetch, so the graver word comes first. */
const RULES: readonly { readonly code: string; readonly pattern: RegExp; readonly remedy: string }[] = [
  {
    code: 'no_space',
    pattern: /No space left on device|don't have enough free space|Disk quota exceeded/i,
    remedy: 'the disk is full',
  },
  {
    code: 'release_expired',
    pattern: /Release file .* is (expired|not valid yet)/i,
    remedy: 'check the clock of this machine, or choose another mirror: this one is out of date',
  },
  {
    // A server that responds with an error page makes apt say "not signed" as well.
    code: 'mirror_unreachable',
    pattern: /Failed to fetch \S+\s+[45]\d\d\s/,
    remedy: 'check the address of the mirror and the name of the suite',
  },
  {
    code: 'bad_signature',
    pattern:
      /NO_PUBKEY|BADSIG|EXPSIG|EXPKEYSIG|REVKEYSIG|is (not|no longer) signed|signature|Clearsigned file|Missing key|could not be verified/i,
    remedy:
      'nothing was used; choose another mirror, or update the archive keys of this machine (packages debian-archive-keyring and ubuntu-keyring) if the archive has new ones',
  },
  {
    code: 'wrong_digest',
    pattern: /Hash Sum mismatch|unexpected size|Size mismatch/i,
    remedy: 'nothing was used; the mirror is damaged or changing just now: try again later or choose another mirror',
  },
  {
    code: 'mirror_unreachable',
    pattern:
      /Could not (resolve|connect)|Temporary failure|Connection (refused|timed out|failed|reset|closed)|Unable to connect|unreachable|Cannot initiate|does not have a Release file|Failed to fetch|Some index files failed/i,
    remedy: 'check the network and the address of the mirror',
  },
];

/** What apt says of every failed list, and what says nothing beside it. */
const BOILERPLATE = /^Some index files failed to download/;
const UNREACHED = /^Failed to fetch (https?:\/\/[^/]+)\S*\s+(?:Could not connect|Unable to connect|Could not resolve)/;

/** One line for each server that cannot be reached: apt has one for each of its files. */
function oncePerServer(lines: readonly string[]): string[] {
  const servers = lines.map((line) => UNREACHED.exec(line)?.[1]);
  const telling = lines.filter((_, nth) => servers[nth] === undefined || servers.indexOf(servers[nth]) === nth);
  const rest = telling.filter((line) => !BOILERPLATE.test(line));
  return rest.length > 0 ? rest : telling;
}

/** apt's own error lines as one printable line, without doubles. */
function errorLines(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => /^(E|W|Err)[:\s]/.test(line))
    .map((line) =>
      line
        .replace(/^[EW]:\s*/, '')
        .replace(/[\u0000-\u001f\u007f]+/g, ' ')
        .trim(),
    );
  return oncePerServer([...new Set(lines)])
    .slice(0, 3)
    .join('; ')
    .slice(0, 600);
}

/** What apt's last words mean, as a HostError with one of the codes above, or `apt_failed`. */
export function aptError(doing: string, stderr: string): HostError {
  const rule = RULES.find(({ pattern }) => pattern.test(stderr));
  const said = errorLines(stderr) || 'it gave no reason';
  if (rule === undefined) return new HostError('apt_failed', `${doing}: apt failed: ${said}`);
  return new HostError(rule.code, `${doing}: ${said}; ${rule.remedy}`);
}
