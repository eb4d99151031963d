import type { StageOf } from '../model/evidence.ts';
import { embeddedVerifierLog } from './libbpf-log.ts';
import { matchLine, type RuleMatch, type TextRule } from './rules/rule.ts';

const MAX_LINE = 1024;
const MAX_SOURCE = 120;
/** Lines looked at, counted from the end: the cause stands within the last few. */
const MAX_LINES = 4000;

/** Lines of a verifier log that are never the cause: statistics, states, instructions, source text. */
const NOISE = oneOf([
  /^\s*$/,
  /^processed \d+ insns/,
  /^insns processed /,
  /^verification time/,
  /^stack depth /,
  /^subprog \d+ \(/,
  /^(?:mark_precise|last_idx|propagating|regs=|parent |caller:|callee:|frame\d* ?\d*:|from \d+ to \d+)/,
  /^(?:\d+: )?\s*(?:frame\d+: )?(?:R\d+(?:_\w+)?=|fp-\d+(?:_\w+)?=|refs=)/,
  /^\d+: (?:\([0-9a-f]{2}\) |safe$|<invalid)/,
  /^;/,
  /^(?:func#\d+ @|Func#\d+ |Validating |(?:Unrecognized )?arg#\d+ (?:reference type|type )|max_states|Live regs before insn|\s)/,
  // What leaks is named right above it.
  /^BPF_EXIT instruction in main prog would lead to reference leak$/,
  /^\[\.\.\. \d+ bytes left out \.\.\.\]$/,
]);

/** One pattern for what several say: a log has thousands of lines, and a run thousands of logs. */
function oneOf(patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => `(?:${source})`).join('|'));
}

export interface VerifierLog {
  /** Lines of the log up to the block that 7.3 appends. */
  readonly lines: readonly string[];
  /** `Memory Safety` and `Invalid access` of `Verification failed: Memory Safety: Invalid access` (since 7.3). */
  readonly category: string | undefined;
  readonly problem: string | undefined;
  /** `conn.bpf.c:42` of the block's `At:` section. */
  readonly at: string | undefined;
  /** Instruction of the block's `Instruction context:`, as the verifier counts. */
  readonly insn: string | undefined;
}

/**
 * The whole text the kernel wrote for a program, with a mark where a part of it was left out. Of a text with a gap only
 * whole lines are kept: the end of a line of source may read like a word of the kernel's.
 */
export function verifierText(stage: StageOf<'program'>): string {
  const { verifier_log_head: head, verifier_log_tail: tail, verifier_log_dropped: dropped } = stage;
  if (head === '' && tail === '') return embeddedVerifierLog(stage.log);
  if (dropped === 0) return tail.startsWith(head) ? tail : head + tail;
  // A kernel that ran out of room left out the beginning, so that the first line may be a part of one, too.
  const begun = afterFirstLine(head.slice(0, head.lastIndexOf('\n') + 1));
  return `${begun}[... ${dropped} bytes left out ...]\n${afterFirstLine(tail)}`;
}

function afterFirstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? '' : text.slice(end + 1);
}

/** Splits a log into the classic lines and the block of 7.3. */
export function parseVerifierLog(text: string): VerifierLog {
  const lines = text.split('\n').map((line) => line.slice(0, MAX_LINE).trimEnd());
  const block = lines.findIndex((line) => line.startsWith('Verification failed: '));
  if (block < 0) return { lines, category: undefined, problem: undefined, at: undefined, insn: undefined };
  const [, category, problem] = /^Verification failed: ([^:]+): (.+)$/.exec(lines[block] ?? '') ?? [];
  const heading = lines.findIndex((line, index) => index > block && /^At:\s*$/.test(line));
  const at = heading < 0 ? undefined : /([^\s@:]+:\d+)(?::\d+)?\s*$/.exec(lines[heading + 1] ?? '')?.[1];
  const context = lines.findIndex((line, index) => index > block && /^\s+Instruction context:\s*$/.test(line));
  const marked = context < 0 ? undefined : lines.slice(context).find((line) => /^\s*>>>\s+\d+ \|/.test(line));
  const insn = /(\d+) \|/.exec(marked ?? '')?.[1];
  return { lines: lines.slice(0, block), category, problem, at, insn };
}

/** Indices of lines that may be the cause, the last of them first. */
function candidates(lines: readonly string[]): number[] {
  const found: number[] = [];
  for (let i = lines.length - 1; i >= 0 && lines.length - i <= MAX_LINES; i--) {
    const line = lines[i] ?? '';
    if (!NOISE.test(line)) found.push(i);
  }
  return found;
}

/** The nearest source line above the cause: 6.9 and later print `; text @ file.c:LINE`, 5.0 to 6.8 the text alone. */
function sourceAbove(lines: readonly string[], cause: number): { source?: string; source_text?: string } {
  for (let i = cause; i >= 0 && cause - i < 200; i--) {
    const match = /^; (.*?)(?: @ ([^\s:]+:\d+))?$/.exec(lines[i] ?? '');
    if (!match?.[1]) continue;
    return { source_text: match[1].slice(0, MAX_SOURCE), ...(match[2] !== undefined && { source: match[2] }) };
  }
  return {};
}

/** The instruction the verifier stood at: the last one it printed above the cause. */
function insnAbove(lines: readonly string[], cause: number): string | undefined {
  for (let i = cause; i >= 0 && cause - i < 200; i--) {
    const insn = /^(\d+): \([0-9a-f]{2}\)/.exec(lines[i] ?? '')?.[1];
    if (insn !== undefined) return insn;
  }
  return undefined;
}

/** A helper that is rejected at this place is not always named by the message. */
function calledBy({ rule }: RuleMatch, lines: readonly string[], cause: number): { helper?: string; id?: string } {
  return rule.code === 'HELPER_NOT_ALLOWED' && rule.reason === 'context' ? callAbove(lines, cause) : {};
}

/** The call the verifier stood at: number and name of the helper, as `12: (85) call bpf_d_path#147` prints them. */
function callAbove(lines: readonly string[], cause: number): { helper?: string; id?: string } {
  for (let i = cause; i >= 0 && cause - i < 200; i--) {
    const line = lines[i] ?? '';
    if (!/^\d+: \([0-9a-f]{2}\)/.test(line)) continue;
    const [, helper, id] = /^\d+: \(85\) call (\w+)#(\d+)/.exec(line) ?? [];
    return helper === undefined || id === undefined || helper === 'unknown' ? {} : { helper, id };
  }
  return {};
}

export interface VerifierCause {
  /** undefined: there is text, but no rule knows it. */
  readonly match: RuleMatch | undefined;
  readonly line: string;
  /** What the log says about where it happened and, since 7.3, of what kind it is. */
  readonly args: Readonly<Record<string, string>>;
}

/**
 * A global function with a pointer to something without a size: of other functions the same words are a note, so that they
 * count where they follow the name of a function that is checked on its own, and nothing else was said.
 */
function unsizedArgument(rules: readonly TextRule[], log: VerifierLog): VerifierCause | undefined {
  const at = log.lines.findLastIndex((line) => /^arg#\d+ reference type\('/.test(line));
  const above = log.lines[at - 1] ?? '';
  if (at < 1 || !above.startsWith('Validating ')) return undefined;
  const match = matchLine(rules, `${above} ${log.lines[at]}`);
  return match && { match, line: match.line, args: describe(log, at) };
}

/**
 * The line that says why the verifier rejected the program, tried from the last meaningful line upwards; undefined when the log has
 * no meaningful line. Instruction dumps, register states and source text are never looked at.
 */
export function verifierCause(rules: readonly TextRule[], text: string): VerifierCause | undefined {
  const log = parseVerifierLog(text);
  const order = candidates(log.lines);
  const last = order[0];
  if (last === undefined) return unsizedArgument(rules, log);
  for (const index of order) {
    const match = matchLine(rules, log.lines[index] ?? '');
    if (match)
      return { match, line: match.line, args: { ...calledBy(match, log.lines, index), ...describe(log, index) } };
  }
  return { match: undefined, line: log.lines[last] ?? '', args: describe(log, last) };
}

function describe(log: VerifierLog, index: number): Record<string, string> {
  const above = sourceAbove(log.lines, index);
  const source = log.at ?? above.source;
  const insn = insnAbove(log.lines, index) ?? log.insn;
  return {
    ...(insn !== undefined && { insn }),
    ...(above.source_text !== undefined && { source_text: above.source_text }),
    ...(source !== undefined && { source }),
    ...(log.category !== undefined && { category: log.category }),
    ...(log.problem !== undefined && { problem: log.problem }),
  };
}
