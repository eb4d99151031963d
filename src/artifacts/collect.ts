import { createHash } from 'node:crypto';
import { ELF_MACHINE, hasElfMagic, readElfIdentity } from '../elf/elf-file.ts';
import type { InsidePlace } from '../model/inside.ts';
import { checkObjectHeader } from '../object/header.ts';
import { objectsInSource } from '../object/inside/c-source.ts';
import { DAMAGED_BYTES, type FoundObject, findObjects } from '../object/inside/find-objects.ts';
import { nameObjects } from '../object/inside/name-objects.ts';
import { readObject } from '../object/read-object.ts';
import { LIMITS, rejectLarge } from './limits.ts';

/** An object that was taken out of another file. */
export interface TakenObject extends InsidePlace {
  readonly bytes: Uint8Array;
  /** Hex. */
  readonly sha256: string;
}

const SKELETON = /\.skel\.h$/;
/** What builds call objects: a file of that name is one, whatever is left of it. Hidden ones are notes of other tools. */
const OBJECT = /(?:^|\/)[^./][^/]*\.bpf\.o$/;

/** Takes objects out of the files that it is shown, and keeps within the bounds. */
export interface Collector {
  /** Whether a file of an archive is worth to be read. @param head its first bytes */
  wants(member: string, head: Uint8Array): boolean;
  /** @param member path in an archive; undefined for a file of its own */
  take(content: Uint8Array, member: string | undefined): void;
  /** The same for C source. */
  takeSource(content: Uint8Array, member: string | undefined): void;
  /** Takes an object that another collector has taken. */
  keep(object: TakenObject): void;
  /** Counts what another collector has left out. */
  count(other: Pick<Collector, 'bigEndian' | 'programs'>): void;
  readonly objects: readonly TakenObject[];
  /** Objects for big-endian kernels, which are left out. */
  readonly bigEndian: number;
  /** Programs that were looked into. */
  readonly programs: number;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Whether a file of an archive says by its name that it is an object. */
export function isNamedObject(member: string): boolean {
  return OBJECT.test(member);
}

/**
 * Whether a file of its own is an object. One that is damaged, or for another machine, counts where its name says what it
 * is: left out, it would pass by being broken.
 */
function isObject(content: Uint8Array, member: string | undefined): boolean {
  const problem = checkObjectHeader(content);
  if (problem === undefined && readElfIdentity(content)?.machine === ELF_MACHINE.bpf) return true;
  return member !== undefined && isNamedObject(member);
}

/**
 * Names by what the program says, else by the first program of the object: both are the same after the next build, which
 * moves everything.
 */
function namesOf(content: Uint8Array, found: readonly FoundObject[]): (string | undefined)[] {
  const names = nameObjects(content, found).map((name, index) => {
    const { at, size } = found[index] ?? { at: 0, size: 0 };
    const facts = name === undefined ? readObject(content.subarray(at, at + size)) : undefined;
    return name ?? (facts?.ok ? facts.programs[0]?.name : undefined);
  });
  return names.map((name) => (names.filter((one) => one === name).length === 1 ? name : undefined));
}

/** Objects that were taken, each once or once at each place, within the bounds. */
function createTaken(everyPlace: boolean) {
  const objects: TakenObject[] = [];
  const known = new Map<string, Uint8Array>();
  let bytesTaken = 0;

  function keep(object: TakenObject): void {
    const same = known.get(object.sha256);
    if (same !== undefined) {
      // The same object twice, as in two builds of one program, has one result.
      if (everyPlace) objects.push({ ...object, bytes: same });
      if (objects.length > LIMITS.entries) rejectLarge(`it holds objects at more than ${LIMITS.entries} places`);
      return;
    }
    if (known.size === LIMITS.objects) rejectLarge(`it holds more than ${LIMITS.objects} objects`);
    known.set(object.sha256, object.bytes);
    bytesTaken += object.bytes.length;
    if (bytesTaken > LIMITS.objectBytes) rejectLarge(`its objects have more than ${LIMITS.objectBytes >> 20} MiB`);
    objects.push(object);
  }

  return {
    objects,
    keep,
    add(place: InsidePlace, bytes: Uint8Array): void {
      const sha256 = digestOf(bytes);
      // A copy: the whole program would stay in memory for a part of it.
      keep({ ...place, bytes: known.get(sha256) ?? Uint8Array.from(bytes), sha256 });
    },
  };
}

/** @param everyPlace the same object counts at each of its places: some of them may be taken away */
export function createCollector(everyPlace = false): Collector {
  const { objects: taken, keep, add } = createTaken(everyPlace);
  let bigEndian = 0;
  let programs = 0;

  function takeProgram(content: Uint8Array, member: string | undefined): void {
    programs++;
    const found = findObjects(content);
    bigEndian += found.bigEndian;
    if (found.cut) rejectLarge(`it holds more than ${LIMITS.objects} objects`);
    // Left out, they would pass by being broken.
    for (const at of found.damaged) add({ member, at }, content.subarray(at, at + DAMAGED_BYTES));
    const parts = new Map<string, FoundObject>();
    for (const part of found.objects) {
      const digest = digestOf(content.subarray(part.at, part.at + part.size));
      if (!parts.has(digest)) parts.set(digest, part);
    }
    const objects = [...parts.values()];
    const names = objects.length === 0 ? [] : namesOf(content, objects);
    for (const [index, { at, size }] of objects.entries()) {
      add({ member, symbol: names[index], at }, content.subarray(at, at + size));
    }
  }

  function takeSource(content: Uint8Array, member: string | undefined): void {
    if (content.length > LIMITS.sourceBytes) rejectLarge(`its source has more than ${LIMITS.sourceBytes >> 20} MiB`);
    const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1');
    const { objects, cut } = objectsInSource(text);
    if (cut) rejectLarge('it holds more texts that may be objects than are looked at');
    for (const { name, bytes } of objects) add({ member, symbol: name }, bytes);
  }

  return {
    keep,
    count(other) {
      bigEndian += other.bigEndian;
      programs += other.programs;
    },
    objects: taken,
    get bigEndian() {
      return bigEndian;
    },
    get programs() {
      return programs;
    },
    wants: (member, head) => hasElfMagic(head) || SKELETON.test(member) || isNamedObject(member),
    takeSource,
    take(content, member) {
      if (isObject(content, member)) add({ member }, content);
      else if (member !== undefined && SKELETON.test(member)) takeSource(content, member);
      else takeProgram(content, member);
    },
  };
}
