import * as z from 'zod';
import type { OpenLedger } from './ledger.ts';
import type { Trust } from './trust.ts';
import { verifySigned } from './verify.ts';

export const APPROVAL_TYPE = 'application/vnd.bpfcompat.approval.v0.1+json';

const time = z.iso.datetime();
const text = z.string().min(1).max(256);

/** What an operator approves: one load of one object on one host with one kernel, once and not for long. */
export const Approval = z.strictObject({
  schema_version: z.literal('agent_approval.v0.1'),
  decisionId: z.string().regex(/^dec_[0-9a-f]{64}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  hostId: text,
  /** Empty: the kernel shows none, and then no approval can be bound to it. */
  kernelBuildId: text,
  notBefore: time,
  expires: time,
  nonce: text,
});
export type Approval = z.infer<typeof Approval>;

/** What is to be loaded, where: everything an approval is bound to. */
export type ApprovalScope = Pick<Approval, 'decisionId' | 'sha256' | 'hostId' | 'kernelBuildId'>;

/** An approval that holds, or why it does not. */
export type CheckedApproval =
  | { readonly ok: true; readonly approval: Approval; readonly approver: string }
  | { readonly ok: false; readonly code: string; readonly detail: string };

const BOUND = {
  decisionId: 'decision',
  sha256: 'digest',
  hostId: 'host',
  kernelBuildId: 'kernel',
} as const;

function boundProblem(approval: Approval, scope: ApprovalScope): string | undefined {
  const keys = Object.keys(BOUND) as (keyof typeof BOUND)[];
  const other = keys.find((key) => approval[key] !== scope[key]);
  return (
    other && `it is for another ${BOUND[other]}: ${approval[other]}, and this one is ${scope[other] || 'not known'}`
  );
}

/** Checks an approval: by an approver of the trust, for exactly this, within its time, and used by no row of the ledger. */
export function checkApproval(
  bytes: Uint8Array,
  { trust, scope, now, rows }: { trust: Trust; scope: ApprovalScope; now: Date; rows: OpenLedger['rows'] },
): CheckedApproval {
  const expected = { role: 'approver', payloadType: APPROVAL_TYPE, schema: Approval, now } as const;
  const read = verifySigned(bytes, trust, expected);
  if (!read.ok) return read;
  const { value: approval, signer } = read.document;
  const not = (code: string, detail: string): CheckedApproval => ({ ok: false, code, detail });
  const other = boundProblem(approval, scope);
  if (other !== undefined) return not('approval_mismatch', other);
  const at = now.getTime();
  if (at < Date.parse(approval.notBefore)) return not('approval_not_yet', `it holds from ${approval.notBefore} on`);
  if (at >= Date.parse(approval.expires)) return not('approval_expired', `it expired ${approval.expires}`);
  if (rows.some((row) => row['approval_nonce'] === approval.nonce))
    return not('approval_used', 'the ledger says that it was used');
  return { ok: true, approval, approver: signer };
}
