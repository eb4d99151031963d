import type { ValidationMode } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { type LoaderSettings, readLoaderSettings } from './loader-settings.ts';
import type { ValuesOf } from './options.ts';
import { parseValidationMode } from './test-options.ts';

/** What `bisect` was asked to do, checked. Texts that were not given are empty. */
export interface BisectArguments
  extends Pick<
    ValuesOf<'bisect'>,
    'artifact' | 'good' | 'bad' | 'manifest' | 'workdir' | 'timeoutMs' | 'allowProfileOverride' | 'json' | 'quiet'
  > {
  readonly validationMode: ValidationMode | undefined;
  readonly loader: LoaderSettings;
}

/** @throws UsageError that names the flag and the remedy */
export function checkBisectOptions(values: ValuesOf<'bisect'>): BisectArguments {
  const examples = {
    artifact: 'build/my.bpf.o',
    good: 'debian-12-6.1@6.1.27-1',
    bad: 'debian-12-6.1',
  } as const;
  for (const [name, example] of Object.entries(examples)) {
    if (values[name as keyof typeof examples] === '') {
      throw new UsageError('missing_flag', `--${name} is missing; add it, for example --${name} ${example}`);
    }
  }
  const { artifact, good, bad, manifest, workdir, timeoutMs, allowProfileOverride, json, quiet } = values;
  return {
    ...{ artifact, good, bad, manifest, workdir, timeoutMs, allowProfileOverride, json, quiet },
    validationMode: parseValidationMode(values.validationMode),
    loader: readLoaderSettings(values),
  };
}
