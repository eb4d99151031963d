import { describe, expect, test } from 'vitest';
import { acrossKernels } from '../../src/classify/across.ts';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { words } from '../../src/findings/words.ts';
import type { CellResult } from '../../src/model/cell.ts';
import type { Evidence, Stage } from '../../src/model/evidence.ts';
import type { Finding } from '../../src/model/finding.ts';
import * as fx from '../fixtures/evidence.ts';
import { infra, kernelRecord, requested, result } from '../fixtures/run.ts';

const RELEASES = ['5.10.0-46-cloud-amd64', '6.1.0-56-cloud-amd64', '6.12.117-amd64', '7.3.4-amd64'];

/** One object on four kernels, oldest last: the order of the matrix is not the order of age. */
function run(evidence: (release: string, index: number) => Evidence, artifact = 0): CellResult[] {
  return RELEASES.map((release, index) =>
    requested({ artifact, target: index }, evidence(release, index), `k-${release.split('.').slice(0, 2).join('.')}`),
  ).reverse();
}

function findings(results: readonly CellResult[]): (Finding | undefined)[] {
  return [...results].reverse().map(({ outcome }) => {
    return outcome.status === 'pass' || outcome.status === 'fail' ? outcome.findings[0] : undefined;
  });
}

const reject = (log: string) => (release: string) => fx.verifierFailure(log, fx.hello({ release }), -22);
const good = (release: string) => fx.passing(fx.hello({ release }));
const nullCheck = reject("R0 invalid mem access 'map_value_or_null'\n");

describe('the same cause everywhere', () => {
  test('a missing helper on all kernels is not an incompatibility', () => {
    const found = findings(acrossKernels(run(reject('invalid func unknown#999\n'))));
    for (const finding of found) {
      expect(finding).toMatchObject({ code: 'UNSUPPORTED_HELPER', group: 'object', args: { everywhere: '4' } });
      const { title, explanation } = words(finding as Finding);
      expect(title).toBe('no kernel of this run has helper number 999');
      expect(explanation).toMatch(/the same on all 4 kernels/);
    }
  });

  test('what the source must change stays with the program', () => {
    expect(findings(acrossKernels(run(nullCheck)))[0]).toMatchObject({
      group: 'program',
      args: { everywhere: '4', reason: 'null_check' },
    });
  });

  test('one kernel alone is not everywhere, and a newer one that said nothing forbids the word', () => {
    const one = run(reject('invalid func unknown#999\n')).slice(0, 1);
    expect(findings(acrossKernels(one))[0]?.args).not.toHaveProperty('everywhere');
    const silent = {
      ...result({ artifact: 0, target: 9 }, infra()),
      evidence: undefined,
      kernel: kernelRecord('k-8.0', '8.0.1-amd64'),
    };
    const results = acrossKernels([...run(reject('invalid func unknown#999\n')), silent]);
    expect(findings(results.slice(0, 4))[0]?.args).not.toHaveProperty('everywhere');
  });

  test('programs that cannot share one map are told apart', () => {
    const shares = (program: string) =>
      makeFinding({
        code: 'TAIL_CALL_INCOMPATIBLE',
        confidence: 'medium',
        phase: 'load',
        subject: 'jumps',
        args: { map: 'jumps', program, owner: 'first', owner_section: 'cgroup/connect4' },
      });
    const results = run(good).map((cell) => {
      const oldest = cell.kernel?.release === RELEASES[0];
      const found = oldest ? [shares('sockets')] : [shares('sockets'), shares('connects')];
      return { ...cell, outcome: { status: 'fail', failedStage: 'load', findings: found } as const };
    });
    const newest = acrossKernels(results)[0]?.outcome;
    const [sockets, connects] = newest?.status === 'fail' ? newest.findings : [];
    expect(sockets?.args).toMatchObject({ everywhere: '4' });
    expect(connects?.args).not.toHaveProperty('everywhere');
    expect(connects?.args).toMatchObject({ lastGood: 'k-5.10', firstBad: 'k-6.1' });
  });

  test('objects are not mixed', () => {
    const mixed = acrossKernels([...run(nullCheck), ...run(good, 1)]);
    expect(findings(mixed.slice(0, 4))[3]?.args).toMatchObject({ everywhere: '4' });
  });
});

describe('from some kernel on', () => {
  test('a removed function', () => {
    const results = acrossKernels(
      run((release, index) => (index === 3 ? fx.missingFentry(release) : goodFentry(release))),
    );
    expect(findings(results)[3]).toMatchObject({
      code: 'ATTACH_TARGET_NOT_FOUND',
      group: 'kernel',
      args: { reason: 'removed', lastGood: 'k-6.12', firstBad: 'k-7.3', existsOn: 'k-5.10, k-6.1, k-6.12' },
    });
  });

  test('a missing type names the first good kernel', () => {
    const results = acrossKernels(run((release, index) => (index === 0 ? fx.missingRingbuf(release) : good(release))));
    expect(findings(results)[0]).toMatchObject({
      code: 'UNSUPPORTED_MAP_TYPE',
      group: 'kernel',
      args: { firstGood: 'k-6.1' },
    });
  });

  test('a program that newer verifiers take as it is', () => {
    const results = acrossKernels(run((release, index) => (index < 2 ? nullCheck(release) : good(release))));
    const [first] = findings(results);
    expect(first).toMatchObject({
      group: 'program',
      args: { reason: 'verifier_precision', proof: 'null_check', firstGood: 'k-6.12' },
    });
    expect(words(first as Finding).remediation).toMatch(/^Help this verifier: check the pointer for NULL/);
  });

  test('a context field that older kernels do not have is not about precision', () => {
    const ctx = reject('invalid bpf_context access off=192 size=8\n');
    const results = acrossKernels(run((release, index) => (index < 2 ? ctx(release) : good(release))));
    expect(findings(results)[0]?.args).toMatchObject({ reason: 'ctx_access', firstGood: 'k-6.12' });
  });

  test('only in the middle', () => {
    const results = acrossKernels(run((release, index) => (index === 2 ? nullCheck(release) : good(release))));
    expect(findings(results)[2]?.args).toMatchObject({
      regression: 'true',
      lastGood: 'k-6.1',
      firstGood: 'k-7.3',
      reason: 'null_check',
    });
  });

  test('a kernel that fails otherwise proves nothing', () => {
    const results = acrossKernels(
      run((release, index) =>
        index === 3 ? reject('infinite loop detected at insn 3\n')(release) : nullCheck(release),
      ),
    );
    expect(findings(results)[0]?.args).not.toHaveProperty('firstGood');
    expect(findings(results)[0]?.args).not.toHaveProperty('everywhere');
  });
});

/** A scheduler that calls a function of the kernel which is not there, beside those that are (`near`). */
function scheduler(release: string, near: string[]): Evidence {
  const warning = "extern (func ksym) 'scx_bpf_switch_all': not found in kernel or module BTFs";
  const section = 'struct_ops.s/start';
  return fx.evidence(
    [
      fx.open({ programs: [fx.programFacts('start', { section })] }),
      fx.symbol('scx_bpf_switch_all', { kind: 'kfunc', kallsyms: [], btf: false, near }),
      fx.program('start', { status: 'fail', section, errno: -22, log: `libbpf: ${warning}\n` }),
      fx.loadFailed(-22, { log: `libbpf: ${warning}\n` }),
      fx.exit({ code: 2 }),
    ],
    fx.hello({ release }),
  );
}

describe('a function that age seems to explain', () => {
  test('a kernel that has all of its kind lacks it as well: no kernel has it', () => {
    const results = run((release, index) => scheduler(release, index === 3 ? ['scx_bpf_kick_cpu'] : []));
    expect(findings(results)[0]?.args).toMatchObject({ reason: 'kernel_too_old', since: '6.12' });
    for (const finding of findings(acrossKernels(results))) {
      expect(finding).toMatchObject({ code: 'MISSING_KFUNC', group: 'object', args: { everywhere: '4' } });
      expect(finding?.args).not.toHaveProperty('since');
      expect(words(finding as Finding).remediation).not.toMatch(/newer kernels/);
    }
  });

  test('a kernel that has it shows that age may be why', () => {
    const found = findings(
      acrossKernels(
        run((release, index) =>
          index === 2 ? good(release) : scheduler(release, index === 3 ? ['scx_bpf_kick_cpu'] : []),
        ),
      ),
    );
    expect(found[0]?.args).toMatchObject({ reason: 'kernel_too_old', since: '6.12' });
  });
});

test('thousands of failing programs on a dozen kernels take no time', () => {
  const names = Array.from({ length: 1500 }, (_, index) => `p${index}`);
  const results = Array.from({ length: 12 }, (_, index) => {
    const stages = [
      fx.open({ programs: names.map((name) => fx.programFacts(name)) }),
      ...names.map((name) => fx.rejected(name, `R1 invalid mem access 'scalar'\n`)),
      fx.loadFailed(),
      fx.exit({ code: 2 }),
    ];
    return requested(
      { artifact: 0, target: index },
      fx.evidence(stages, fx.hello({ release: `6.${index}.0` })),
      `k-${index}`,
    );
  });
  // Of the processor: a busy machine is slow as well.
  const before = process.cpuUsage();
  expect(findings(acrossKernels(results))[0]?.args).toMatchObject({ everywhere: '12' });
  const { user } = process.cpuUsage(before);
  expect(user / 1e6).toBeLessThan(10);
});

test('thousands of names that are not there on a dozen kernels take no time', () => {
  const lacks = (reason: 'kernel_too_old' | 'strong', index: number) =>
    makeFinding({
      code: 'MISSING_KFUNC',
      confidence: 'medium',
      phase: 'load',
      subject: `bpf_f${index}`,
      args: { reason, function: `bpf_f${index}` },
    });
  const results = Array.from({ length: 12 }, (_, target) => {
    const found = Array.from({ length: 3000 }, (__, index) =>
      lacks(target === 11 ? 'strong' : 'kernel_too_old', index),
    );
    const cell = requested({ artifact: 0, target }, fx.passing(fx.hello({ release: `6.${target}.0` })), `k-${target}`);
    return { ...cell, outcome: { status: 'fail', failedStage: 'load', findings: found } as const };
  });
  const before = process.cpuUsage();
  expect(findings(acrossKernels(results))[0]?.args).toMatchObject({ reason: 'strong' });
  const { user } = process.cpuUsage(before);
  expect(user / 1e6).toBeLessThan(10);
});

const kprobe = 'kprobe/do_thing';

function kprobeOn(release: string, missing: Partial<ReturnType<typeof fx.symbol>> | undefined): Evidence {
  const attach: Stage[] = missing
    ? [
        fx.attach('handle_exec', {
          section: kprobe,
          status: 'fail',
          errno: -2,
          log: "libbpf: prog 'handle_exec': failed to create kprobe 'do_thing+0x0' perf event: -ENOENT\n",
        }),
        fx.symbol('do_thing', missing),
      ]
    : [fx.attach('handle_exec', { section: kprobe })];
  return fx.evidence(
    [fx.open({ programs: [fx.programFacts('handle_exec', { section: kprobe })] }), fx.load(), ...attach, fx.exit()],
    fx.hello({ release }),
  );
}

describe('functions', () => {
  test('inlined on every other kernel: a hook that may miss calls', () => {
    const results = acrossKernels(run((release, index) => kprobeOn(release, index === 0 ? undefined : { btf: true })));
    expect(findings(results)[0]).toMatchObject({
      code: 'ATTACH_TARGET_INLINED',
      confidence: 'low',
      args: { function: 'do_thing', inlined_on: 'k-6.1, k-6.12, k-7.3' },
    });
    expect([...results].reverse()[0]?.outcome.status).toBe('pass');
  });

  test('a module of another kernel explains why it is gone', () => {
    const modules = { kallsyms: [{ type: 't', module: 'thing' }], btf: false, traceable: true };
    const results = acrossKernels(run((release, index) => kprobeOn(release, index === 0 ? modules : {})));
    expect(findings(results)[3]?.args).toMatchObject({ reason: 'module_not_loaded', module: 'thing' });
  });
});

function goodFentry(release: string): Evidence {
  const section = 'fentry/do_unlinkat';
  return fx.evidence(
    [
      fx.open({ programs: [fx.programFacts('on_unlink', { section, type: 'tracing' })] }),
      fx.program('on_unlink', { section }),
      fx.load(),
      fx.attach('on_unlink', { section }),
      fx.exit(),
    ],
    fx.hello({ release }),
  );
}
