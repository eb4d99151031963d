import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { ApiError } from './problem.ts';
import { ValidateForm } from './schemas.ts';

const MAX_MANIFEST_BYTES = 256 * 1024;
/** Of a suite: objects and manifests. */
const MAX_FILES = 64;
/** All files of a suite together, as a multiple of what one object may have. */
const MAX_OBJECTS = 8;
const MAX_FIELDS = 600;
/** Of all fields together: they are in memory, as files are not. */
const MAX_FIELDS_BYTES = 2 * MAX_MANIFEST_BYTES;
/** ELF, 64 or 32 bits, for the machine "Linux BPF" in either byte order. */
const ELF = Buffer.from('\x7fELF', 'latin1');
const HEAD_BYTES = 20;
/** Fields of earlier versions for what is not part of this one. */
const SOURCE_FIELDS: readonly string[] = ['source_file', 'source_code', 'clang_flags'];
const LISTS: readonly string[] = ['profiles', 'required_profiles', 'optional_profiles'];

/** One object. */
export interface ObjectUpload {
  readonly kind: 'object';
  readonly form: ValidateForm;
  /** Name of the object's file in the directory. */
  readonly artifact: string;
  readonly sha256: string;
  readonly hasManifest: boolean;
}

/** A file of a suite: what it is called, and where it lies now. */
export interface SentFile {
  readonly name: string;
  readonly path: string;
}

/** A suite file with the objects and manifests that it names. */
export interface SuiteUpload {
  readonly kind: 'suite';
  readonly form: ValidateForm;
  readonly name: string;
  readonly sha256: string;
  readonly text: string;
  readonly files: readonly SentFile[];
}

interface Received {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly head: Buffer;
  /** As the client has it: never a path of ours. */
  readonly fileName: string;
}

export function isObject(head: Buffer): boolean {
  return (
    head.length >= HEAD_BYTES &&
    head.subarray(0, 4).equals(ELF) &&
    (head.readUInt16LE(18) === 247 || head.readUInt16BE(18) === 247)
  );
}

/** Writes one file as it arrives, no byte more than it may have. @throws ApiError 413 */
async function receiveFile(part: MultipartFile, file: string, maxBytes: number): Promise<Received> {
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        return done(new ApiError(413, 'too_large', `${part.fieldname} has more than ${maxBytes} bytes`));
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
      hash.update(chunk);
      return done(null, chunk);
    },
  });
  await pipeline(part.file, measure, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  return { path: file, bytes, sha256: hash.digest('hex'), head, fileName: part.filename ?? '' };
}

/** The last part of what a client calls a file. */
const plainName = (fileName: string): string => fileName.split(/[/\\]/).at(-1) ?? '';

/** A name that reports may have, out of the file name of a client. */
function labelOf(fileName: string): string {
  const plain = plainName(fileName)
    .replace(/\.o$/, '')
    .replace(/\.bpf$/, '');
  return (
    plain
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[._-]+/, '')
      .slice(0, 64) || 'object'
  );
}

/** The fields of a form as its schema has them. @param lists fields that may be repeated @throws ApiError 400 with the field and what it must be */
export function fieldsOf<S extends z.ZodType>(
  schema: S,
  fields: ReadonlyMap<string, readonly string[]>,
  lists: readonly string[],
): z.infer<S> {
  const values = [...fields].map(([name, said]) => {
    const words = lists.includes(name) ? said.flatMap((word) => word.split(',')).map((word) => word.trim()) : said;
    const given = words.filter((word) => word !== '');
    return [name, lists.includes(name) ? given : given[0]] as const;
  });
  const twice = [...fields].find(([name, said]) => said.length > 1 && !lists.includes(name));
  if (twice) throw new ApiError(400, 'bad_form', `${twice[0]} is given twice`);
  const parsed = schema.safeParse(Object.fromEntries(values.filter(([, value]) => value !== undefined)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new ApiError(400, 'bad_form', `${where === '' ? '' : `${where}: `}${issue?.message ?? 'it cannot be read'}`);
}

/** What the parser of forms says is not an error of ours: the form is broken, or it was cut off. */
function brokenForm(error: unknown): unknown {
  const isOurs = !(error instanceof Error) || error instanceof ApiError || 'statusCode' in error || 'syscall' in error;
  return isOurs ? error : new ApiError(400, 'bad_form', `the form cannot be read: ${error.message}`, { cause: error });
}

interface Parts {
  readonly fields: Map<string, string[]>;
  readonly files: Map<string, Received>;
  /** Those of a suite, in the order they came. */
  readonly suiteFiles: Received[];
}

/** Where the file of a field goes, and how large it may be; undefined: as an object. */
type FileFields = Readonly<Record<string, readonly [name: string, most: number | undefined]>>;
const FILES: FileFields = {
  artifact_file: ['object', undefined],
  manifest_file: ['manifest.yaml', MAX_MANIFEST_BYTES],
  suite_file: ['suite.yaml', MAX_MANIFEST_BYTES],
};

/** A file of the form. @throws ApiError 400, 413 */
async function receiveFileOf(
  part: MultipartFile,
  dir: string,
  maxBytes: number,
  { files, suiteFiles }: Parts,
  taken: FileFields,
): Promise<void> {
  const { fieldname: name } = part;
  if (name === 'suite_files' && taken === FILES) {
    const left = MAX_OBJECTS * maxBytes - suiteFiles.reduce((sum, { bytes }) => sum + bytes, 0);
    suiteFiles.push(await receiveFile(part, join(dir, `file-${suiteFiles.length}`), Math.min(maxBytes, left)));
    return;
  }
  const [file, most = maxBytes] = Object.hasOwn(taken, name) ? (taken[name] ?? []) : [];
  if (file === undefined || files.has(name))
    throw new ApiError(400, 'bad_form', `${name}: there is no such file field, or it is there twice`);
  files.set(name, await receiveFile(part, join(dir, file), most));
}

async function receiveParts(request: FastifyRequest, dir: string, maxBytes: number, taken: FileFields): Promise<Parts> {
  const parts: Parts = { fields: new Map(), files: new Map(), suiteFiles: [] };
  let fieldBytes = 0;
  const limits = {
    files: MAX_FILES + 1,
    fields: MAX_FIELDS,
    fieldSize: MAX_MANIFEST_BYTES,
    fileSize: Math.max(maxBytes, ...Object.values(taken).map(([, most = 0]) => most)) + 1,
    headerPairs: 20,
  };
  for await (const part of request.parts({ limits })) {
    const { fieldname: name } = part;
    if (SOURCE_FIELDS.includes(name)) {
      throw new ApiError(
        422,
        'source_compile_not_supported',
        `${name}: sources are not compiled here; compile the object and send it as artifact_file`,
      );
    }
    if (part.type === 'field') {
      if (part.valueTruncated)
        throw new ApiError(413, 'too_large', `${name} has more than ${MAX_MANIFEST_BYTES} bytes`);
      const value = String(part.value);
      fieldBytes += Buffer.byteLength(value);
      if (fieldBytes > MAX_FIELDS_BYTES)
        throw new ApiError(413, 'too_large', `the fields have more than ${MAX_FIELDS_BYTES} bytes together`);
      parts.fields.set(name, [...(parts.fields.get(name) ?? []), value]);
    } else if (part.filename === '') {
      // A browser sends the field although no file was chosen.
      part.file.resume();
    } else await receiveFileOf(part, dir, maxBytes, parts, taken);
  }
  return parts;
}

/** A suite with its files. @throws ApiError 400 */
async function suiteOf({ files, suiteFiles }: Parts, form: ValidateForm, suite: Received): Promise<SuiteUpload> {
  if (files.size > 1)
    throw new ApiError(
      400,
      'bad_form',
      'suite_file: the files of a suite are sent as suite_files; leave the others out',
    );
  return {
    kind: 'suite',
    form,
    name: `${labelOf(suite.fileName)}.yaml`.replace(/(?:\.ya?ml)+$/, '.yaml'),
    sha256: suite.sha256,
    text: await readFile(suite.path, 'utf8'),
    files: suiteFiles.map(({ fileName, path }) => ({ name: plainName(fileName), path })),
  };
}

/**
 * Receives a form: its files into a directory, its fields into memory.
 * @param maxBytes of an object
 * @throws ApiError 400, 413, 415, 422
 */
export async function receiveForm(
  request: FastifyRequest,
  dir: string,
  maxBytes: number,
  taken: FileFields,
): Promise<Parts> {
  if (!request.isMultipart()) throw new ApiError(415, 'unsupported_media_type', 'send a form as multipart/form-data');
  return receiveParts(request, dir, maxBytes, taken).catch((error: unknown) => {
    // The parser would collect the rest of the form for no one.
    request.raw.unpipe();
    request.raw.resume();
    throw brokenForm(error);
  });
}

/**
 * Receives the form of a check into the directory of a job.
 * @throws ApiError 400, 413, 415, 422
 */
export async function receiveUpload(
  request: FastifyRequest,
  dir: string,
  maxBytes: number,
): Promise<ObjectUpload | SuiteUpload> {
  const parts = await receiveForm(request, dir, maxBytes, FILES);
  const { files, suiteFiles } = parts;
  const form = fieldsOf(ValidateForm, parts.fields, LISTS);
  const suite = files.get('suite_file');
  if (suite) return suiteOf(parts, form, suite);
  const object = files.get('artifact_file');
  if (object === undefined || suiteFiles.length > 0)
    throw new ApiError(
      400,
      'artifact_missing',
      'artifact_file is missing: the compiled object (.bpf.o); or send a suite as suite_file, with its suite_files',
    );
  if (!isObject(object.head))
    throw new ApiError(
      400,
      'not_an_object',
      'artifact_file is not a compiled BPF object (ELF); clang -target bpf makes one',
    );
  const artifact = `${form.artifact_name ?? labelOf(object.fileName)}.bpf.o`;
  await rename(join(dir, 'object'), join(dir, artifact));
  if (files.has('manifest_file') && form.manifest_text !== undefined)
    throw new ApiError(400, 'bad_form', 'manifest_file and manifest_text are both given; send one');
  return { kind: 'object', form, artifact, sha256: object.sha256, hasManifest: files.has('manifest_file') };
}
