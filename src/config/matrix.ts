import * as z from 'zod';
import { UsageError } from '../model/errors.ts';
import { inFlags, phrase, spell, type Wording } from '../model/wording.ts';
import { profileId } from './manifest-schema.ts';
import { similarProfiles } from './similar.ts';
import { quoted } from './words.ts';
import { readYaml, type SourceFile } from './yaml-file.ts';
import { flag, line, list, MAX_TIMEOUT_MS, timeout } from './yaml-schema.ts';

export interface MatrixEntry {
  readonly id: string;
  /** true: this kernel decides the verdict. */
  readonly required: boolean;
  /** Overrides the time-out of the run for this kernel. */
  readonly timeoutMs: number | undefined;
  /** Where the entry was written: `file:line:column`, or the flag. */
  readonly origin: Wording;
}

/** The kernels to test, in the order of the reports. Ids are unique. */
export interface Matrix {
  readonly name: string;
  /** File it was read from, or the flag it was given by. */
  readonly file: string;
  readonly profiles: readonly MatrixEntry[];
  /** What the user should know of two matrices with this name. */
  readonly note?: string;
}

/** @param ids every profile there is, for what to write where an entry is a word and no map */
function matrixFile(ids: readonly string[]) {
  const entry = z.strictObject(
    { id: profileId, required: flag.default(true), timeout: timeout(MAX_TIMEOUT_MS, '168h').optional() },
    { error: ({ code, input }) => (code === 'invalid_type' ? entryHint(input, ids) : undefined) },
  );
  return z.strictObject({
    name: line({ maxBytes: 256 }).default(''),
    profiles: list(entry, { unique: 'id', min: 1 }),
  });
}

export const MatrixFile = matrixFile([]);

function entryHint(input: unknown, ids: readonly string[]): string | undefined {
  if (typeof input !== 'string') return undefined;
  const [similar] = similarProfiles(input, ids);
  return `write a line "- id: ${similar ?? EXAMPLE}" for each kernel`;
}

const EXAMPLE = 'debian-12-6.1';
/** What the flag and suites call the list. */
const SLIPS = { kernels: `write "profiles:" and below it a line "- id: ${EXAMPLE}" for each kernel` };

/**
 * Reads a matrix file (docs/matrix.md). A matrix without a name is called like its file.
 * @param ids every profile there is, for messages
 * @throws UsageError `matrix_invalid` with file, line and column of everything that is wrong
 */
export function readMatrix(source: SourceFile, ids: readonly string[] = []): Matrix {
  const schema = ids.length === 0 ? MatrixFile : matrixFile(ids);
  const { value, at } = readYaml(source, schema, 'matrix_invalid', SLIPS);
  return {
    name: value.name || stemOf(source.file),
    file: source.file,
    profiles: value.profiles.map(({ id, required, timeout: timeoutMs }, index) => ({
      id,
      required,
      timeoutMs,
      origin: at(['profiles', index, 'id']),
    })),
  };
}

function stemOf(file: string): string {
  return (file.split('/').at(-1) ?? '').replace(/\.ya?ml$/, '');
}

/**
 * A matrix of kernels named one by one, all required.
 * @param origin the flag or argument that named them, for messages
 * @throws UsageError `matrix_invalid` when an id is not an id or comes twice
 */
export function matrixOf(ids: readonly string[], origin: Wording): Matrix {
  for (const [index, id] of ids.entries()) {
    if (!profileId.safeParse(id).success) {
      throw new UsageError(
        'matrix_invalid',
        phrase`${origin}: ${quoted(id)} is not a profile id; write ids separated by commas, for example ${origin} debian-12-6.1,debian-13-6.12`,
      );
    }
    if (ids.indexOf(id) !== index) {
      throw new UsageError('matrix_invalid', phrase`${origin}: ${quoted(id)} is listed twice; remove one of them`);
    }
  }
  return {
    name: 'custom',
    file: spell(origin, inFlags),
    profiles: ids.map((id) => ({ id, required: true, timeoutMs: undefined, origin })),
  };
}
