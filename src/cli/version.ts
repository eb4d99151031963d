interface BuildInfo {
  readonly version: string;
  readonly commit: string;
  readonly buildDate: string;
}

/** Put in by scripts/build.mjs; absent when the sources run directly. */
declare const __BPFCOMPAT_BUILD__: BuildInfo | undefined;

const build: BuildInfo =
  typeof __BPFCOMPAT_BUILD__ === 'object'
    ? __BPFCOMPAT_BUILD__
    : { version: 'unbuilt', commit: 'unknown', buildDate: 'unknown' };

/** Output of `version`; the JSON keys are those of contract section 2.1. */
export function versionText(json: boolean): string {
  const { version, commit, buildDate } = build;
  if (!json)
    return `bpfcompat ${version} (commit ${commit.slice(0, 12)}, ${buildDate}, Node.js ${process.versions.node})\n`;
  const facts = { name: 'bpfcompat', version, commit, build_date: buildDate, go_version: '' };
  return `${JSON.stringify(facts, null, 2)}\n`;
}
