import type { Manifest } from '../config/manifest.ts';
import { enumerate } from '../config/similar.ts';
import { testsOf, tuningLines } from '../config/tuning.ts';
import type { Host } from '../host/host.ts';
import type { ValidationMode } from '../model/cell.ts';
import { type Assets, undeclaredFiles } from './assets.ts';
import { type Payload, type PreparedCommand, payloadOf } from './payload.ts';

export interface PayloadParts {
  readonly manifest: Manifest | undefined;
  readonly mode: ValidationMode | undefined;
  readonly assets: Assets;
  readonly command: PreparedCommand | undefined;
  /** Directory that the words of commands are looked for in: that of the file they stand in. */
  readonly dir: string;
}

/** What a manifest says of a load by the validator, which a command takes the place of. */
function lostOf(manifest: Manifest, mode: ValidationMode | undefined): string[] {
  const settings = manifest.strictLibbpf ? [] : tuningLines(manifest);
  return [
    ...(testsOf(mode, manifest).length > 0 ? ['functional tests'] : []),
    ...(settings.length > 0 ? ['settings for the load'] : []),
    ...(manifest.loaders.gate || manifest.loaders.beside ? ['loaders'] : []),
    ...(manifest.maxInsns === undefined ? [] : ['max_insns']),
    ...(manifest.programs.some(({ attach }) => attach.required) ? ['required attachments'] : []),
  ];
}

/**
 * Puts together what the guests of one object get, and what the user should know about it: files that commands name
 * and guests do not get, assets that no one uses, tests that are not run.
 * @throws UsageError where two files would be at the same place
 */
export async function gatherPayload(
  host: Host,
  { manifest, mode, assets, command, dir }: PayloadParts,
): Promise<{ readonly payload: Payload; readonly notes: readonly string[] }> {
  const payload = payloadOf(assets, command);
  const shipped = assets.facts.map(({ path }) => path);
  const tests = testsOf(mode, manifest);
  const notes: string[] = [];
  if (command !== undefined) {
    notes.push(...(await undeclaredFiles(host, dir, 'the command', command.command, shipped)));
    const lost = manifest === undefined ? [] : lostOf(manifest, mode);
    if (lost.length > 0)
      notes.push(`${enumerate(lost, 'and')} of ${manifest?.file} have no effect: the command alone decides`);
    return { payload, notes };
  }
  for (const { name, command: line } of tests) {
    notes.push(...(await undeclaredFiles(host, dir, `functional test "${name}"`, line, shipped)));
  }
  if (assets.facts.length > 0 && tests.length === 0) notes.push('assets are not used: no functional test is run');
  return { payload, notes };
}
