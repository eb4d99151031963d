import { buildInfo } from '../api/build-info.ts';

/** Output of `version`; the JSON keys are those of contract section 2.1. */
export function versionText(json: boolean): string {
  const { version, commit, buildDate } = buildInfo;
  if (!json)
    return `bpfcompat ${version} (commit ${commit.slice(0, 12)}, ${buildDate}, Node.js ${process.versions.node})\n`;
  const facts = { name: 'bpfcompat', version, commit, build_date: buildDate, go_version: '' };
  return `${JSON.stringify(facts, null, 2)}\n`;
}
