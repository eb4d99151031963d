import { flag } from '../model/wording.ts';
import { entry, type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { arg, sentence, who } from './writer.ts';

/** What was observed when the object could already alter it. */
function alterable(f: Facts<'attaches' | 'tests'>): string {
  const { attaches, tests } = f.args;
  return [
    ...(attaches === undefined ? [] : [`how ${attaches} attached`]),
    ...(tests === undefined ? [] : [`what came of the tests (${tests})`]),
    'what the kernel logged from then on',
  ].join('; ');
}

/** What cannot be relied on, behind the failure that was reported. */
const UNRELIABLE = {
  contradiction: (why: string) =>
    `the guest reported this failure, and the rest of its response contradicts itself: ${why}`,
  unfinished: (why: string) => `the guest reported this failure and did not finish its response: ${why}`,
  stopped: (why: string) => `the load ended at this failure: ${why}`,
  left_out: (why: string) => `the guest reported ${why}, which this report leaves out`,
};

function why(f: Facts<'why'>): string {
  return arg(f, 'why', 'no reason known');
}

const runTimeMap = (line: string, maps: string | undefined): Words => ({
  title: `the kernel warned of a tracing program with a map that is not preallocated${maps === undefined ? '' : `: ${maps}`}`,
  explanation: sentence(
    `Kernels from 5.5 to 6.0 do: such a map allocates memory while the program runs, which can lock up the machine there. ${line}.`,
  ),
  remediation:
    'Drop BPF_F_NO_PREALLOC from hash maps that kprobe, tracepoint and perf_event programs use, at least before 6.1.',
});

/** Words for what was not rejected and still deserves a look, and for what no one could explain. */
export const WATCH_FINDINGS = {
  ATTACH_TARGET_INLINED: entry({
    group: 'program',
    rule: ['A function may have been inlined', 'Attach to a function that callers cannot inline.'],
    needs: ['function', 'inlined_on'],
    words: (f) => ({
      title: `${who(f)} hooks ${arg(f, 'function', 'a function')}, which other kernels of this run have inlined`,
      explanation: `It attaches here; on ${arg(f, 'inlined_on', 'other kernels')} the compiler copied the function into its callers. Calls that were copied here, too, never reach the probe.`,
      remediation: 'Hook a caller or a tracepoint, or make sure with a functional test that the probe fires.',
    }),
  }),
  KERNEL_WARNING: entry({
    group: 'kernel',
    rule: ['The kernel warned', 'Look at its console, and report it to the kernel.'],
    needs: ['line'],
    args: ['map'],
    reasons: ['oops', 'bug', 'warning', 'ubsan', 'locking', 'device_in_use', 'tainted', 'run_time_map'],
    words: (f) =>
      f.args.reason === 'run_time_map'
        ? runTimeMap(arg(f, 'line', ''), f.args.map)
        : {
            title:
              f.args.reason === 'tainted'
                ? 'the kernel marked itself as tainted while this object was checked'
                : 'the kernel printed a warning while this object was checked',
            explanation: sentence(`${arg(f, 'line', 'see the serial log')}.`),
            remediation:
              'Read the serial log of the target; report it to the kernel developers if the object brings it out.',
          },
  }),
  INSN_BUDGET_EXCEEDED: entry({
    group: 'program',
    rule: ['A program costs the verifier more than its budget', 'Simplify it, or raise the budget.'],
    needs: ['insns', 'budget', 'limit', 'percent'],
    reasons: ['instructions'],
    words: (f) => ({
      title: `the verifier needs ${arg(f, 'insns', 'too many')} instructions for ${who(f)}, the budget is ${arg(f, 'budget', 'smaller')}`,
      explanation: `This kernel stops at ${arg(f, 'limit', '1000000')}; the program uses ${arg(f, 'percent', 'much')} % of that.`,
      remediation: `Split it into global functions or tail calls, use bpf_loop, or raise the budget (${flag('max-insns')}).`,
    }),
  }),
  PRINTS_NOTHING: entry({
    group: 'program',
    rule: ['A format string that no kernel accepts', 'Use %d, %u, %x, %s, %p and their l and ll forms.'],
    needs: ['helper', 'format', 'conversion'],
    reasons: ['conversion'],
    words: (f) => ({
      title: `${who(f)} prints nothing: ${arg(f, 'helper', 'the helper')} knows no ${arg(f, 'conversion', 'such conversion')}`,
      explanation: `The helper rejects the format "${arg(f, 'format', '')}" with EINVAL each time it is called, on every kernel. The verifier does not look at it.`,
      remediation:
        'Use %d, %u, %x, %s, %p and their l and ll forms; there is no floating point in BPF, so scale the number and print its parts. Precisions and h, z, j and t are not known either.',
    }),
  }),
  RESULTS_CAN_BE_ALTERED: entry({
    group: 'object',
    rule: ['The object can alter what the guest reports', 'Trust it no more than its author.'],
    needs: ['uses'],
    args: ['attaches', 'tests'],
    reasons: ['', 'printed'],
    words: (f) => ({
      title: `observed in part while ${who(f)} could alter what the guest reports (${arg(f, 'uses', 'see the object')})`,
      explanation:
        f.args.reason === 'printed'
          ? `This loader attaches in its own order and prints everything at its end. What the object can alter: which programs were loaded; ${alterable(f)}.`
          : `It was attached last, after loading and all other attaches were recorded outside of the guest. What the object can alter: ${alterable(f)}.`,
      remediation:
        'Trust that part no more than the author of the object; SECURITY.md says what it can and cannot forge.',
    }),
  }),
  RESPONSE_UNRELIABLE: entry({
    group: 'infra',
    rule: ['A failure in a response that is not reliable otherwise', 'Fix the failure, then look at the log.'],
    needs: ['why'],
    reasons: reasonsOf(UNRELIABLE),
    words: (f) => ({
      title: ofReason(f.args.reason, UNRELIABLE)?.(why(f)) ?? UNRELIABLE.contradiction(why(f)),
      explanation:
        f.args.reason === 'left_out'
          ? 'A report holds so much of one target and no more.'
          : f.args.reason === 'stopped'
            ? 'The failure stands; whether the others load is not known.'
            : 'A reported failure stands; nothing else of this response counts.',
      remediation:
        f.args.reason === 'left_out'
          ? 'Fix those that are listed first; stages.jsonl in the directory of this target has all that was reported.'
          : f.args.reason === 'stopped'
            ? 'Fix the failure first, or declare this one as well.'
            : 'Fix the failure first, then look at the object and at the serial log of this target.',
    }),
  }),
  UNKNOWN: entry({
    group: 'infra',
    rule: ['The cause is not known', 'Look at the logs in the report, and report it.'],
    words: (f) => ({
      title: `${who(f)} failed: unclassified error${f.args.errno === undefined ? '' : ` (${f.args.errno})`}`,
      explanation: 'Neither the errno nor the logs fit a known cause.',
      remediation: 'Read the libbpf and verifier logs of this target.',
    }),
  }),
  UNSUPPORTED_TRANSPORT: entry({
    group: 'infra',
    rule: ['The kernel cannot be booted here', 'Use a profile with a kernel source.'],
    args: ['why'],
    words: (f) => ({
      title: 'no lane supports this profile',
      explanation: sentence(arg(f, 'why', 'it was not tested.')),
      remediation: 'Use a profile with a kernel source, or another runner.',
    }),
  }),
};
