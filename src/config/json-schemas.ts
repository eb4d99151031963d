import * as z from 'zod';
import { LockFile } from './lock-file.ts';
import { ManifestFile } from './manifest-schema.ts';
import { MatrixFile } from './matrix.ts';
import { ProfileFile } from './profile.ts';
import { SuiteFile } from './suite-schema.ts';

const FILES = {
  suite: { schema: SuiteFile, title: 'bpfcompat suite', description: 'objects, their kernels and how each is tested' },
  manifest: {
    schema: ManifestFile,
    title: 'bpfcompat manifest',
    description: 'what a maintainer declares about an object',
  },
  matrix: { schema: MatrixFile, title: 'bpfcompat matrix', description: 'the kernels to test' },
  lock: { schema: LockFile, title: 'bpfcompat lock', description: 'which build of each kernel is tested' },
  profile: { schema: ProfileFile, title: 'bpfcompat profile', description: 'a kernel and the machine it runs on' },
} as const;

export type SchemaName = keyof typeof FILES;

/** The files that editors can check. */
export const SCHEMA_NAMES = Object.keys(FILES) as readonly SchemaName[];

/**
 * A JSON schema of one of our YAML files, as text, for editors. It comes from the schema that reads the file and is
 * weaker than it: rules between keys are only checked when the file is read.
 */
export function jsonSchemaText(name: SchemaName): string {
  const { schema, ...about } = FILES[name];
  const document = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline', target: 'draft-7' });
  return `${JSON.stringify({ $schema: document.$schema, ...about, ...document }, null, 2)}\n`;
}
