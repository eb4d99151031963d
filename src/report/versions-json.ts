import type { RunReport } from '../model/report.ts';
import { versionRows } from './version-rows.ts';

/** The block `versions` of a report; undefined for a run of one version. */
export function versionsJson(run: RunReport, artifact: number) {
  const rows = versionRows(run, artifact);
  const { versions } = run;
  if (rows === undefined || versions === undefined) return undefined;
  const labels = (versions.between ?? []).map(({ label }) => label);
  const among = labels.length > 0;
  return {
    baseline: versions.baseline,
    ...(among && { between: labels }),
    current: versions.current,
    targets: rows.map(({ profile, baseline, between, current, change }) => ({
      profile_id: profile,
      baseline: baseline === '' ? undefined : baseline,
      ...(among && { between: between.map((status) => status || null) }),
      current,
      change,
    })),
  };
}
