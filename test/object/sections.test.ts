import { expect, test } from 'vitest';
import { attachKind } from '../../src/object/first-kernel.ts';
import { nearSections } from '../../src/object/near-sections.ts';
import { sectionKind } from '../../src/object/sections.ts';

test.each([
  ['kprobe/do_exit', 'kprobe', '', 'do_exit'],
  ['kprobe', 'kprobe', '', ''],
  ['kprobe.multi/tcp_*', 'kprobe', 'trace_kprobe_multi', 'tcp_*'],
  ['fentry.s/do_exit', 'tracing', 'trace_fentry', 'do_exit'],
  ['tp/sched/sched_switch', 'tracepoint', '', 'sched/sched_switch'],
  ['xdp.frags/devmap', 'xdp', 'xdp_devmap', ''],
  ['tc/ingress', 'sched_cls', 'tcx_ingress', ''],
  ['?struct_ops.s/init', 'struct_ops', '', 'init'],
  ['iter/task', 'tracing', 'trace_iter', 'task'],
  ['uprobe//bin/sh:main', 'kprobe', '', '/bin/sh:main'],
])('%s is known to libbpf', (section, type, attachType, target) => {
  expect(sectionKind(section)).toMatchObject({ known: true, type, attachType, target });
});

test.each([
  ['xdp/one', 'xdp'],
  ['classifier/ingress', 'sched_cls'],
  ['tc_ingress', 'sched_cls'],
  ['socket1', 'socket_filter'],
  ['kprobes/x', ''],
  ['filter', ''],
  ['constructor', ''],
])('%s is not', (section, type) => {
  expect(sectionKind(section)).toMatchObject({ known: false, type });
});

test('flags', () => {
  expect(sectionKind('lsm.s/file_open')).toMatchObject({ sleepable: true, btfTarget: true });
  expect(sectionKind('xdp.frags')).toMatchObject({ frags: true, attachTypeOptional: false });
  expect(sectionKind('xdp')).toMatchObject({ frags: false, attachTypeOptional: true });
  expect(sectionKind('usdt/bin:provider:name')).toMatchObject({ usdt: true });
});

test.each([
  ['kprobe.multi/x', { kind: 'kprobe.multi', since: '5.18' }],
  ['?tcx/ingress', { kind: 'tcx', since: '6.6' }],
  ['cgroup/connect_unix', { kind: 'cgroup unix', since: '6.7' }],
  ['xdp', undefined],
  ['kprobe/x', undefined],
])('what %s needs beyond its type', (section, kind) => {
  expect(attachKind(section)).toEqual(kind);
});

test.each([
  ['cgroup/connect', ['cgroup/connect4', 'cgroup/connect6', 'cgroup/connect_unix']],
  ['?cgroup/sendmsg', ['cgroup/sendmsg4', 'cgroup/sendmsg6', 'cgroup/sendmsg_unix']],
  ['tracepiont', ['tracepoint']],
  ['kprobes/do_exit', ['kprobe']],
  ['cgroup/bind5', []],
  ['sockops/main', ['sockops']],
  ['classifier/ingress', ['classifier']],
  ['tp_btf_sched_switch', ['tp_btf/sched_switch']],
  ['tp_sched_switch', ['tp/CATEGORY/sched_switch']],
  ['kprobe_', ['kprobe']],
  ['bpfcompat_hook', []],
  ['x', []],
])('what %s may mean', (section, similar) => {
  expect(nearSections(section)).toEqual(similar);
});
