import { buildInfo } from '../api/build-info.ts';

/** Output of `version`; scripts read the JSON keys, which never change. */
export function versionText(json: boolean): string {
  const { version, commit, buildDate } = buildInfo;
  if (!json)
    return `bpfcompat ${version} (commit ${commit.slice(0, 12)}, ${buildDate}, Node.js ${process.versions.node})\n`;
  const facts = { name: 'bpfcompat', version, commit, build_date: buildDate, go_version: '' };
  return `${JSON.stringify(facts, null, 2)}\n`;
}
