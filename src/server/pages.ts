import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { jobPage } from '../site/job-page.tsx';
import { assetNames } from '../site/pages.ts';
import { lockedPage, messagePage } from '../site/plain-page.tsx';
import type { PageAssets } from '../site/shell.tsx';
import { startPage } from '../site/start-page.tsx';
import { acceptJob } from './accept.ts';
import type { Caller } from './access.ts';
import { sendEvidence } from './evidence.ts';
import { isEnded } from './job.ts';
import type { ServedKernel } from './kernels.ts';
import { callerWhoMay, html, may } from './page-reply.ts';
import { presetsOf } from './presets.ts';
import { ApiError, problemOf } from './problem.ts';
import { admit } from './register.ts';
import { createResults, runPageOf, typeOf } from './results.ts';
import { ROUTES } from './routes.ts';
import { addRuntimePages } from './runtime-pages.ts';
import { JOB_ID } from './schemas.ts';
import type { Services } from './services.ts';

/** A page that is not there, for somebody who followed a link. */
function missing(reply: FastifyReply, assets: PageAssets, up: string, text: string): FastifyReply {
  const said = { title: 'Not found', text, back: `${up}index.html`, backText: 'All results' };
  return html(reply.code(404), messagePage(assets, up, said));
}

/** Kernels that whoever sends the form may choose; what is not stored is fetched for somebody alone. */
async function offeredTo(caller: Caller | undefined, { kernels, settings }: Services): Promise<ServedKernel[]> {
  const fetches = !settings.offline && caller !== undefined && caller.kind !== 'nobody';
  const bootable = (await kernels()).filter(({ profile }) => !profile.unbootable && !profile.problem);
  return bootable.filter(({ stored, standard }) => stored || fetches || (!settings.offline && standard !== undefined));
}

/** What becomes of a kernel that is not stored: nothing is fetched for callers without a credential. */
const noteOf = (caller: Caller | undefined): string =>
  caller?.kind === 'nobody' ? 'not stored: needs a credential' : 'is fetched first';

async function showStart(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { assets, runs, settings } = services;
  const caller = await callerWhoMay(request, ROUTES.validateStart, services);
  const mayRead = await may(request, ROUTES.historyRuns, services);
  const offered = await offeredTo(caller, services);
  const presets = presetsOf(offered);
  const { preset: said } = request.query as { preset?: unknown };
  const text = startPage({
    up: 'results/',
    assets: assetNames(assets),
    kernels: offered.map(({ profile, stored, standard }) => ({
      id: profile.id,
      note: stored ? '' : noteOf(caller),
      optional: standard === 'optional',
    })),
    presets,
    preset: said === 'none' ? 'none' : ((presets.find(({ name }) => name === said) ?? presets[0])?.name ?? ''),
    most: settings.env.profiles,
    site: mayRead ? await runs.site() : undefined,
    locked: caller === undefined,
    suites: !settings.demo,
    banner: settings.demo ? 'This is a demo: results are removed after a day and are no evidence.' : '',
  });
  return html(reply, text);
}

/** The form of the first page: what the API takes, with a page as the response. */
async function start(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  try {
    const caller = await admit(request, ROUTES.validateStart, services);
    const { job_id: id } = await acceptJob(request, caller, services);
    return reply.redirect(`/jobs/${id}`, 303);
  } catch (error) {
    const { status, message } = problemOf(error);
    if (status >= 500) throw error;
    const said = { title: 'It was not started', text: message, back: './' };
    return html(reply.code(status), messagePage(assetNames(services.assets), 'results/', said));
  }
}

async function showJob(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { jobs, assets, runs } = services;
  const names = assetNames(assets);
  if (!(await may(request, ROUTES.validateStatus, services))) return html(reply, lockedPage(names, '../results/'));
  const { id } = request.params as { id: string };
  const job = JOB_ID.test(id) ? jobs.get(id) : undefined;
  if (job === undefined)
    return missing(reply, names, '../results/', 'There is no such check, or it is too old to be remembered.');
  const { state, message, percent, profiles, cells, error = '', exit_code: exitCode, request: requested } = job;
  const mayRead = isEnded(job) && (await may(request, ROUTES.historyRuns, services));
  const run = mayRead && job.run_id ? runPageOf(await runs.site(), job.run_id) : undefined;
  const page = { id, name: requested.artifact, state, message, percent, profiles, cells, error, exitCode };
  const self = `../api/v1/validate/${id}`;
  const ways = { up: '../results/', events: `${self}/events`, self, run: run === undefined ? '' : `../results/${run}` };
  return html(reply, jobPage(page, { assets: names, ...ways }));
}

function resultsHandler(services: Services) {
  const results = createResults(services);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = (request.params as { '*': string })['*'];
    if (path.startsWith('assets/')) {
      const text = await results(path);
      if (text === undefined) throw new ApiError(404, 'not_found', 'there is no such file');
      return reply.header('cache-control', 'public, max-age=31536000, immutable').type(typeOf(path)).send(text);
    }
    const up = '../'.repeat(path.split('/').length - 1);
    if (!path.endsWith('.html')) await admit(request, ROUTES.historyRuns, services);
    else if (!(await may(request, ROUTES.historyRuns, services)))
      return html(reply, lockedPage(assetNames(services.assets), up));
    if (path === 'compare') return compareRuns(request, reply, services);
    if (path.endsWith('.tar.gz')) return sendEvidence(path, reply, services);
    const isEmpty = path === 'index.html' && (await services.runs.site()).runs.length === 0;
    const none = { title: 'No results yet', text: 'Nothing was checked in this work directory.', back: '../' };
    const text = isEmpty ? messagePage(assetNames(services.assets), up, none) : await results(path);
    if (text === undefined && path.endsWith('.html'))
      return missing(reply, assetNames(services.assets), up, 'There is no such page; the newest 200 runs have one.');
    if (text === undefined) throw new ApiError(404, 'not_found', 'there is no such file');
    return reply.type(typeOf(path)).send(text);
  };
}

async function compareRuns({ query }: FastifyRequest, reply: FastifyReply, { runs }: Services): Promise<FastifyReply> {
  const { base, head } = query as { base?: unknown; head?: unknown };
  const slugs = new Set((await runs.site()).runs.map(({ slug }) => slug));
  const [from, to] = [base, head].map((one) => (typeof one === 'string' && slugs.has(one) ? one : undefined));
  if (from === undefined || to === undefined) throw new ApiError(404, 'run_unknown', 'there are no such runs');
  return reply.redirect(`/results/diffs/${from}..${to}.html`, 303);
}

/** Pages for people. Who may not see something gets a page that requests a key, and 200: the page is not a secret. */
export function addPages(app: FastifyInstance, services: Services): void {
  app.get('/', (request, reply) => showStart(request, reply, services));
  app.post('/', (request, reply) => start(request, reply, services));
  addRuntimePages(app, services);
  app.get('/jobs/:id', (request, reply) => showJob(request, reply, services));
  app.get('/results/*', resultsHandler(services));
  const results = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { run_id: id } = request.query as { run_id?: unknown };
    if (typeof id !== 'string' || !(await may(request, ROUTES.historyRuns, services)))
      return reply.redirect('/results/index.html');
    const page = runPageOf(await services.runs.site(), id);
    if (page === undefined) throw new ApiError(404, 'run_unknown', 'there is no report of such a run');
    return reply.redirect(`/results/${page}`);
  };
  for (const path of ['/results', '/results/', '/demo-result']) app.get(path, results);
}
