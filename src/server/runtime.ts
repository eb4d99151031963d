import { open } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fetchSelected, reasonsOf } from '../api/runtime-fetch.ts';
import { probeHost } from '../api/runtime-probe.ts';
import { type SelectOptions, selectArtifact } from '../api/runtime-select.ts';
import { EXPERIMENTAL } from '../model/experimental.ts';
import { type Audit, writeAudit } from '../runtime/audit.ts';
import { olderStream } from '../runtime/audit-stream.ts';
import type { Selection } from '../runtime/decision.ts';
import { AGENT_LIMITS, NO_LIMITS, type SelectPolicy } from '../runtime/load-limits.ts';
import { type Probe, probeProblem } from '../runtime/probe.ts';
import type { Caller } from './access.ts';
import { isLocalCaller } from './local-caller.ts';
import { ApiError, problemBody, withoutDirectories } from './problem.ts';
import { checkReach } from './registry-access.ts';
import type { BodyOf, QueryOf } from './routes.ts';
import { MAX_PROBE_BYTES } from './select-form.ts';
import type { Services } from './services.ts';
import { needSpace } from './space.ts';

/** What is looked at of the end of the stream of decisions. */
const TAIL_BYTES = 2 * 1024 * 1024;
/** Directory of the work directory that objects are fetched to. */
const SELECTED = 'runtime-selected';

type Selecting = BodyOf<'runtimeSelect'> | BodyOf<'runtimeFetch'> | BodyOf<'agentDecision'>;

/** A probe that a caller made of their own host. @throws ApiError 400 for one that was changed, 413 */
function probeOf({ host_probe: own }: { readonly host_probe: Probe }): Probe {
  if (Buffer.byteLength(JSON.stringify(own)) > MAX_PROBE_BYTES)
    throw new ApiError(413, 'too_large', `host_probe has more than ${MAX_PROBE_BYTES} bytes`);
  const problem = probeProblem(own);
  if (problem === '') return own;
  throw new ApiError(400, 'probe_invalid', `host_probe: ${problem}; send it as "bpfcompat runtime probe" prints it`);
}

/** @param strict for agents: what a caller says only narrows that */
function policyOf(given: Selecting['policy'], strict: boolean): SelectPolicy {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    ...NO_LIMITS,
    ...Object.fromEntries(known),
    ...(strict && AGENT_LIMITS),
  };
}

function checkPlace(name: string, said: string | undefined, { from, own }: Record<'from' | 'own', string>): void {
  if (said === undefined || resolve(from, said) === own) return;
  throw new ApiError(400, 'path_outside', `${name}: the server has places of its own for this; leave it out`);
}

/** What may be said about places is what the server does anyway. @throws ApiError 400 */
function checkPlaces(body: Selecting, { cwd, workdir }: Services['settings']): void {
  const outDir = join(workdir, SELECTED);
  checkPlace('workdir', body.workdir, { from: cwd, own: workdir });
  if ('out_dir' in body) checkPlace('out_dir', body.out_dir, { from: workdir, own: outDir });
}

/** Trust and evidence are the server's: callers say what they look for, and what their host is. */
export async function optionsOf(
  body: Selecting,
  strict: boolean,
  { settings, host }: Services,
): Promise<SelectOptions> {
  checkPlaces(body, settings);
  const index = join(settings.workdir, 'index.sigstore.json');
  return {
    host,
    cwd: settings.cwd,
    workdir: settings.workdir,
    trust: '',
    index: (await host.files.stat(index)) === undefined ? '' : index,
    evidence: [],
    hostFile: '',
    probe: probeOf(body),
    request: {
      name: body.artifact_name,
      version: body.version,
      variant: body.variant,
      sha256: '',
      profile: body.target_profile,
    },
    policy: policyOf(body.policy, strict),
    limit: 'limit' in body ? body.limit : 0,
  };
}

/** Which decision it was; where it was written down is not for callers. */
function audited(audit: Audit) {
  return 'audit' in audit
    ? { audit: { decision_id: audit.audit.decision_id } }
    : { audit_error: withoutDirectories(audit.audit_error) };
}

/** The response where none may be used: 412, with every candidate and why not. */
export function noneSelected(reply: FastifyReply, requestId: string, selection: Selection) {
  const reasons = reasonsOf(selection);
  const error = new ApiError(
    412,
    'no_verified_candidate',
    `no verified artifact ${selection.artifact_name} for this host: ${reasons}`,
  );
  reply.code(412);
  return { ...problemBody(error, requestId), selection };
}

interface Call<B> {
  readonly body: B;
  readonly reply: FastifyReply;
  readonly requestId: string;
  readonly services: Services;
}

async function decided(call: Call<Selecting>, strict: boolean) {
  const { services } = call;
  // Each decision leaves a trace.
  await needSpace(services);
  const options = await optionsOf(call.body, strict, services);
  const made = await selectArtifact(options);
  const status = made.selection.selected === undefined ? 'none' : 'pass';
  const entry = { source: 'api', operation: 'select', status, selection: made.selection, probe: made.probe } as const;
  return { options, made, audit: await writeAudit(services.host, services.settings.workdir, entry) };
}

/** Decides for the host of the caller. */
export async function select(call: Call<BodyOf<'runtimeSelect'>>) {
  const { made, audit } = await decided(call, false);
  if (made.selection.selected === undefined) return noneSelected(call.reply, call.requestId, made.selection);
  return { selection: made.selection, ...audited(audit) };
}

/** The same as an agent needs it. A token of the registry is for agents of its own projects. */
export async function agentDecision(call: Call<BodyOf<'agentDecision'>>, caller: Caller) {
  const { tenant, project } = call.body;
  if (caller.kind === 'registry') checkReach(caller, { tenant, project: project || undefined });
  const { made, audit } = await decided(call, true);
  const { selection } = made;
  if (selection.selected === undefined) return noneSelected(call.reply, call.requestId, selection);
  const decision = {
    schema_version: 'agent_decision.v0.1',
    notice: EXPERIMENTAL,
    decision_id: selection.decision_id,
    created_at: call.services.host.now().toISOString(),
    agent_id: call.body.agent_id,
    artifact_name: selection.artifact_name,
    host_profile_hint: selection.host_profile_hint,
    selection,
    selected_artifact: selection.selected,
    approval_required: true,
    load_approved: false,
  };
  return { decision, ...audited(audit) };
}

/** Decides, and puts the object into a directory of the server; only objects that the server has already. */
export async function fetched(call: Call<BodyOf<'runtimeFetch'>>) {
  const { options, made } = await decided(call, false);
  if (made.selection.selected === undefined) return noneSelected(call.reply, call.requestId, made.selection);
  const outDir = join(call.services.settings.workdir, SELECTED);
  const {
    fetch,
    selection,
    host_probe: probe,
    ...audit
  } = await fetchSelected({ ...options, outDir, sources: [] }, made);
  const named = { ...fetch, source_path: basename(fetch.source_path), output_path: basename(fetch.output_path) };
  return { fetch: named, selection, host_probe: probe, ...audited(audit) };
}

/** Describes the machine of the server, to somebody on it. @throws ApiError 403 */
export async function probed(request: FastifyRequest, { host, settings }: Services) {
  if (!isLocalCaller(request, { settings }))
    throw new ApiError(
      403,
      'loopback_only',
      'this describes the server itself, and is for callers on the same machine',
    );
  return { probe: await probeHost({ host, cwd: settings.cwd }) };
}

/** The last lines of a file, all of them whole; none where it is not there. */
async function lastLines(path: string, bytes: number): Promise<string[]> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return [];
  await using file = handle;
  const { size } = await file.stat();
  const from = Math.max(0, size - bytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
  const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
  return from === 0 ? lines : lines.slice(1);
}

/** The last decisions, newest first, without places of this machine. */
export async function decisions({ limit, workdir }: QueryOf<'runtimeDecisions'>, { settings }: Services) {
  checkPlace('workdir', workdir, { from: settings.cwd, own: settings.workdir });
  // The stream may have begun a moment ago.
  const tails = await Promise.all([1, 0].map((nth) => lastLines(olderStream(settings.workdir, nth), TAIL_BYTES)));
  const lines = tails.flat().filter((line) => line !== '');
  return lines
    .slice(-limit)
    .toReversed()
    .flatMap((line) => {
      try {
        const { trace_path: _place, ...event } = JSON.parse(line) as Record<string, unknown>;
        return [event];
      } catch {
        return [];
      }
    });
}
