/** Instructions that are looked at, counted from the end of the log. */
const MAX_LINES = 4000;

/**
 * Whether a program calls itself, known by the path that the verifier printed: of the calls it stands in, one is there
 * twice. Kernels without a check of their own for recursion only say that the calls are too deep.
 */
export function callsItself(log: string): boolean {
  const lines = log.split('\n').slice(-MAX_LINES);
  const open = new Set<string>();
  for (let i = lines.length - 1; i >= 0; i--) {
    const [, insn, opcode, rest] = /^(\d+): \(([0-9a-f]{2})\) (.*)/.exec(lines[i] ?? '') ?? [];
    if (insn === undefined) continue;
    // What lies before a return is not among the calls that are still open.
    if (opcode === '95') return false;
    if (opcode !== '85' || !rest?.startsWith('call pc')) continue;
    if (open.has(insn)) return true;
    open.add(insn);
  }
  return false;
}
