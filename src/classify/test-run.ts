/**
 * First kernels that run programs of a type by BPF_PROG_TEST_RUN. Types that are older than every kernel we test
 * have 4.12, when the command came.
 */
const SINCE: Readonly<Record<string, string>> = {
  socket_filter: '4.12',
  sched_cls: '4.12',
  sched_act: '4.12',
  xdp: '4.12',
  cgroup_skb: '4.12',
  lwt_in: '4.12',
  lwt_out: '4.12',
  lwt_xmit: '4.12',
  lwt_seg6local: '4.18',
  flow_dissector: '5.1',
  tracing: '5.7',
  raw_tracepoint: '5.10',
  sk_lookup: '5.13',
  syscall: '5.14',
  netfilter: '6.4',
};

/** The kernel since which programs of a type can be run; undefined: no kernel can. */
export function testRunSince(programType: string): string | undefined {
  return SINCE[programType];
}
