import type * as z from 'zod';
import type { Access } from './access.ts';
import { REGISTRY_ROUTES } from './registry-routes.ts';
import type { Route } from './route.ts';
import * as shapes from './schemas.ts';

const OPEN: Access = { kind: 'open' };
const READ: Access = { kind: 'scoped', scopes: ['read'], switches: ['read', 'write'] };
const DELIVERY: Access = { kind: 'scoped', scopes: ['delivery'], switches: ['delivery', 'write'] };
const VALIDATE: Access = { kind: 'scoped', scopes: ['validate'], switches: ['validate', 'write'] };
/** Whoever may start a job or read results, and knows the id of this one. */
const STATUS: Access = { kind: 'scoped', scopes: ['validate', 'read'], switches: ['validate', 'write'] };

/** Every route: the server, the OpenAPI document, the table of docs/server.md and the test of who may what read this. */
export const ROUTES = {
  health: {
    ...{ method: 'GET', path: 'health', at: 'api', action: '', access: OPEN },
    summary: 'Whether the server responds',
    responses: { 200: { description: 'it does', schema: shapes.Health } },
  },
  config: {
    ...{ method: 'GET', path: 'config', at: 'api', action: '', access: OPEN },
    summary: 'Switches of the server, without secrets',
    responses: { 200: { description: 'the switches', schema: shapes.Config } },
  },
  profiles: {
    ...{ method: 'GET', path: 'profiles', at: 'api', action: '', access: OPEN },
    summary: 'Kernels that objects can be checked on',
    responses: { 200: { description: 'one entry per kernel', schema: shapes.Profiles } },
  },
  openapi: {
    ...{ method: 'GET', path: 'openapi.yaml', at: 'api', action: '', access: OPEN },
    summary: 'This document',
    responses: { 200: { description: 'OpenAPI 3.1', content: 'application/yaml' } },
  },
  validate: {
    ...{ method: 'POST', path: 'validate', at: 'api', action: 'validate', access: VALIDATE },
    summary: 'Check an object and wait for the report',
    form: shapes.ValidateRequest,
    responses: { 200: { description: 'the report, whatever its verdict is', schema: shapes.Validated } },
    problems: [409, 413, 415, 422, 502],
  },
  validateStart: {
    ...{ method: 'POST', path: 'validate/start', at: 'api', action: 'validate', access: VALIDATE },
    summary: 'Start to check an object',
    form: shapes.ValidateRequest,
    responses: { 202: { description: 'it is queued', schema: shapes.Started } },
    problems: [413, 415, 422],
  },
  validateStatus: {
    ...{ method: 'GET', path: 'validate/status', at: 'api', action: 'validate_status', access: STATUS },
    summary: 'How far a job is, and its result',
    query: shapes.JobQuery,
    responses: { 200: { description: 'its state', schema: shapes.JobStatus } },
    problems: [404],
  },
  validateEvents: {
    ...{ method: 'GET', path: 'validate/:id/events', at: 'api', action: 'validate_status', access: STATUS },
    summary: 'The same as server-sent events; each has the whole state but the result',
    params: shapes.JobParams,
    responses: { 200: { description: 'events `status`, the last one `end`', content: 'text/event-stream' } },
    problems: [404],
  },
  validateCancel: {
    ...{ method: 'DELETE', path: 'validate/:id', at: 'api', action: 'validate', access: VALIDATE },
    summary: 'Cancel a job',
    params: shapes.JobParams,
    responses: { 202: { description: 'it ends now', schema: shapes.JobStatus } },
    problems: [404, 409],
  },
  historyArtifacts: {
    ...{ method: 'GET', path: 'history/artifacts', at: 'api', action: 'history_artifacts', access: READ },
    summary: 'Signed records of earlier results, newest first',
    query: shapes.ArtifactsQuery,
    responses: { 200: { description: 'the records', schema: shapes.HistoryRecords } },
  },
  historyRuns: {
    ...{ method: 'GET', path: 'history/runs', at: 'api', action: 'history_runs', access: READ },
    summary: 'Earlier runs, newest first',
    query: shapes.RunsQuery,
    responses: { 200: { description: 'one record per object of a run', schema: shapes.RunRecords } },
  },
  runReport: {
    ...{ method: 'GET', path: 'history/run-report', at: 'api', action: 'run_report', access: READ },
    summary: 'The report of a run',
    query: shapes.RunQuery,
    responses: { 200: { description: 'the report', schema: shapes.RunReport } },
    problems: [404],
  },
  compare: {
    ...{ method: 'POST', path: 'compare', at: 'api', action: 'compare' },
    access: { kind: 'scoped', scopes: ['compare'], switches: ['write'] },
    summary: 'What is different between two runs',
    body: shapes.CompareBody,
    responses: { 200: { description: 'the document of `bpfcompat compare`', schema: shapes.Compared } },
    problems: [404, 413, 415],
  },
  runtimeProbe: {
    ...{ method: 'GET', path: 'runtime/probe', at: 'api', action: 'runtime_probe' },
    access: { kind: 'scoped', scopes: ['read'], switches: [] },
    summary: 'Experimental: the machine of the server, for callers on it',
    responses: { 200: { description: 'the document of `bpfcompat runtime probe`', schema: shapes.Probed } },
  },
  runtimeSelect: {
    ...{ method: 'POST', path: 'runtime/select', at: 'api', action: 'runtime_select', access: DELIVERY },
    summary: 'Experimental: which artifact fits the host of a probe, by evidence that the server believes',
    body: shapes.SelectBody,
    responses: {
      200: { description: 'the decision', schema: shapes.Selected },
      412: { description: 'none may be used, and why', schema: shapes.NoneSelected },
    },
    problems: [413, 415],
  },
  runtimeFetch: {
    ...{ method: 'POST', path: 'runtime/fetch', at: 'api', action: 'runtime_fetch', access: DELIVERY },
    summary: 'Experimental: the same, and the verified object in a directory of the server',
    body: shapes.FetchBody,
    responses: {
      200: { description: 'what was fetched', schema: shapes.Fetched },
      412: { description: 'none may be used, and why', schema: shapes.NoneSelected },
    },
    problems: [413, 415],
  },
  runtimeExecute: {
    ...{ method: 'POST', path: 'runtime/execute', at: 'api', action: 'runtime_execute' },
    access: { kind: 'scoped', scopes: ['execute'], switches: [] },
    summary: 'Experimental: has the agent of this host check a load, where that is switched on; nothing stays loaded',
    body: shapes.ExecuteBody,
    responses: {
      200: { description: 'what the agent found', schema: shapes.Executed },
      202: { description: 'the agent is not done yet', schema: shapes.Executing },
      412: { description: 'none may be used, and why', schema: shapes.NoneSelected },
    },
    problems: [413, 415],
  },
  runtimeDecisions: {
    ...{ method: 'GET', path: 'runtime/decisions', at: 'api', action: 'runtime_decisions', access: READ },
    summary: 'Experimental: decisions that were made, newest first',
    query: shapes.DecisionsQuery,
    responses: { 200: { description: 'one event each', schema: shapes.Decisions } },
  },
  agentDecision: {
    ...{ method: 'POST', path: 'agent/decision', at: 'api', action: 'agent_decision' },
    access: { kind: 'scoped', scopes: ['delivery'], switches: [], orToken: true },
    summary: 'Experimental: a decision for an agent; it approves nothing',
    body: shapes.AgentDecisionBody,
    responses: {
      200: { description: 'the decision', schema: shapes.AgentDecided },
      412: { description: 'none may be used, and why', schema: shapes.NoneSelected },
    },
    problems: [413, 415],
  },
  ...REGISTRY_ROUTES,
  livez: {
    ...{ method: 'GET', path: '/livez', at: 'root', action: '', access: OPEN },
    summary: 'Whether the process responds',
    responses: { 200: { description: 'ok', content: 'text/plain' } },
  },
  readyz: {
    ...{ method: 'GET', path: '/readyz', at: 'root', action: '', access: OPEN },
    summary: 'Whether jobs can be taken',
    responses: {
      200: { description: 'they can', schema: shapes.Readiness },
      503: { description: 'they cannot, and why', schema: shapes.Readiness },
    },
  },
  metrics: {
    ...{ method: 'GET', path: '/metrics', at: 'root', action: 'metrics' },
    access: { kind: 'scoped', scopes: ['read'], switches: [] },
    summary: 'Counters for Prometheus, where BPFCOMPAT_API_ENABLE_METRICS is on',
    responses: { 200: { description: 'text format', content: 'text/plain' } },
    problems: [404],
  },
  pprof: {
    ...{ method: 'GET', path: '/debug/pprof/:profile', at: 'root', action: 'pprof', access: OPEN },
    summary: 'Profiles of earlier versions: there are none, whatever BPFCOMPAT_API_ENABLE_PPROF says',
    params: shapes.ProfileParams,
    responses: {},
    problems: [404],
  },
  marketplaceWebhook: {
    ...{ method: 'POST', path: '/github/marketplace/webhook', at: 'root', action: '', access: OPEN },
    summary: 'Events of GitHub Marketplace, signed in X-Hub-Signature-256: they are written to the log',
    body: shapes.MarketplaceEvent,
    responses: { 200: { description: 'the signature is right', schema: shapes.Health } },
    problems: [401, 413, 415, 503],
  },
  badge: {
    ...{ method: 'GET', path: '/badge/:file', at: 'root', action: 'run_report', access: READ },
    summary: 'Badge of a run (`<run id>.svg`)',
    params: shapes.BadgeParams,
    responses: { 200: { description: 'the badge; a gray one for a run that is not known', content: 'image/svg+xml' } },
  },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof ROUTES;

/** What a handler of a route gets of a request: checked values. */
type Given<R extends Route, Part extends 'query' | 'params' | 'body'> =
  R extends Readonly<Record<Part, infer S extends z.ZodType>> ? z.infer<S> : undefined;
export type QueryOf<N extends RouteName> = Given<(typeof ROUTES)[N], 'query'>;
export type ParamsOf<N extends RouteName> = Given<(typeof ROUTES)[N], 'params'>;
export type BodyOf<N extends RouteName> = Given<(typeof ROUTES)[N], 'body'>;
