/** What the signed package index says about one package. */
export interface DebPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Bytes of the .deb. */
  readonly size: number;
  /** Bytes of the unpacked files, as far as the index says so. */
  readonly installedBytes: number;
  readonly sha256: string;
  readonly depends: readonly Dependency[];
  /** Path of the .deb below the mirror; empty when the index does not say. */
  readonly path: string;
  /** The profile names it by digest, because the index lists it no longer. */
  readonly pinned: boolean;
}

export interface Dependency {
  readonly name: string;
  /** Version of a `(= version)` constraint. */
  readonly exactly: string | undefined;
}

function fieldsOf(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const match of stanza.matchAll(/^([A-Za-z0-9-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
    fields.set((match[1] ?? '').toLowerCase(), (match[2] ?? '').trim());
  }
  return fields;
}

/** `a (= 1) | b, c:any` becomes a, b and c; constraints other than `=` are dropped. */
export function parseDepends(text: string): Dependency[] {
  return text
    .split(/[,|]/)
    .map((item) => /^\s*([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(\s*=\s*([^\s)]+)\s*\))?/.exec(item))
    .filter((match) => match !== null)
    .map((match) => ({ name: match[1] ?? '', exactly: match[2] }));
}

/** Stanzas of a Packages file; one without name, version or SHA256 cannot be verified and is left out. */
export function parsePackages(text: string): DebPackage[] {
  const packages: DebPackage[] = [];
  for (const stanza of text.split(/\n[ \t]*\n/)) {
    const fields = fieldsOf(stanza);
    const name = fields.get('package');
    const version = fields.get('version');
    const sha256 = fields.get('sha256')?.toLowerCase() ?? '';
    if (name === undefined || version === undefined || !/^[0-9a-f]{64}$/.test(sha256)) continue;
    packages.push({
      name,
      version,
      arch: fields.get('architecture') ?? '',
      size: Number(fields.get('size') ?? 0) || 0,
      installedBytes: (Number(fields.get('installed-size') ?? 0) || 0) * 1024,
      sha256,
      depends: parseDepends(fields.get('depends') ?? ''),
      path: fields.get('filename') ?? '',
      pinned: false,
    });
  }
  return packages;
}
