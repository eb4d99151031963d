import type { FastifyReply, FastifyRequest } from 'fastify';
import { buildInfo } from '../api/build-info.ts';
import { badgeFacts } from '../report/badge.ts';
import { documentCounts } from '../report/document-cells.ts';
import { publicReport } from '../report/public-report.ts';
import { badgeSvg } from '../site/badge-svg.tsx';
import { acceptJob } from './accept.ts';
import type { Caller } from './access.ts';
import { sendEvents } from './events.ts';
import { execute } from './execute.ts';
import { artifactRecords, compared, runRecords } from './history.ts';
import { statusOf } from './job.ts';
import { profileJson } from './kernels.ts';
import { openapiText } from './openapi.ts';
import { ApiError } from './problem.ts';
import { configOf, readiness } from './readiness.ts';
import * as registry from './registry.ts';
import { finishedJob, resultOf } from './result.ts';
import type { BodyOf, ParamsOf, QueryOf, RouteName } from './routes.ts';
import { agentDecision, decisions, fetched, probed, select } from './runtime.ts';
import type { Services } from './services.ts';
import { marketplaceEvent } from './webhook.ts';

/** What a handler gets: the caller, and what they sent, checked. */
interface Call<N extends RouteName> {
  readonly query: QueryOf<N>;
  readonly params: ParamsOf<N>;
  readonly body: BodyOf<N>;
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly services: Services;
}

/** Returns the body of the response; undefined where it was sent already. @throws ApiError and what the library throws */
type Handlers = { readonly [N in RouteName]: (call: Call<N>) => Promise<unknown> };

/** Sends what is not JSON. */
function sendText(reply: FastifyReply, type: string, text: string): undefined {
  reply.type(type).send(text);
  return undefined;
}

function jobOf({ jobs }: Services, id: string) {
  const job = jobs.get(id);
  if (job === undefined) throw new ApiError(404, 'job_unknown', 'there is no such job');
  return job;
}

async function documentOf({ runs }: Services, runId: string) {
  const input = await runs.find(runId);
  if (input === undefined) throw new ApiError(404, 'run_unknown', 'there is no report of such a run');
  return input;
}

const UNKNOWN = { label: 'compat', message: 'unknown', color: 'lightgrey' } as const;

export const HANDLERS: Handlers = {
  health: async () => ({ status: 'ok' }),
  config: async ({ services }) => configOf(services),
  profiles: async ({ services }) => ({ profiles: (await services.kernels()).map(profileJson) }),
  openapi: async ({ reply }) => sendText(reply, 'application/yaml', openapiText()),
  validate: async ({ request, caller, services }) => {
    const { job_id: id } = await acceptJob(request, caller, services);
    const { socket } = request.raw;
    const cancel = (): void => void services.jobs.cancel(id).catch(() => {});
    // No one would hear of the result.
    if (socket.destroyed) cancel();
    socket.once('close', cancel);
    const job = await services.jobs.ended(id);
    // The connection goes on to serve other requests.
    socket.off('close', cancel);
    return finishedJob(job, services);
  },
  validateStart: async ({ request, reply, caller, services }) => {
    const { job_id: id } = await acceptJob(request, caller, services);
    const status = `/api/v1/validate/status?job_id=${id}`;
    reply.code(202).header('location', status);
    return { job_id: id, status_url: status, events_url: `/api/v1/validate/${id}/events` };
  },
  validateStatus: async ({ query, services }) => {
    const job = jobOf(services, query.job_id);
    const result = job.state === 'completed' ? await resultOf(job, services) : undefined;
    return { ...statusOf(job), ...(result && { result }) };
  },
  validateEvents: async ({ params, request, reply, services }) => {
    sendEvents(jobOf(services, params.id), request, reply, services);
  },
  validateCancel: async ({ params, reply, services }) => {
    reply.code(202);
    return statusOf(await services.jobs.cancel(params.id));
  },
  historyArtifacts: ({ query, services }) => artifactRecords(query, services),
  historyRuns: ({ query, services }) => runRecords(query, services),
  runReport: async ({ query, services }) => {
    const { value } = await documentOf(services, query.run_id);
    return { run_id: query.run_id, report: publicReport(value) };
  },
  compare: async ({ body, services }) => ({ diff: await compared(body, services) }),
  runtimeProbe: ({ request, services }) => probed(request, services),
  runtimeSelect: ({ body, reply, request, services }) => select({ body, reply, requestId: request.id, services }),
  runtimeFetch: ({ body, reply, request, services }) => fetched({ body, reply, requestId: request.id, services }),
  runtimeExecute: ({ body, caller, request, reply, services }) => execute({ body, caller, request, reply, services }),
  runtimeDecisions: async ({ query, services }) => ({ records: await decisions(query, services) }),
  agentDecision: ({ body, caller, reply, request, services }) =>
    agentDecision({ body, reply, requestId: request.id, services }, caller),
  registryProjects: ({ query, ...call }) => registry.projectList(query, call),
  registryUpsert: ({ body, ...call }) => registry.projectUpsert(body, call),
  registryUpload: (call) => registry.artifactUpload(call),
  registryArtifacts: ({ query, ...call }) => registry.artifactList(query, call),
  registryDownload: ({ query, ...call }) => registry.artifactDownload(query, call),
  registryVerify: ({ query, ...call }) => registry.historyVerify(query, call),
  registryAudit: ({ query, ...call }) => registry.auditList(query, call),
  livez: async ({ reply }) => sendText(reply, 'text/plain; charset=utf-8', 'ok'),
  readyz: async ({ reply, services }) => {
    const ready = await readiness(services);
    reply.code(ready.status === 'ok' ? 200 : 503);
    return { ...ready, version: buildInfo.version };
  },
  metrics: async ({ reply, services }) => {
    if (!services.settings.env.metrics) throw new ApiError(404, 'not_found', 'metrics are switched off');
    return sendText(reply, 'text/plain; version=0.0.4', services.metrics.text(services.jobs.counts()));
  },
  pprof: async () => {
    throw new ApiError(
      404,
      'not_found',
      'nothing is profiled over HTTP; use the profilers of Node.js on the machine of the server (node --cpu-prof)',
    );
  },
  marketplaceWebhook: async ({ request, body, services }) => marketplaceEvent(request, body, services),
  badge: async ({ params, reply, services }) => {
    const document = (await services.runs.find(params.file.replace(/\.svg$/, '')))?.document;
    // A README shows it: a picture is there for every run, whatever became of it.
    if (document === undefined) return sendText(reply, 'image/svg+xml', badgeSvg(UNKNOWN));
    const what = document.cases.length > 1 ? 'checks' : 'kernels';
    return sendText(reply, 'image/svg+xml', badgeSvg(badgeFacts(document.status, documentCounts(document), what)));
  },
};
