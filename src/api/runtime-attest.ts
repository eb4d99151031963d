import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError, UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { sha256 } from '../runtime/canonical.ts';
import { EvidenceReport } from '../runtime/evidence-report.ts';
import { type MadeStatement, statementsOf } from '../runtime/make-statement.ts';
import { noteOwnKey } from '../runtime/own-keys.ts';
import { keepBlob, keepBundle, maxObjectBytes } from '../runtime/store.ts';
import { type Seal, sealOf } from './attest-seal.ts';
import { buildInfo } from './build-info.ts';
import { type Environment, environmentOf } from './services.ts';

export interface CreateEvidenceOptions extends Environment {
  readonly reports: readonly string[];
  /** Empty: the path in the report. */
  readonly artifact: string;
  readonly name: string;
  readonly version: string;
  readonly variant: string;
  /** Empty: the program of the environment, unless `keyless`. */
  readonly key: string;
  /** Sign as the workflow that this runs in. */
  readonly keyless: boolean;
  /** Instance of Sigstore for that; empty: the public one. */
  readonly signingConfig: string;
  /** Directory for predicates that somebody else signs; empty: sign. */
  readonly unsigned: string;
  readonly workdir: string;
}

/** What became of one kernel of a report. Paths are absolute. */
interface CreatedRow {
  readonly profile_id: string;
  readonly result?: string;
  readonly artifact_sha256?: string;
  readonly bundle?: string;
  readonly bundle_sha256?: string;
  /** With `unsigned`. */
  readonly predicate?: string;
  /** Why there is no statement. */
  readonly skipped?: string;
}

export interface CreatedEvidence {
  readonly schema_version: 'attest_create.v0.1';
  /** Of the key that signed; absent with `unsigned` and `keyless`. */
  readonly key_id?: string | undefined;
  readonly spki?: string | undefined;
  readonly statements: readonly CreatedRow[];
}

const MAX_REPORT = 64 * 1024 * 1024;

async function readReport(host: Host, path: string) {
  const stat = await host.files.stat(path);
  if (!stat?.isFile) {
    const what = stat === undefined ? 'there is no such file' : 'it is no regular file';
    throw new UsageError('report_unreadable', `${path}: ${what}; name a report of one object`);
  }
  const bytes = await host.files.read(path, MAX_REPORT);
  try {
    return { report: EvidenceReport.parse(JSON.parse(bytes.toString('utf8'))), reportSha256: sha256(bytes) };
  } catch (cause) {
    throw new UsageError(
      'report_invalid',
      `${path}: this is not a report of one object (schema_version v0.1); of several objects each has a report of its own (report_json_path)`,
      { cause },
    );
  }
}

/** The object itself: a statement is about bytes that its signer has seen. */
async function readObject(host: Host, path: string, expected: string): Promise<Buffer> {
  const stat = await host.files.stat(path);
  if (!stat?.isFile)
    throw new UsageError(
      'artifact_unreadable',
      phrase`${path}: ${stat === undefined ? 'there is no such file' : 'it is no regular file'}; name the object with ${option('artifact', 'attest create')}`,
    );
  const bytes = await host.files.read(path, maxObjectBytes(host));
  if (sha256(bytes) === expected) return bytes;
  throw new UsageError(
    'wrong_digest',
    `${path} has the digest ${sha256(bytes)}, and the report is about ${expected}; name the object that was tested`,
  );
}

interface Place {
  readonly host: Host;
  readonly workdir: string;
}

async function signed(made: MadeStatement, seal: Seal, { host, workdir }: Place) {
  if ('skipped' in made) return { row: { profile_id: made.profileId, skipped: made.skipped }, key: undefined };
  const { text, keyId, spki } = await seal(made.statement);
  const key = keyId !== undefined && spki !== undefined ? { keyId, spki } : undefined;
  const bundle = await keepBundle(host, workdir, text);
  const row = {
    profile_id: made.profileId,
    result: made.statement.predicate.result,
    artifact_sha256: made.statement.subject[0]?.digest.sha256 ?? '',
    bundle,
    bundle_sha256: sha256(text),
  };
  return { row, key };
}

async function predicateFile(made: MadeStatement, host: Host, dir: string): Promise<CreatedRow> {
  if ('skipped' in made) return { profile_id: made.profileId, skipped: made.skipped };
  const text = `${JSON.stringify(made.statement.predicate, null, 2)}\n`;
  await host.files.makeDir(dir);
  const artifact = made.statement.subject[0]?.digest.sha256 ?? '';
  const predicate = join(dir, `${artifact.slice(0, 12)}-${made.profileId.replace(/[^\w.-]/g, '_')}.predicate.json`);
  await host.files.writeAtomic(predicate, text);
  return { profile_id: made.profileId, result: made.statement.predicate.result, artifact_sha256: artifact, predicate };
}

/**
 * Makes one statement for each kernel of the reports that gave a result, signs it, and keeps it with the object in the store
 * of the work directory.
 * @throws UsageError for reports, objects and keys that do not fit, HostError `no_statement` where no kernel gave a result
 */
export async function createEvidence(options: CreateEvidenceOptions): Promise<CreatedEvidence> {
  const { host, cwd } = environmentOf(options);
  const place = { host, workdir: resolve(cwd, options.workdir) };
  const isSigned = options.unsigned === '';
  const seal = isSigned ? await sealOf(options, place, cwd) : undefined;
  const statements: CreatedRow[] = [];
  let key: { keyId: string; spki: string } | undefined;
  for (const file of options.reports) {
    const { report, reportSha256 } = await readReport(host, resolve(cwd, file));
    const object = await readObject(
      host,
      resolve(cwd, options.artifact || report.artifact.path),
      report.artifact.sha256,
    );
    const name = options.name || report.artifact.basename.replace(/(?:\.bpf)?\.o$/, '');
    const nonce = (): string => randomBytes(16).toString('hex');
    const facts = { name, version: options.version, variant: options.variant, reportSha256, nonce };
    for (const made of statementsOf(report, { ...facts, toolVersion: buildInfo.version })) {
      if (seal === undefined) statements.push(await predicateFile(made, host, resolve(cwd, options.unsigned)));
      else {
        const one = await signed(made, seal, place);
        key ??= one.key;
        statements.push(one.row);
      }
    }
    if (isSigned) await keepBlob(host, place.workdir, object);
  }
  if (statements.every(({ skipped }) => skipped !== undefined)) throw noStatement(statements);
  if (key) await noteOwnKey(host, key.spki);
  return { schema_version: 'attest_create.v0.1', key_id: key?.keyId, spki: key?.spki, statements };
}

function noStatement(rows: readonly CreatedRow[]): HostError {
  const reasons = rows.map(({ profile_id: id, skipped }) => `${id}: ${skipped}`).join('; ');
  return new HostError('no_statement', `no kernel gave a result that can be signed (${reasons || 'no targets'})`);
}
