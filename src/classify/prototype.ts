import type { SomeArgs } from '../findings/findings.ts';
import type { Evidence, StageOf } from '../model/evidence.ts';
import { type Finding, programsOf } from '../model/finding.ts';
import { kernelVersion, olderThan } from '../model/kernel-range.ts';
import { withArgs } from './make-finding.ts';
import { failedProgram } from './reported-programs.ts';
import { symbolOf } from './symbols.ts';
import { misreadArgument } from './traced-argument.ts';
import { parseVerifierLog, verifierText } from './verifier-log.ts';

type Parameters = NonNullable<StageOf<'symbol'>['parameters']>;

/** Arguments that trampolines of x86_64 hand over, and the first kernel that hands over more. */
const TRACED_ARGUMENTS = 6;
const MORE_ARGUMENTS_SINCE = '6.6';
/** Bytes of one argument in the context of a traced function. */
const SLOT = 8;

/** `inet_csk_accept(struct sock *sk, struct proto_accept_arg *arg)`. */
function prototypeText(name: string, parameters: Parameters): string {
  const written = parameters.map(({ type, name: parameter }) =>
    parameter === '' ? type : `${type}${type.endsWith('*') ? '' : ' '}${parameter}`,
  );
  return `${name}(${written.join(', ') || 'void'})`;
}

function symbolFor(finding: Finding, name: string | undefined, evidence: Evidence): StageOf<'symbol'> | undefined {
  return name === undefined ? undefined : symbolOf(evidence, name, programsOf(finding.args));
}

/**
 * A kfunc whose declaration does not fit. The argument `aux` is filled in by the kernel since 7.1 and no part of what
 * programs see: a BTF that shows it, without the second function that has it, was not finished by the build.
 */
export function explainSignature(finding: Finding, evidence: Evidence): Finding {
  const name = finding.args['function'];
  const symbol = symbolFor(finding, name, evidence);
  if (finding.args['reason'] !== 'proto' || name === undefined || !symbol?.parameters) return finding;
  const last = symbol.parameters.at(-1);
  const hidden = last?.name === 'aux' && last.type === 'struct bpf_prog_aux *' && !symbol.near.includes(`${name}_impl`);
  const args = { prototype: prototypeText(name, symbol.parameters) };
  return hidden
    ? withArgs<'KFUNC_SIGNATURE_MISMATCH'>(finding, { ...args, reason: 'kernel_btf' }, { confidence: 'high' })
    : withArgs<'KFUNC_SIGNATURE_MISMATCH'>(finding, args);
}

/** A function with more arguments than this kernel's trampolines hand over. */
export function explainTrampoline(finding: Finding, evidence: Evidence): Finding {
  const name = finding.args['function'];
  const { release, machine } = evidence.hello.kernel;
  const count = symbolFor(finding, name, evidence)?.parameters?.length ?? 0;
  if (finding.args['reason'] !== 'trampoline' || machine !== 'x86_64' || count <= TRACED_ARGUMENTS) return finding;
  if (!olderThan(kernelVersion(release), MORE_ARGUMENTS_SINCE)) return finding;
  return withArgs<'TRAMPOLINE_UNSUPPORTED'>(
    finding,
    {
      count: String(count),
      limit: String(TRACED_ARGUMENTS),
      since: MORE_ARGUMENTS_SINCE,
      reason: 'many_arguments',
    },
    { confidence: 'high' },
  );
}

const WITH_RESULT = /^\??(?:fexit|fmod_ret|fsession|lsm)\b/;
const TRACED = /^\??(?:fentry|fexit|fmod_ret|fsession|lsm|tp_btf)(?:\.s)?\/(?:\w+:)?(?<function>\w+)/;

/** A program reads behind the arguments that the function it traces has on this kernel. */
export function explainContext(finding: Finding, evidence: Evidence): Finding {
  const { section = '', offset, reason } = finding.args;
  const name = TRACED.exec(section)?.groups?.['function'];
  const symbol = symbolFor(finding, name, evidence);
  if (name === undefined || !symbol?.parameters) return finding;
  if (MISREAD.has(reason ?? '')) return explainArgument(finding, name, symbol.parameters, evidence);
  if (reason !== 'ctx_access' || offset === undefined) return finding;
  // The first argument of a tracepoint is hidden; a structure by value takes up several places.
  const parameters = section.includes('tp_btf') ? symbol.parameters.slice(1) : symbol.parameters;
  if (parameters.some(({ type }) => /^(?:struct|union) /.test(type) && !type.endsWith('*'))) return finding;
  const slots = parameters.length + (WITH_RESULT.test(section) ? 1 : 0);
  if (Number(offset) < slots * SLOT) return finding;
  const args: SomeArgs<'VERIFIER_REJECTION'> = {
    reason: 'traced_arguments',
    function: name,
    prototype: prototypeText(name, parameters),
    count: String(parameters.length),
    value: String(Math.floor(Number(offset) / SLOT) + 1),
    result: WITH_RESULT.test(section) ? String(parameters.length + 1) : undefined,
  };
  return { ...withArgs(finding, args, { confidence: 'high' }), group: 'program' };
}

/** Rejections behind which an argument of another type may stand. */
const MISREAD: ReadonlySet<string> = new Set([
  'invalid_mem_access',
  'beyond_struct',
  'btf_access',
  'unbounded',
  'ptr_arith',
]);

/**
 * An argument that stands at another place on this kernel: the program follows a pointer of another type. Certain where
 * the structure that it reads is one of the other arguments.
 */
function explainArgument(finding: Finding, name: string, all: Parameters, evidence: Evidence): Finding {
  const { section = '', program = '' } = finding.args;
  const parameters = section.includes('tp_btf') ? all.slice(1) : all;
  const stage = failedProgram(evidence, program);
  if (!stage) return finding;
  const types = parameters.map(({ type }) => type);
  const misread = misreadArgument(parseVerifierLog(verifierText(stage)).lines, types, program, evidence);
  const place = misread === undefined ? -1 : types.indexOf(`struct ${misread.struct} *`);
  if (misread === undefined || place < 0) return finding;
  const args: SomeArgs<'VERIFIER_REJECTION'> = {
    reason: 'argument_type',
    function: name,
    prototype: prototypeText(name, parameters),
    value: String(misread.argument + 1),
    struct: misread.struct,
    place: String(place + 1),
  };
  return { ...withArgs(finding, args, { confidence: 'high' }), group: 'program' };
}
