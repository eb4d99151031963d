import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type * as z from 'zod';
import { UsageError } from '../model/errors.ts';
import { APPROVAL_TYPE, Approval } from '../runtime/approval.ts';
import { signBundle } from '../runtime/envelope.ts';
import { chosenSigner } from '../runtime/key-file.ts';
import { Planned, planProblem } from './planned-decision.ts';
import { type Environment, environmentOf } from './services.ts';

export interface ApproveOptions extends Environment {
  /** Output of `agent plan`. */
  readonly decision: string;
  /** Empty: the program of the environment. */
  readonly key: string;
  readonly workdir: string;
  readonly out: string;
  readonly expiresMs: number;
}

const MAX_DECISION = 16 * 1024 * 1024;

/**
 * Signs that one decision may be carried out: by the host, for the kernel and with the bytes that it names, once.
 * @throws UsageError for a decision without an artifact, of a host or kernel that has no identity, or that was changed
 */
export async function approveDecision(
  options: ApproveOptions,
): Promise<{ path: string; approval: Approval; key_id: string }> {
  const { host, cwd } = environmentOf(options);
  const file = resolve(cwd, options.decision);
  const wrong = (cause?: unknown): UsageError =>
    new UsageError(
      'decision_invalid',
      `${file}: this is no decision that can be approved: it needs an artifact, a host_id (machine-id) and a kernel_build_id; write one with "bpfcompat agent plan"`,
      { cause },
    );
  if ((await host.files.stat(file)) === undefined) throw wrong();
  let plan: z.infer<typeof Planned>;
  try {
    plan = Planned.parse(JSON.parse((await host.files.read(file, MAX_DECISION)).toString('utf8')));
  } catch (cause) {
    throw wrong(cause);
  }
  const problem = planProblem(plan);
  if (problem !== '')
    throw new UsageError(
      'decision_changed',
      `${file}: ${problem}; nothing was signed: have "bpfcompat agent plan" write it again`,
    );
  const { decision: planned } = plan;
  const now = host.now().getTime();
  const approval = Approval.parse({
    schema_version: 'agent_approval.v0.1',
    decisionId: planned.decision_id,
    sha256: planned.selected_artifact.sha256,
    hostId: planned.host_id,
    kernelBuildId: planned.kernel_build_id,
    notBefore: new Date(now).toISOString(),
    expires: new Date(now + options.expiresMs).toISOString(),
    nonce: randomBytes(16).toString('hex'),
  });
  const key = options.key === '' ? '' : resolve(cwd, options.key);
  const sign = await chosenSigner(host, key, resolve(cwd, options.workdir));
  const { text, keyId } = await signBundle(approval, APPROVAL_TYPE, sign);
  const path = resolve(cwd, options.out);
  await host.files.writeDurably(path, text);
  return { path, approval, key_id: keyId };
}
