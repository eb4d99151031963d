import { HostError } from '../../../model/errors.ts';
import { asBytes, asChecksum, type Checksum } from './repomd.ts';
import type { Evr } from './version.ts';
import { xmlReader } from './xml.ts';

/** A package that a repository offers. */
export interface RpmPackage extends Evr {
  readonly name: string;
  /** Absent for a package file that lies here already. */
  readonly checksum: Checksum | undefined;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of its files when unpacked; 0 where no one says. */
  readonly installedBytes: number;
  /** Where the index says that it lies. */
  readonly href: string;
  readonly xmlBase?: string | undefined;
}

/** Builds of a few names: no repository keeps so many. */
const MAX_FOUND = 20_000;

/** What rpm lets a version be made of; messages quote it, and no one has signed it yet. */
const VERSION = /^[A-Za-z0-9._+~^]{1,128}$/;
const MAX_ADDRESS = 2048;

type Draft = { -readonly [K in keyof RpmPackage]?: RpmPackage[K] } & { arch?: string; type?: string };

function whole(draft: Draft): RpmPackage | undefined {
  const { name, epoch, version, release, checksum, size, href } = draft;
  if (name === undefined || epoch === undefined || version === undefined || release === undefined) return undefined;
  if (checksum === undefined || size === undefined || href === undefined) return undefined;
  if (!VERSION.test(version) || !VERSION.test(release)) return undefined;
  if (href.length > MAX_ADDRESS || (draft.xmlBase?.length ?? 0) > MAX_ADDRESS) return undefined;
  const installedBytes = draft.installedBytes ?? 0;
  return { name, epoch, version, release, checksum, size, installedBytes, href, xmlBase: draft.xmlBase };
}

/**
 * Collects the packages of some names from a list of packages that comes in pieces.
 * @param where address of the list, for messages
 */
export function primaryReader(where: string, names: ReadonlySet<string>, arch: string) {
  const found: RpmPackage[] = [];
  let draft: Draft = {};
  const reader = xmlReader(where, {
    open(path, attributes) {
      const element = path[2];
      if (path.length === 2) draft = {};
      if (path.length !== 3) return;
      if (element === 'version') {
        const { epoch = '0', ver, rel } = attributes;
        draft.epoch = /^\d{1,9}$/.test(epoch) ? Number(epoch) : 0;
        if (ver !== undefined) draft.version = ver;
        if (rel !== undefined) draft.release = rel;
      }
      if (element === 'checksum') draft.type = attributes['type'] ?? '';
      if (element === 'size') {
        const size = asBytes(attributes['package']);
        if (size !== undefined) draft.size = size;
        draft.installedBytes = asBytes(attributes['installed']) ?? 0;
      }
      if (element === 'location') {
        if (attributes['href'] !== undefined) draft.href = attributes['href'];
        draft.xmlBase = attributes['xml:base'];
      }
    },
    close(path, text) {
      const element = path[2];
      if (path.length === 3) {
        if (element === 'name') draft.name = text.trim();
        if (element === 'arch') draft.arch = text.trim();
        if (element === 'checksum') draft.checksum = asChecksum(draft.type, text);
      }
      if (path.length !== 2 || path[1] !== 'package') return;
      const one = whole(draft);
      if (one === undefined || draft.arch !== arch || !names.has(one.name)) return;
      found.push(one);
      if (found.length > MAX_FOUND) {
        throw new HostError('bad_index', `${where} lists more than ${MAX_FOUND} builds; choose another mirror`);
      }
    },
  });
  return { write: reader.write, end: reader.end, found: found as readonly RpmPackage[] };
}
