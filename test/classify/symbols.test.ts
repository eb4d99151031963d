import { describe, expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import type { Stage, StageOf } from '../../src/model/evidence.ts';
import type { Finding } from '../../src/model/finding.ts';
import * as fx from '../fixtures/evidence.ts';

type Part = Partial<Omit<StageOf<'symbol'>, 'stage' | 'name'>>;

function judge(stages: Stage[], greeting = fx.hello()): Finding {
  const outcome = classify({
    evidence: fx.evidence(stages, greeting),
    attachMode: 'best-effort',
    programs: [],
    validationMode: '',
    functionalTests: [],
  });
  const finding = outcome.status === 'pass' || outcome.status === 'fail' ? outcome.findings[0] : undefined;
  if (!finding) throw new Error(`no finding: ${outcome.status}`);
  return finding;
}

/** A kprobe on `name` that was not attached, and what the guest has of the name. */
function kprobe(name: string, part: Part, errno = -2): Finding {
  const section = `kprobe/${name}`;
  const error = { [-2]: 'ENOENT', [-22]: 'EINVAL', [-99]: 'EADDRNOTAVAIL' }[errno];
  const log = `libbpf: prog 'handle_exec': failed to create kprobe '${name}+0x0' perf event: -${error}\n`;
  return judge([
    fx.open({ programs: [fx.programFacts('handle_exec', { section, type: 'kprobe' })] }),
    fx.load(),
    fx.attach('handle_exec', { section, status: 'fail', errno, log }),
    fx.symbol(name, part),
    fx.exit(),
  ]);
}

/** A program that did not load because `line` names something that is not there. */
function rejected(section: string, line: string, symbol: StageOf<'symbol'>, greeting = fx.hello()): Finding {
  return judge(
    [
      fx.open({ programs: [fx.programFacts('handle_exec', { section, type: 'tracing' })] }),
      fx.program('handle_exec', { section, status: 'fail', errno: -3, log: `libbpf: ${line}\n` }),
      symbol,
      fx.loadFailed(-3),
      fx.exit({ code: 2 }),
    ],
    greeting,
  );
}

const notInTypes = (name: string) => `prog 'handle_exec': failed to find kernel BTF type ID of '${name}': -ESRCH`;
const there = [{ type: 't', module: '' }];

describe('a function for a kprobe', () => {
  test.each([
    ['do_gone', {}, 'renamed_or_removed', 'high', {}],
    ['do_gone', { near: ['do_go', 'do_one'] }, 'renamed_or_removed', 'high', { near: 'do_go, do_one' }],
    [
      'do_it',
      { variants: ['do_it.isra.0', 'do_it.cold'] },
      'compiler_transformed',
      'high',
      { variants: 'do_it.isra.0, do_it.cold' },
    ],
    ['do_it', { btf: true }, 'inlined', 'high', {}],
    ['md_flush_request', {}, 'module_not_loaded', 'medium', { module: 'md_mod' }],
    ['security_socket_connect', {}, 'compiled_out', 'medium', { config: 'CONFIG_SECURITY_NETWORK' }],
    ['security_socket_konnect', { near: ['security_socket_connect'] }, 'renamed_or_removed', 'high', {}],
    ['sys_openat', { near: ['__x64_sys_openat'] }, 'syscall_prefix', 'high', {}],
  ] as [string, Part, string, string, Record<string, string>][])(
    '%s with %o is %s',
    (name, part, reason, confidence, args) => {
      expect(kprobe(name, part)).toMatchObject({
        code: 'ATTACH_TARGET_NOT_FOUND',
        rollup: 'UNSUPPORTED_ATTACH_TYPE',
        group: 'kernel',
        confidence,
        args: { reason, function: name, looked_for: 'function', ...args },
      });
    },
  );

  test.each([
    [{ kallsyms: there, blacklisted: true }, -22, 'ATTACH_TARGET_NOT_TRACEABLE', 'blacklisted'],
    [{ kallsyms: there, traceable: false, btf: true }, -22, 'ATTACH_TARGET_NOT_TRACEABLE', 'notrace'],
    [{ kallsyms: there, traceable: false, btf: false }, -22, 'ATTACH_TARGET_NOT_TRACEABLE', 'unlisted'],
    [{ kallsyms: [{ type: 'D', module: '' }], btf: false }, -22, 'ATTACH_TARGET_NOT_TRACEABLE', 'no_function'],
    [{ kallsyms: [...there, ...there], traceable: true }, -99, 'ATTACH_TARGET_AMBIGUOUS', 'kprobe'],
  ] as [Part, number, string, string][])('is there with %o', (part, errno, code, reason) => {
    expect(kprobe('do_it', part, errno)).toMatchObject({ code, confidence: 'high', args: { reason } });
  });

  test('lists that could not be read prove nothing', () => {
    expect(kprobe('do_gone', { kallsyms: null, btf: null })).toMatchObject({
      confidence: 'medium',
      args: { reason: 'kprobe' },
    });
  });

  test('a name that only its loader can know', () => {
    expect(kprobe('dummy_file_read', {})).toMatchObject({
      code: 'LOADER_CONTRACT',
      group: 'object',
      args: { reason: 'btf_target' },
    });
  });
});

describe('a function for fentry', () => {
  const fentry = (part: Part) =>
    rejected('fentry/do_it', notInTypes('do_it'), fx.symbol('do_it', { btf: false, ...part }));

  test('is in the kernel and not in its types', () => {
    expect(fentry({ kallsyms: there, traceable: true })).toMatchObject({
      code: 'ATTACH_TARGET_NOT_FOUND',
      confidence: 'high',
      args: { reason: 'not_in_btf' },
    });
  });

  test('is in a module without types', () => {
    expect(fentry({ kallsyms: [{ type: 't', module: 'thing' }] })).toMatchObject({
      code: 'MISSING_MODULE_BTF',
      rollup: 'MISSING_BTF',
      args: { module: 'thing' },
    });
  });

  test('a kernel without BTF is to blame before the name', () => {
    const found = rejected('fentry/do_it', notInTypes('do_it'), fx.symbol('do_it'), fx.hello({ btf: false }));
    expect(found).toMatchObject({ code: 'MISSING_BTF', rollup: 'MISSING_BTF', confidence: 'high' });
  });
});

describe('tracepoints, hooks and iterators', () => {
  const tracepoint = (name: string, part: Part) => {
    const section = `tracepoint/${name}`;
    const log = `libbpf: failed to determine tracepoint '${name}' perf event ID: -ENOENT\n`;
    return judge([
      fx.open({ programs: [fx.programFacts('handle_exec', { section })] }),
      fx.load(),
      fx.attach('handle_exec', { section, status: 'fail', errno: -2, log }),
      fx.symbol(name, { kind: 'tracepoint', ...part }),
      fx.exit(),
    ]);
  };

  test.each([
    ['block/block_rq_gone', { category: true }, 'renamed_or_removed', {}],
    ['syscalls/sys_enter_openat', { category: false }, 'compiled_out', { config: 'CONFIG_FTRACE_SYSCALLS' }],
    ['xfs/xfs_iomap', { category: false }, 'module_not_loaded', { module: 'xfs' }],
    ['nothing/like_it', { category: false }, 'renamed_or_removed', { missing_category: 'nothing' }],
    ['block/block_rq_gone', { category: null }, 'tracepoint', {}],
  ] as [string, Part, string, Record<string, string>][])('%s with %o', (name, part, reason, args) => {
    expect(tracepoint(name, part).args).toMatchObject({ reason, ...args });
  });

  test.each([
    ['lsm/file_gone', 'lsm_hook', 'bpf_lsm_file_gone', { near: ['file_open'] }, 'renamed_or_removed'],
    ['lsm/file_open', 'lsm_hook', 'file_open', {}, 'compiled_out'],
    ['tp_btf/sched_gone', 'raw_tracepoint', 'sched_gone', { near: ['sched_switch'] }, 'renamed_or_removed'],
    ['iter/dmabuf', 'iterator', 'dmabuf', {}, 'kernel_too_old'],
    ['iter/tcp', 'iterator', 'bpf_iter_tcp', {}, 'compiled_out'],
    ['iter/nothing', 'iterator', 'nothing', {}, 'renamed_or_removed'],
  ] as [string, string, string, Part, string][])('%s', (section, kind, name, part, reason) => {
    const expected = section.split('/')[1] ?? '';
    const found = rejected(section, notInTypes(expected), fx.symbol(name, { kind, btf: false, ...part }));
    expect(found).toMatchObject({ code: 'ATTACH_TARGET_NOT_FOUND', args: { reason, function: expected } });
  });
});

describe('functions and variables that the object names', () => {
  const kfunc = (part: Part, weak = false) =>
    rejected(
      'xdp',
      "extern (func ksym) 'bpf_thing': not found in kernel or module BTFs",
      fx.symbol('bpf_thing', { kind: 'kfunc', ...part }),
      fx.hello({ btf: !weak }),
    );

  test('a kfunc', () => {
    expect(kfunc({ near: ['bpf_think'] })).toMatchObject({
      code: 'MISSING_KFUNC',
      confidence: 'high',
      subject: 'bpf_thing',
      args: { reason: 'strong', near: 'bpf_think' },
    });
    expect(kfunc({ kallsyms: there }).args['reason']).toBe('not_in_btf');
    expect(kfunc({ kallsyms: [{ type: 't', module: 'm' }] })).toMatchObject({ code: 'MISSING_MODULE_BTF' });
    expect(kfunc({}, true)).toMatchObject({ code: 'MISSING_BTF', confidence: 'high' });
  });

  test('a variable', () => {
    const line = "extern (var ksym) 'jiffies_64': not found in kernel BTF";
    const found = rejected(
      'xdp',
      line,
      fx.symbol('jiffies_64', { kind: 'variable', kallsyms: [{ type: 'D', module: '' }] }),
    );
    expect(found).toMatchObject({ code: 'UNRESOLVED_KSYM', args: { reason: 'not_in_btf', symbol: 'jiffies_64' } });
  });

  test('the list of externs confirms, and says what would be missing next', () => {
    const extern = (name: string, present: boolean, weak = false) =>
      ({ name, kind: 'kconfig', weak, present, module: '' }) as const;
    const found = judge([
      fx.open(),
      fx.program('handle_exec', {
        status: 'fail',
        errno: -3,
        log: "libbpf: extern 'CONFIG_A' (strong): not resolved\n",
      }),
      {
        stage: 'externs',
        externs: [
          extern('CONFIG_A', false),
          extern('CONFIG_B', false),
          extern('CONFIG_C', false, true),
          extern('CONFIG_D', true),
        ],
      },
      fx.loadFailed(-3),
      fx.exit({ code: 2 }),
    ]);
    expect(found).toMatchObject({
      code: 'UNRESOLVED_KCONFIG',
      confidence: 'high',
      subject: 'CONFIG_A',
      also: ['CONFIG_B'],
    });
  });
});
