import type { ReasonOf } from '../findings/findings.ts';
import type { Outcome } from '../model/cell.ts';
import { type Evidence, firstStage, stagesOf } from '../model/evidence.ts';
import { decisiveOf, type Finding } from '../model/finding.ts';
import type { KernelLog } from '../model/kernel-log.ts';
import { flag } from '../model/wording.ts';
import { asCauses, makeFinding } from './make-finding.ts';

const MAX_FINDINGS = 5;
const MAX_TEXT = 256 * 1024;
const MAX_LINE = 300;

/** What a kernel prints when something went wrong inside of it, with the words for the reason. */
const TROUBLE: readonly (readonly [reason: ReasonOf<'KERNEL_WARNING'>, line: RegExp])[] = [
  ['oops', /^(?:Oops: |general protection fault|Internal error: |Unable to handle kernel )/],
  ['bug', /^(?:BUG: (?!workqueue lockup)|kernel BUG at |KASAN: |BUG KASAN)/],
  // Since 6.18 the place comes before the CPU. Boot messages that only begin with the word name neither.
  ['warning', /^WARNING: (?:CPU: \d+ PID: \d+ at |.*\bat \S+\+0x|.*CPU#\d+: )/],
  ['ubsan', /^UBSAN: /],
  ['locking', /^WARNING: (?:possible |suspicious |inconsistent |bad unlock)/],
  ['device_in_use', /^unregister_netdevice: waiting for /],
];

/** A line without time stamp and thread, as `dmesg` prints them. */
function plain(line: string): string {
  return line
    .replace(/^\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?/, '')
    .slice(0, MAX_LINE)
    .trim();
}

/** Begins what a WARN prints; the words of the warning, if it has any, are the next line. */
const CUT = /^-{4,}\[ cut here \]/;
/** What kernels 5.5 to 6.0 say of tracing programs with maps that are not preallocated. */
const RUN_TIME_MAP = /^trace type BPF program uses run-time allocation$/;
const PREALLOCATED = /can only use preallocated hash map/;

/** The same trouble at another address or on another CPU is the same. */
function keyOf(line: string): string {
  return line.replace(/\d+/g, '0').replace(/0x[0-9a-f]+/g, '0x0');
}

/** Only waits, which a slow machine makes longer: a note. Everything else of these is a fault of the kernel. */
const WAITS: ReadonlySet<string> = new Set(['device_in_use']);

/**
 * Warnings, bugs and oopses that a kernel printed while an object was checked. An object that makes a kernel stumble does
 * not run well there, whatever loading and attaching said. Lock-ups and stalls are left out, because a slow machine
 * makes them.
 */
export function consoleFindings(consoleTail: string): Finding[] {
  const found = new Map<string, Finding>();
  const lines = consoleTail.slice(-MAX_TEXT).split('\n').map(plain);
  const words = warnWords(lines);
  for (const line of lines) {
    const kind = TROUBLE.find(([, pattern]) => pattern.test(line))?.[0];
    if (kind === undefined || found.has(keyOf(line))) continue;
    const reason = RUN_TIME_MAP.test(words.get(keyOf(line)) ?? '') ? 'run_time_map' : kind;
    if (found.size >= MAX_FINDINGS) break;
    found.set(
      keyOf(line),
      makeFinding({
        code: 'KERNEL_WARNING',
        confidence: 'high',
        phase: 'infra',
        subject: /\b([\w.]{1,128})\+0x[0-9a-f]+\//.exec(line)?.[1],
        args: { reason, line },
        evidence: { text: line, origin: 'console' },
      }),
    );
  }
  return [...found.values()];
}

/** What the kernel printed between the cut and the place of a warning, by the line with the place. */
function warnWords(lines: readonly string[]): Map<string, string> {
  const words = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const place = lines[index + 2];
    if (CUT.test(line) && place !== undefined) words.set(keyOf(place), lines[index + 1] ?? '');
  }
  return words;
}

/** The verifier rejects one program for what the kernel warns about in the others. */
function saidAlready({ args }: Finding, findings: readonly Finding[]): boolean {
  return (
    args['reason'] === 'run_time_map' &&
    findings.some(({ decisive, evidence }) => decisive && PREALLOCATED.test(evidence?.text ?? ''))
  );
}

/** Flags of `/proc/sys/kernel/tainted` that stand for trouble, with their letters; no one can take them back. */
const TAINTS: readonly (readonly [bit: number, letter: string, meaning: string])[] = [
  [5, 'B', 'a bad page'],
  [7, 'D', 'an oops'],
  [9, 'W', 'a warning'],
];

/** Trouble that the flags show and no line is left of: a flooded log, or a console that was muted. */
function taintFinding(logs: readonly KernelLog[]): Finding[] {
  const gained = TAINTS.filter(([bit]) =>
    logs.some(({ taint_before: before, taint_after: after }) => ((after & ~before) >>> bit) & 1),
  );
  if (gained.length === 0) return [];
  const flags = gained.map(([, letter, meaning]) => `${letter} (${meaning})`).join(', ');
  const line = `/proc/sys/kernel/tainted gained ${flags}`;
  return [
    makeFinding({
      code: 'KERNEL_WARNING',
      confidence: 'high',
      phase: 'infra',
      args: { reason: 'tainted', line },
      evidence: { text: line, origin: 'taint flags' },
    }),
  ];
}

const isNote = ({ args }: Finding): boolean => WAITS.has(args['reason'] ?? '');

/** What the kernel said on the way and at the end, in its own log: no process can write there in its name. */
export function kernelLines(evidence: Evidence): string[] {
  return logsOf(evidence).flatMap(({ lines }) => lines);
}

function logsOf(evidence: Evidence): KernelLog[] {
  const kernel = firstStage(evidence, 'exit')?.kernel;
  // What it said before a command could hide it has been reported on the way.
  return [...stagesOf(evidence, 'kernel').map((stage) => stage.kernel), ...(kernel ? [kernel] : [])];
}

/** What the kernel said. Commands may write to the console and mute it, so its word counts only where none ran. */
function kernelFindings(evidence: Evidence, console: string): Finding[] {
  const kernel = firstStage(evidence, 'exit')?.kernel;
  const commands = stagesOf(evidence, 'functional').some(({ command }) => command !== '');
  const logs = logsOf(evidence);
  const found = consoleFindings(
    [...kernelLines(evidence), ...(kernel !== undefined && commands ? [] : [console])].join('\n'),
  );
  return [...found, ...(found.some((one) => !isNote(one)) ? [] : taintFinding(logs))];
}

const REFUSED = `what the kernel said while the object was checked could not be read: /dev/kmsg or /proc/sys/kernel/tainted denied it, as a program that is attached to an LSM hook can make them; let that program leave the first process alone, or check it without attaching (${flag('validation-mode')} load_only)`;

/** A result with what the kernel said meanwhile: a pass during which it stumbled, or no one could see it, is none. */
export function withConsole(outcome: Outcome, console: string, evidence: Evidence): Outcome {
  if (outcome.status !== 'pass' && outcome.status !== 'fail') return outcome;
  const found = kernelFindings(evidence, console);
  const causes = asCauses(found.filter((finding) => !isNote(finding) && !saidAlready(finding, outcome.findings)));
  const warnings = [...outcome.findings.filter(({ decisive }) => !decisive), ...found.filter(isNote)];
  const findings = [...decisiveOf(outcome.findings), ...causes, ...warnings];
  if (outcome.status === 'pass' && causes.length === 0 && firstStage(evidence, 'exit')?.kernel?.refused) {
    return { status: 'infra_error', cause: 'protocol', message: REFUSED };
  }
  if (outcome.status === 'fail' || causes.length === 0) return { ...outcome, findings };
  return { status: 'fail', failedStage: 'validation', findings };
}
