import { describe, expect, test } from 'vitest';
import { withModuleFacts } from '../../src/classify/module-facts.ts';
import { words } from '../../src/findings/words.ts';
import type { Outcome } from '../../src/model/cell.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { CellModules } from '../../src/model/kernel-modules.ts';

const NONE: CellModules = { modules: [], ambiguous: [], forbidden: [], nowhere: [], unavailable: undefined };

function failing(args: Readonly<Record<string, string>>): Outcome {
  const finding: Finding = {
    code: 'ATTACH_TARGET_NOT_FOUND',
    rollup: 'ATTACH_TARGET_NOT_FOUND',
    group: 'kernel',
    confidence: 'medium',
    decisive: true,
    phase: 'attach',
    subject: 'probe',
    args,
    evidence: undefined,
    location: undefined,
    also: [],
  };
  return { status: 'fail', failedStage: 'attach', findings: [finding] };
}

function reported(args: Readonly<Record<string, string>>, modules: Partial<CellModules>): Finding {
  const outcome = withModuleFacts(failing(args), { ...NONE, ...modules });
  const finding = outcome.status === 'fail' ? outcome.findings[0] : undefined;
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

describe('what modules say of a missing name', () => {
  test('a guess that no module confirms is given up', () => {
    const guess = { reason: 'module_not_loaded', module: 'xfs', function: 'xfs_gone' };
    expect(reported(guess, { nowhere: ['xfs_gone'] }).args).toEqual({
      reason: 'renamed_or_removed',
      function: 'xfs_gone',
    });
    expect(reported(guess, { unavailable: 'no line' }).args).toEqual(guess);
  });

  test('a module that was kept out or did not load is the cause', () => {
    const gone = { reason: 'renamed_or_removed', function: 'show' };
    const forbidden = reported(gone, { forbidden: [{ name: 'show', module: 'nfs' }] });
    expect(forbidden).toMatchObject({ confidence: 'high', args: { reason: 'module_not_loaded', module: 'nfs' } });
    expect(words(forbidden).title).toBe('show belongs to module nfs, which is not loaded');
    expect(words(forbidden).remediation).toMatch(/modules\.forbid/);
    const several = reported(gone, { ambiguous: [{ name: 'show', modules: ['nfs', 'xfs'] }] });
    expect(words(several)).toMatchObject({
      title: 'show belongs to module nfs or xfs, which is not loaded',
      remediation: 'Name the one that is meant in modules.load of the manifest.',
    });
    const error = 'the kernel rejected it (ENOEXEC)';
    const failed = reported(gone, {
      modules: [{ name: 'nfs', reason: 'name', names: ['show'], status: 'failed', error }],
    });
    expect(words(failed).explanation).toContain(`It was sent to the guest and is not there: ${error}.`);
  });

  test('other causes stay as they are', () => {
    const inlined = { reason: 'inlined', function: 'show' };
    expect(reported(inlined, { forbidden: [{ name: 'show', module: 'nfs' }] }).args).toEqual(inlined);
    const passed: Outcome = { status: 'skipped', reason: 'elsewhere' };
    expect(withModuleFacts(passed, NONE)).toBe(passed);
  });
});
