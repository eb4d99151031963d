import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { messageOf } from '../model/errors.ts';
import { say, warning } from './commands.ts';
import { within } from './limit.ts';
import { type Env, type Runner, runUrl } from './runner.ts';

export interface Uploaded {
  readonly id: number;
  readonly url: string;
  readonly name: string;
}

export interface UploadRequest {
  readonly name: string;
  /** Absolute paths below `root`. */
  readonly files: readonly string[];
  readonly root: string;
  /** 0: what the repository says. */
  readonly retentionDays: number;
}

/** A name is burnt when it is taken, and when an upload under it broke at its end. */
const BURNT = /\(409\)|already exists|conflict|finalize/i;
/** The last one is of this step alone: a matrix of jobs may all want the same name. */
const suffixes = (): string[] => ['', '-retry1', '-retry2', `-${randomUUID().slice(0, 8)}`];

const LEAST_MS = 120_000;
const MS_PER_MEGABYTE = 1000;

function limitOf(files: readonly string[]): number {
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  return LEAST_MS + (bytes / 1e6) * MS_PER_MEGABYTE;
}

/**
 * Uploads the evidence. Never throws: without it the verdict stands all the same.
 * @returns undefined when it could not be uploaded, which is reported
 */
export async function uploadEvidence(request: UploadRequest, env: Env, runner: Runner): Promise<Uploaded | undefined> {
  if (!env['ACTIONS_RUNTIME_TOKEN'] || !env['ACTIONS_RESULTS_URL']) {
    say('the evidence is not uploaded: this runner has no artifact service');
    return undefined;
  }
  const { DefaultArtifactClient } = await import('./clients.ts');
  const options = request.retentionDays > 0 ? { retentionDays: request.retentionDays } : {};
  let why = '';
  const limit = limitOf(request.files);
  for (const suffix of suffixes()) {
    const name = `${request.name}${suffix}`;
    try {
      const upload = new DefaultArtifactClient().uploadArtifact(name, [...request.files], request.root, options);
      const { id } = await within(limit, 'the artifact service', upload);
      if (id === undefined) throw new Error('the service gave it no id');
      const run = runUrl(runner);
      return { id, name, url: run === '' ? '' : `${run}/artifacts/${id}` };
    } catch (error) {
      why = messageOf(error);
      if (!BURNT.test(why)) break;
      say(`the name ${name} cannot be used: ${why}`);
    }
  }
  if (/GHES/.test(why)) {
    say('the evidence is not uploaded: GitHub Enterprise Server has no artifact service for this');
    return undefined;
  }
  warning(`evidence upload failed: ${why}; the verdict does not depend on it`);
  return undefined;
}
