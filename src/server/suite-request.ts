import { prepareSuite } from '../api/prepare-suite.ts';
import { environmentOf } from '../api/services.ts';
import { quoted } from '../config/words.ts';
import { DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT_MS } from '../model/run-defaults.ts';
import type { Caller } from './access.ts';
import type { JobRecord } from './job.ts';
import { ApiError, withoutDirectories } from './problem.ts';
import { boundsOf, checkCells } from './request-bounds.ts';
import { suiteOptions } from './run-job.ts';
import type { Services } from './services.ts';
import { layOutSuite } from './suite-upload.ts';
import type { SuiteUpload } from './upload.ts';

/** A suite brings its own settings: fields that would say the same of one object are an error. */
export async function suiteRequest(upload: SuiteUpload, dir: string, caller: Caller, services: Services) {
  const { form, name, sha256 } = upload;
  if (services.settings.demo) throw new ApiError(422, 'suites_not_supported', 'suite_file: this server takes objects');
  const { timeout: _, concurrency: __, ...others } = form;
  const [stray] = Object.entries(others).find(([, value]) => value !== undefined && value.length > 0) ?? [];
  if (stray) throw new ApiError(400, 'bad_form', `${stray}: the suite says this for each case; leave it out`);
  const { files, suite } = await layOutSuite(dir, upload, caller, services);
  const bounds = boundsOf(upload, caller, services);
  const { env } = services.settings;
  const longest = Math.max(...suite.cases.map((one) => one.timeoutMs ?? DEFAULT_TIMEOUT_MS));
  const most = Math.max(...suite.cases.map((one) => one.concurrency || DEFAULT_CONCURRENCY));
  return {
    artifact: name,
    sha256,
    hasManifest: false,
    hasMatrix: false,
    publish: false,
    suite: files,
    // One for all cases: what the suite says for one of them is bounded as well.
    timeoutMs: Math.min(longest, env.timeoutMs),
    concurrency: Math.min(most, env.concurrency),
    ...bounds,
  };
}

/** What would be reported of a case that cannot start is for its sender now. @throws ApiError 400, 422, UsageError */
export async function checkSuite(job: JobRecord, caller: Caller, services: Services): Promise<void> {
  const old = { keep: async () => {}, know: async () => {}, setAside: async () => {} };
  // As it will run.
  const options = suiteOptions(job, services);
  const prepared = await prepareSuite(options, environmentOf(options), old);
  const { cases } = prepared;
  checkCells(prepared, caller, services);
  const wrong = cases.find(({ error }) => error !== '');
  const kernels = new Set(cases.flatMap(({ ready }) => ready?.run.targets.map(({ profile }) => profile.id) ?? []));
  const most = services.settings.env.profiles;
  if (kernels.size > most)
    throw new ApiError(
      400,
      'too_many_profiles',
      `suite_file: at most ${most} kernels may be chosen for all cases, not ${kernels.size}`,
    );
  if (wrong === undefined) return;
  throw new ApiError(400, 'case_invalid', `case ${quoted(wrong.source.name)}: ${withoutDirectories(wrong.error)}`);
}
