import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Caller, checkCommands } from './access.ts';
import { checkManifest } from './check-manifest.ts';
import { boundsOf } from './request-bounds.ts';
import { matrixOf } from './request-matrix.ts';
import type { Services } from './services.ts';
import type { ObjectUpload } from './upload.ts';

/** Writes what the form says in files beside the object. @returns whether there is a manifest, a matrix */
async function writeInputs(upload: ObjectUpload, dir: string, caller: Caller, services: Services) {
  const { form } = upload;
  if (form.manifest_text !== undefined)
    await writeFile(join(dir, 'manifest.yaml'), form.manifest_text, { flag: 'wx', mode: 0o600 });
  const hasManifest = upload.hasManifest || form.manifest_text !== undefined;
  if (hasManifest) {
    const text = await services.host.files.read(join(dir, 'manifest.yaml'), 1024 * 1024);
    checkManifest(text.toString('utf8'), caller);
  }
  if (form.validation_mode === 'behavior') checkCommands(caller, 'validation_mode: behavior');
  const matrix = await matrixOf(upload, services);
  if (matrix) await writeFile(join(dir, 'matrix.yaml'), stringify(matrix), { flag: 'wx', mode: 0o600 });
  return { hasManifest, hasMatrix: matrix !== undefined };
}

/** What a job about one object is requested. @throws ApiError, UsageError */
export async function objectRequest(upload: ObjectUpload, dir: string, caller: Caller, services: Services) {
  const { form, artifact, sha256 } = upload;
  const written = await writeInputs(upload, dir, caller, services);
  const {
    validation_mode: mode,
    artifact_name: name,
    artifact_version: version,
    artifact_variant: variant,
    artifact_uri: uri,
  } = form;
  return {
    artifact,
    sha256,
    ...written,
    ...(mode && { mode }),
    ...(name && { artifactName: name }),
    ...(version && { artifactVersion: version }),
    ...(variant && { artifactVariant: variant }),
    ...(uri && { artifactUri: uri }),
    ...boundsOf(upload, caller, services),
    // Whoever sends it answers for it: nothing of callers without a credential is published.
    publish: services.settings.env.syncOn && caller.kind !== 'nobody',
  };
}
