import type { Manifest } from '../config/manifest.ts';
import { testsOf } from '../config/tuning.ts';
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

/**
 * Puts together what the guests of one object get, and what the user should know about it: files that commands name
 * and guests do not get, assets that nobody uses, tests that are not run.
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
    if (tests.length > 0) notes.push(`functional tests of ${manifest?.file} are not run: the command alone decides`);
    return { payload, notes };
  }
  for (const { name, command: line } of tests) {
    notes.push(...(await undeclaredFiles(host, dir, `functional test "${name}"`, line, shipped)));
  }
  if (assets.facts.length > 0 && tests.length === 0) notes.push('assets are not used: no functional test is run');
  return { payload, notes };
}
