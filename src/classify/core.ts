import type { ReasonOf } from '../findings/findings.ts';
import { type Evidence, type StageOf, stagesOf } from '../model/evidence.ts';
import { type Finding, programsOf } from '../model/finding.ts';
import { grouped, oncePer } from '../model/once-per.ts';
import { libbpfLines } from './libbpf-log.ts';
import { withArgs } from './make-finding.ts';
import { programStages } from './reported-programs.ts';

type Reason = ReasonOf<'CORE_RELOCATION_FAILURE'>;
type Relocation = StageOf<'core'>['relocations'][number];

const MAX_ALSO = 20;

/** libbpf's own words say what is wrong, whatever the kernel has. */
const LIBBPF_GAVE_UP: ReadonlySet<string> = new Set(['anonymous', 'far_member']);

/** Kinds that only check for existence: absent is a result and no failure. */
const QUESTIONS: ReadonlySet<string> = new Set(['field_exists', 'type_exists', 'type_matches', 'enumval_exists']);

/** Why an access has no match, by what it wanted to know. */
function reasonOf(kind: string, access: string): Reason {
  if (kind.startsWith('enumval_')) return 'enum_missing';
  if (/^(?:local_type_id|target_type_id|type_\w+)$/.test(kind)) return 'type_missing';
  return access.includes('.') || /^(?:byte_|field_|signed|lshift|rshift)/.test(kind) ? 'field_missing' : 'type_missing';
}

/** Root type of an access: `struct inet_sock` of `struct inet_sock.freebind`. */
function rootOf(access: string): string {
  return access.split(/\.|::|\[/)[0] ?? access;
}

const relocations = oncePer((evidence: Evidence) => stagesOf(evidence, 'core').flatMap((stage) => stage.relocations));
const byProgram = oncePer((evidence: Evidence) => grouped(relocations(evidence), ({ program }) => program));
const byAccess = oncePer((evidence: Evidence) => grouped(relocations(evidence), ({ access }) => access));
const byRoot = oncePer((evidence: Evidence) => grouped(relocations(evidence), ({ access }) => rootOf(access)));
/** Types that libbpf looked for as such and did not find. */
const absentTypes = oncePer(
  (evidence: Evidence) =>
    new Set(
      relocations(evidence)
        .filter(({ kind, present }) => !present && kind.startsWith('type_'))
        .map(({ access }) => access),
    ),
);

/** All accesses that libbpf tried for a program, without those that only check for existence. */
function neededBy(evidence: Evidence, program: string): Relocation[] {
  return (byProgram(evidence).get(program) ?? []).filter(({ kind }) => !QUESTIONS.has(kind));
}

/** The access in libbpf's words for a relocation, without the value of an enumerator. */
function accessIn(finding: Finding): string | undefined {
  const words = finding.args['field'];
  return words?.includes('::') ? words.replace(/ = -?\d+$/, '') : words;
}

/** The access a failure is about: by its words, else by its instruction, else the only one there is. */
function accessOf(finding: Finding, needed: readonly Relocation[]): Relocation | undefined {
  const named = accessIn(finding);
  if (named !== undefined) return needed.find(({ access }) => access === named);
  const absent = needed.filter(({ present }) => !present);
  const insn = finding.args['insn'];
  const byInsn = absent.filter((relocation) => String(relocation.insn) === insn);
  if (byInsn.length === 1) return byInsn[0];
  return absent.length === 1 ? absent[0] : undefined;
}

const UNFIT = [
  ['array_element', /^prog '[^']*': relo \d+ at insn #\d+ can't be applied to array access$/],
  ['bitfield', /^prog '[^']*': relo \d+ at insn #\d+ can't be satisfied for bitfield$/],
] as const;

/** Why libbpf gave up, where a line above says more than the one that has the number of the relocation. */
function explainUnfit(finding: Finding, evidence: Evidence, program: string): Finding {
  const lines = programStages(evidence, program).flatMap(({ log }) => libbpfLines(log));
  const reason = UNFIT.find(([, words]) => lines.some((line) => words.test(line)))?.[0];
  return reason === undefined ? finding : withArgs<'CORE_RELOCATION_FAILURE'>(finding, { reason });
}

/** libbpf found the field, and did not patch the instruction that reads it. */
function wrongWidth(evidence: Evidence, program: string): boolean {
  return programStages(evidence, program).some(({ log }) =>
    libbpfLines(log).some((line) => /accesses field incorrectly/.test(line)),
  );
}

/**
 * Names the access of a CO-RE failure and why it has no match; `also` gets the other accesses of the program that are
 * absent and may be guarded. Certain only where libbpf's own result for that access is known.
 */
export function explainCore(finding: Finding, evidence: Evidence): Finding {
  if (LIBBPF_GAVE_UP.has(finding.args['reason'] ?? '')) return finding;
  const [program = ''] = programsOf(finding.args);
  if (finding.args['reason'] === 'fatal') return explainUnfit(finding, evidence, program);
  const needed = neededBy(evidence, program);
  const found = accessOf(finding, needed);
  const access = found?.access ?? accessIn(finding);
  if (access === undefined) return finding;
  const kind = found?.kind ?? finding.args['kind'] ?? '';
  const widthOnly = found?.present === true && wrongWidth(evidence, program);
  const also = needed.filter((other) => !other.present && other.access !== access).map((other) => other.access);
  const absent = found ? !found.present : (byAccess(evidence).get(access) ?? []).some(({ present }) => !present);
  const reason = widthOnly ? 'mem_size' : typeOrField(reasonOf(kind, access), access, found, evidence);
  const near =
    reason === 'type_missing'
      ? namesLike(evidence, 'type', withoutFlavor(rootOf(access)))
      : reason === 'field_missing'
        ? namesLike(evidence, 'member', withoutFlavor(access))
        : undefined;
  const explained = withArgs<'CORE_RELOCATION_FAILURE'>(
    finding,
    { field: access, kind, reason, near },
    { subject: access, confidence: absent || widthOnly ? 'high' : 'medium' },
  );
  return { ...explained, also: [...new Set(also)].slice(0, MAX_ALSO) };
}

/** `task_struct.state` of `struct task_struct___older.state`. */
function withoutFlavor(access: string): string {
  return access.replace(/^(?:struct|union|enum) /, '').replace(/___[^.]*/, '');
}

/** What the kernel has instead of a type or member that it does not have: like names, and members of the same type. */
function namesLike(evidence: Evidence, kind: 'type' | 'member', name: string): string | undefined {
  const symbol = stagesOf(evidence, 'symbol').find((one) => one.kind === kind && one.name === name);
  return symbol && symbol.near.length > 0 ? symbol.near.join(', ') : undefined;
}

/** A field of a type that the kernel does not have at all is a missing type. */
function typeOrField(reason: Reason, access: string, found: Relocation | undefined, evidence: Evidence): Reason {
  if (reason !== 'field_missing') return reason;
  if (found?.type_present === false) return 'type_missing';
  const root = rootOf(access);
  // Whether a type is there is the same for every program, and for functions that libbpf counts apart.
  const sameType = (byRoot(evidence).get(root) ?? []).filter((other) => other.type_present !== undefined);
  if (sameType.length > 0 && sameType.every(({ type_present: there }) => !there)) return 'type_missing';
  return absentTypes(evidence).has(root) ? 'type_missing' : reason;
}
