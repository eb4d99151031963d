import type { Audit } from '../runtime/audit.ts';
import type { Execution } from '../runtime/execution.ts';
import type { LedgerRow } from '../runtime/ledger.ts';
import type { PolicyDecision } from '../runtime/load-policy.ts';
import type { Probe } from '../runtime/probe.ts';
import type { AgentDecision, AgentOptions } from './agent-plan.ts';
import type { FetchResult } from './runtime-fetch.ts';
import type { WorkerProgram } from './runtime-worker.ts';

export interface LoadOptions {
  readonly manifest: string;
  readonly attachMode: 'disabled' | 'best-effort' | 'required';
  readonly probeFeatures: boolean;
  readonly useSudo: boolean;
  readonly sudoNonInteractive: boolean;
  /** Empty: the installed one. */
  readonly validator: string;
  readonly timeoutMs: number;
  /** Default: the program that comes along. */
  readonly worker?: WorkerProgram;
}

export interface ApplyOptions extends AgentOptions, LoadOptions {
  readonly approveLoad: boolean;
  /** File with a signed approval; empty: a load check without one. */
  readonly approve: string;
  readonly loadPolicy: string;
  readonly requireLoadPolicy: boolean;
  readonly expectedDecisionId: string;
  readonly expectedSha256: string;
  readonly requireApprovalPins: boolean;
  readonly requireManifest: boolean;
  /** What the rows of the ledger call it. Default `apply`. */
  readonly operation?: 'apply' | 'rollback';
}

interface ManifestIntent {
  readonly required: boolean;
  readonly valid: boolean;
  readonly path?: string;
  readonly program_count?: number;
  /** Of the bytes that were looked at; the worker takes no others. */
  readonly sha256?: string;
}

/** What `agent apply` prints, and what `agent status` reads later. With `error` nothing was loaded. */
export interface ApplyResult {
  readonly schema_version: 'agent_apply.v0.1' | 'agent_apply_error.v0.1';
  readonly created_at: string;
  readonly phase: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly decision?: AgentDecision;
  readonly host_probe?: Probe;
  readonly fetch?: FetchResult['fetch'];
  readonly plan_audit?: Audit;
  readonly approval_pins?: Readonly<Record<string, unknown>>;
  readonly manifest_intent?: ManifestIntent;
  readonly load_policy?: PolicyDecision;
  readonly approval?: { readonly approver: string; readonly nonce: string };
  readonly load_ledger?: LedgerRow;
  readonly load_ledger_path: string;
  readonly load_ledger_error?: string;
  readonly execution?: Execution;
  readonly load_skipped?: boolean;
}

/** The result as it grows. */
export type Draft = { -readonly [K in keyof ApplyResult]?: ApplyResult[K] };
