import { matchLine, type RuleMatch, type TextRule } from './rules/rule.ts';

const MAX_LINE = 2048;
/** libbpf's own lines and no line that only holds their words, as names and source text may. */
const BEGIN = /^(?:libbpf: )?(?:prog '[^']*': )?-- BEGIN (PROG|BTF) LOAD LOG ---?$/m;
/** The log about a program has no line break at its end when the kernel ran out of room, as within an instruction. */
const ENDS: Readonly<Record<string, RegExp>> = {
  PROG: /^(?!;|[\s>]*\d+ \|).*-- END PROG LOAD LOG --$/,
  BTF: /^-- END BTF LOAD LOG --$/,
};
/** What stands below is the rest of a line. */
const GAP = /^\[\d+ bytes left out\]$/;

/** A log of another loader is cut at its beginning when it is longer: what stands above an END mark is the kernel's text. */
const CUT_FROM = 64 * 1024;

/** The mark that ends the kernel's text with which a cut log begins; undefined for all others. */
function tornEnd(log: string): RegExp | undefined {
  if (log.length < CUT_FROM) return undefined;
  const lines = log.split('\n');
  const end = lines.findIndex((line) => ENDS['PROG']?.test(line));
  return end >= 0 && !lines.slice(0, end).some((line) => BEGIN.test(line)) ? ENDS['PROG'] : undefined;
}

/** Warnings that libbpf prints although it carries on. */
const HARMLESS = [
  /BTF is optional, ignoring/,
  /Retrying without BTF/,
  /missing \.BTF\.ext (?:line|function) info for the main program/,
  /^elf: skipping /,
  /no matching targets found/,
  /permission error while running as root/,
  /^(?:failed to load object|prog '[^']*': failed to load:|prog '[^']*': BPF program load failed:)/,
  /^prog '[^']*': failed to prepare load attributes/,
];

/**
 * The warnings of libbpf in a captured log, without their `libbpf: ` prefix. What stands between the BEGIN and END
 * marks is the kernel's text and not part of it: a program must not be able to forge a warning by its source lines.
 */
export function libbpfLines(log: string): string[] {
  const lines: string[] = [];
  let end = tornEnd(log);
  let torn = false;
  for (const raw of log.split('\n')) {
    const rest = torn;
    torn = GAP.test(raw);
    if (end) {
      if (end.test(raw)) end = undefined;
      continue;
    }
    end = ENDS[BEGIN.exec(raw)?.[1] ?? ''];
    if (!end && !rest && raw.trim() !== '')
      lines.push(
        raw
          .slice(0, MAX_LINE)
          .replace(/^libbpf: /, '')
          .trimEnd(),
      );
  }
  return lines;
}

/** Whether a log has the kernel's text about a program; one about types may stand in it, too. */
export function hasProgramLog(log: string): boolean {
  return tornEnd(log) !== undefined || log.split('\n').some((line) => BEGIN.exec(line)?.[1] === 'PROG');
}

/** The kernel's text between BEGIN and END marks; empty when the log has none. */
export function embeddedVerifierLog(log: string): string {
  const torn = tornEnd(log);
  if (torn) {
    const lines = log.split('\n');
    return lines
      .slice(
        1,
        lines.findIndex((line) => torn.test(line)),
      )
      .join('\n');
  }
  const begin = BEGIN.exec(log);
  if (!begin) return '';
  const rest = log.slice(begin.index).split('\n').slice(1);
  const end = rest.findIndex((line) => ENDS[begin[1] ?? '']?.test(line));
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}

/** The first warning that a rule knows: libbpf prints the cause first and then what follows from it. */
export function firstWarning(rules: readonly TextRule[], log: string): RuleMatch | undefined {
  for (const line of libbpfLines(log)) {
    if (HARMLESS.some((noise) => noise.test(line))) continue;
    const match = matchLine(rules, line);
    if (match) return match;
  }
  return undefined;
}

/** The warning to show when no rule knows any: the first one that is not harmless, else the first. */
export function mainWarning(log: string): string | undefined {
  const lines = libbpfLines(log);
  return lines.find((line) => !HARMLESS.some((noise) => noise.test(line))) ?? lines[0];
}

/** The warnings that say something, in the order in which libbpf wrote them. */
export function usefulWarnings(log: string): string[] {
  return libbpfLines(log).filter((line) => !HARMLESS.some((noise) => noise.test(line)));
}

/** Name of the program a warning is about. */
export function programOf(line: string): string | undefined {
  return /^prog '([^']+)': /.exec(line)?.[1];
}
