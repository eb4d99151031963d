import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { probeHost } from '../api/runtime-probe.ts';
import type { Selection } from '../runtime/decision.ts';
import type { Probe } from '../runtime/probe.ts';
import { decisionPage, type ShownDecision } from '../site/decision-page.tsx';
import { assetNames } from '../site/pages.ts';
import { messagePage } from '../site/plain-page.tsx';
import { runtimePage } from '../site/runtime-page.tsx';
import { isLocalCaller } from './local-caller.ts';
import { html, may } from './page-reply.ts';
import { ApiError, problemOf } from './problem.ts';
import { admit } from './register.ts';
import { ROUTES } from './routes.ts';
import { fetched, select } from './runtime.ts';
import { MAX_PROBE_BYTES, readSelectForm } from './select-form.ts';
import type { Services } from './services.ts';

const MAX_SHOWN = 100;

/** The machine of the server, for somebody on it who may know it. */
async function ownProbe(request: FastifyRequest, services: Services): Promise<Probe | undefined> {
  const { host, settings } = services;
  if (!isLocalCaller(request, services) || !(await may(request, ROUTES.runtimeProbe, services))) return undefined;
  return probeHost({ host, cwd: settings.cwd });
}

function rowsOf({ identity, constraints, btf, probe_sha256: digest }: Probe): (readonly [string, string])[] {
  return [
    ['kernel', `${identity.release} (${identity.arch})`],
    ['system', [identity.distro, identity.distro_version].filter((one) => one !== undefined).join(' ')],
    ['build id', identity.build_id ?? 'not shown'],
    ['BTF', btf.kernel_available ? (identity.btf_sha256 ?? 'there') : 'none'],
    ['lockdown', constraints.lockdown],
    ['LSMs', constraints.lsm.join(', ')],
    ['digest of the probe', digest],
  ];
}

async function showForm(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const own = await ownProbe(request, services);
  const locked = !(await may(request, ROUTES.runtimeSelect, services));
  return html(reply, runtimePage({ assets: assetNames(services.assets), locked, host: own && rowsOf(own) }));
}

function shownOf(selection: Selection, file: ShownDecision['fetched']): ShownDecision {
  const { artifact_name: name, decision_id: decisionId, selected, candidates } = selection;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const rows = candidates.slice(0, MAX_SHOWN).map((one, index) => ({
    sha256: text('sha256' in one && one.sha256),
    version: text('artifact_version' in one && one.artifact_version),
    variant: text('artifact_variant' in one && one.artifact_variant),
    place: one.rejections === undefined ? index + 1 : 0,
    rejections: one.rejections ?? [],
  }));
  const chosen = selected && [
    ['object', selected.sha256 ?? ''] as const,
    [
      'build',
      [selected.artifact_version, text(selected.artifact_variant)].filter((one) => one !== '').join(', '),
    ] as const,
    ['kernel matches', selected.match_tier ?? ''] as const,
    ['checked by', `${selected.mode}, ${selected.accel}`] as const,
    ['checked on', selected.finished_on ?? ''] as const,
  ];
  return { name, decisionId, selected: chosen, fetched: file, candidates: rows, more: candidates.length - rows.length };
}

/** Decides as the API does, in the same order and with the same traces, and shows the decision. */
async function decide(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const form = await readSelectForm(request);
  const route = form.fetch ? ROUTES.runtimeFetch : ROUTES.runtimeSelect;
  // A JWT may need other claims to fetch than to select.
  await admit(request, route, services);
  const { fetch: isFetch, probe, ...wanted } = form;
  const hostProbe = probe ?? (await ownProbe(request, services));
  if (hostProbe === undefined)
    throw new ApiError(400, 'bad_body', 'host_probe: choose the report that "bpfcompat runtime probe" wrote');
  const parsed = route.body.safeParse({ ...wanted, host_probe: hostProbe, ...(!isFetch && { limit: MAX_SHOWN }) });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ApiError(400, 'bad_body', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it cannot be read'}`);
  }
  const call = { body: parsed.data as never, reply, requestId: request.id, services };
  const made = (isFetch ? await fetched(call) : await select(call)) as { selection: Selection; fetch?: unknown };
  const file = made.fetch as { output_path: string; actual_sha256: string } | undefined;
  const shown = shownOf(made.selection, file && { name: file.output_path, sha256: file.actual_sha256 });
  return html(reply, decisionPage(assetNames(services.assets), shown));
}

async function onPage(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  try {
    return await decide(request, reply, services);
  } catch (error) {
    const { status, message } = problemOf(error);
    if (status >= 500) throw error;
    const said = { title: 'Nothing was decided', text: message, back: 'runtime', backText: 'Back to the form' };
    return html(reply.code(status), messagePage(assetNames(services.assets), 'results/', said));
  }
}

/** Pages of the runtime track: probe, select and fetch. Nothing here loads anything, or has it loaded. */
export function addRuntimePages(app: FastifyInstance, services: Services): void {
  app.get('/runtime', (request, reply) => showForm(request, reply, services));
  app.post('/runtime', {
    bodyLimit: 4 * MAX_PROBE_BYTES,
    // Before anything is read: unknown clients send nothing.
    preParsing: async (request) => {
      await admit(request, ROUTES.runtimeSelect, services);
    },
    handler: (request, reply) => onPage(request, reply, services),
  });
}
