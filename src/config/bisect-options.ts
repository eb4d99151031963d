import type { ValidationMode } from '../model/cell.ts';
import { type LoaderSettings, readLoaderSettings } from './loader-settings.ts';
import { missing } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { parseValidationMode } from './test-options.ts';

/** What `bisect` is to do, checked. Texts that were not given are empty. */
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
  for (const name of ['artifact', 'good', 'bad'] as const) if (values[name] === '') throw missing(name, examples[name]);
  const { artifact, good, bad, manifest, workdir, timeoutMs, allowProfileOverride, json, quiet } = values;
  return {
    ...{ artifact, good, bad, manifest, workdir, timeoutMs, allowProfileOverride, json, quiet },
    validationMode: parseValidationMode(values.validationMode),
    loader: readLoaderSettings(values),
  };
}
