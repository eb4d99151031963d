import { missing } from './missing-option.ts';
import type { ValuesOf } from './options.ts';

/** What `site build` is to do, checked. */
export type SiteArguments = ValuesOf<'site build'>;

/** @throws UsageError `missing_flag` without reports or without a place */
export function checkSiteOptions(values: SiteArguments): SiteArguments {
  if (values.in.length === 0) throw missing('in', 'reports');
  if (values.out === '') throw missing('out', 'public/compatibility');
  return values;
}
