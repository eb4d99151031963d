import { resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import type { Selection } from '../runtime/decision.ts';
import { type LoadFacts, type LoadPolicy, readLoadPolicy } from '../runtime/load-policy.ts';
import { type Environment, environmentOf } from './services.ts';

const MAX_POLICY = 256 * 1024;

/**
 * The load policy of a file, or of BPFCOMPAT_AGENT_LOAD_POLICY_PATH; undefined where neither names one.
 * @throws UsageError for a file that is not there or wrong
 */
export async function readPolicyFile(
  options: Environment,
  file: string,
  kind: 'agent' | 'execute',
): Promise<LoadPolicy | undefined> {
  const { host, cwd } = environmentOf(options);
  if (file === '') return undefined;
  const path = resolve(cwd, file);
  if ((await host.files.stat(path)) === undefined)
    throw new UsageError(
      'policy_invalid',
      `${path}: there is no such file; name a load policy (docs/runtime-execute-policy.md)`,
    );
  return readLoadPolicy({ file: path, text: (await host.files.read(path, MAX_POLICY)).toString('utf8') }, kind);
}

/** What a policy looks at of a selection. */
export function factsOf(
  selected: NonNullable<Selection['selected']>,
  kernel: string,
  who: Pick<LoadFacts, 'agent' | 'tenant' | 'project'>,
): LoadFacts {
  return {
    ...who,
    artifact: selected.artifact_name ?? '',
    profile: selected.profile_id ?? '',
    programTypes: selected.program_types,
    attachKinds: selected.attach_kinds,
    kernel,
    // Rows of the history were verified too, and are no evidence of this kernel.
    verified: selected.match_tier !== 'legacy',
  };
}
