import type { ReasonOf, SomeArgs } from '../findings/findings.ts';
import { type Evidence, type StageOf, stagesOf } from '../model/evidence.ts';
import { type Finding, programsOf } from '../model/finding.ts';
import { under, withArgs } from './make-finding.ts';
import {
  type Diagnosis,
  functionDiagnosis,
  hookDiagnosis,
  type Lookup,
  tracepointDiagnosis,
  variableDiagnosis,
} from './missing-name.ts';

type Symbol = StageOf<'symbol'>;

/** Codes of findings about a name that is looked up. */
type Named = 'ATTACH_TARGET_NOT_FOUND' | 'MISSING_KFUNC' | 'UNRESOLVED_KSYM' | NonNullable<Diagnosis['code']>;
type Reason = ReasonOf<Named>;

/** Names as libbpf looks them up, and as people write them. */
function plain(name: string): string {
  return name.replace(/^(?:bpf_lsm_|btf_trace_|bpf_iter_)/, '');
}

/** What the guest said about a name; entries for one of `programs` go before entries for others. */
export function symbolOf(evidence: Evidence, name: string, programs: readonly string[]): Symbol | undefined {
  const expected = plain(name);
  const found = stagesOf(evidence, 'symbol').filter((symbol) => plain(symbol.name) === expected);
  return found.find(({ program }) => programs.includes(program)) ?? found[0];
}

/** By types: fentry and its kin, and everything that fails before it reaches the kernel. */
function lookupOf(finding: Finding): Lookup {
  if (finding.code === 'MISSING_KFUNC') return 'types';
  return finding.phase === 'load' && finding.args['reason'] !== 'no_address' ? 'types' : 'symbol';
}

function diagnose(finding: Finding, symbol: Symbol, evidence: Evidence): Diagnosis | undefined {
  switch (symbol.kind) {
    case 'tracepoint':
      return tracepointDiagnosis(symbol);
    case 'raw_tracepoint':
    case 'lsm_hook':
    case 'iterator':
      return hookDiagnosis(symbol, evidence);
    case 'variable':
      return variableDiagnosis(symbol);
    default:
      return functionDiagnosis(symbol, lookupOf(finding), evidence);
  }
}

/**
 * Says why a name was not found, and which names are like it, where the guest sent what it has of the name. Without that
 * the finding stays as it is.
 */
export function explainMissing(finding: Finding, evidence: Evidence): Finding {
  const name = finding.args['function'] ?? finding.args['symbol'] ?? finding.args['target'];
  if (name === undefined) return finding;
  const symbol = symbolOf(evidence, name, programsOf(finding.args));
  const diagnosis = symbol && diagnose(finding, symbol, evidence);
  if (!symbol || !diagnosis) return finding;
  // What is like a placeholder helps no one.
  const near = symbol.near.length > 0 && diagnosis.code !== 'LOADER_CONTRACT' ? symbol.near.join(', ') : undefined;
  const strong = finding.code === 'MISSING_KFUNC' ? finding.args['reason'] : undefined;
  const args: SomeArgs<Named> = {
    looked_for: symbol.kind,
    near,
    // Weak or strong is how the object names it, the diagnosis how the kernel lacks it.
    declared: strong,
    ...diagnosis.args,
    reason: reasonOf(finding, diagnosis),
  };
  return under(
    diagnosis.code ?? finding.code,
    withArgs(finding, args, { confidence: diagnosis.proven ? 'high' : 'medium' }),
  );
}

/** A kfunc or variable that is simply not there keeps how the object declares it. */
function reasonOf(finding: Finding, { reason }: Diagnosis): Reason {
  const kept = finding.code === 'MISSING_KFUNC' || finding.code === 'UNRESOLVED_KSYM';
  return kept && reason === 'renamed_or_removed' ? ((finding.args['reason'] ?? reason) as Reason) : reason;
}
