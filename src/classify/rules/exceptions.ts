import type { TextRule } from './rule.ts';

/** Warnings of libbpf about callbacks for exceptions. */
export const EXCEPTION_RULES: readonly TextRule[] = [
  {
    code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
    reason: 'exception_callback',
    subject: 'symbol',
    pattern:
      /^prog '[^']*': (?:cannot find |multiple subprogs with same name as )?exception[_ ]callback(?: '?(?<symbol>[\w.$]+)|:)/,
    example: { kernel: 'any, libbpf 1.7', text: "prog 'throws': cannot find exception callback 'handles'" },
  },
];
