import { EventEmitter } from 'node:events';
import { CancelledError, HostError, UsageError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import { isEnded, JobRecord } from './job.ts';
import { type JobStore, surplus } from './job-store.ts';
import type { Log } from './log.ts';
import { ApiError, withoutDirectories } from './problem.ts';
import { progressReader } from './progress.ts';

/** What a run came to. */
interface JobResult {
  readonly runId: string;
  readonly exitCode: number;
  /** Absolute paths. */
  readonly json: string;
  readonly markdown: string;
}

/** Carries a job out. @throws what the library throws */
export type JobRunner = (job: JobRecord, signal: AbortSignal, onEvent: EventListener) => Promise<JobResult>;

export interface JobLimits {
  readonly active: number;
  readonly queued: number;
  /** Jobs of one caller that run or wait. */
  readonly perCaller: number | undefined;
}

/** At most this many jobs are remembered, as in earlier versions. */
const REMEMBERED = 200;
const RETRY_SECONDS = 15;

type Why = 'canceled' | 'stopping' | 'limit';

const WORDS: Readonly<Record<Why, string>> = {
  canceled: 'canceled',
  stopping: 'the server ended while this job ran; start it again',
  limit: 'it took longer than a job without a credential may; divide it, or send a credential',
};

/** The jobs of a server: a bounded queue whose every change of state is on disk before it is reported. */
export class Jobs {
  readonly #store: JobStore;
  readonly #run: JobRunner;
  readonly #limits: JobLimits;
  readonly #log: Log;
  readonly #onState: (state: string) => void;
  readonly #onForget: (job: JobRecord) => Promise<void>;
  readonly #now: () => Date;
  readonly #jobs = new Map<string, JobRecord>();
  readonly #running = new Map<string, AbortController>();
  /** Places that uploads hold which are not jobs yet, by caller. */
  readonly #reserved: string[] = [];
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #stopping = false;
  /** Saves happen one after the other. */
  #saved: Promise<unknown> = Promise.resolve();

  constructor(parts: {
    readonly store: JobStore;
    readonly run: JobRunner;
    readonly limits: JobLimits;
    readonly log: Log;
    /** Hears of each change of a state. */
    readonly onState: (state: string) => void;
    /** Removes what is left of a job that is forgotten, besides its directory. */
    readonly onForget: (job: JobRecord) => Promise<void>;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#run = parts.run;
    this.#limits = parts.limits;
    this.#log = parts.log;
    this.#onState = parts.onState;
    this.#onForget = parts.onForget;
    this.#now = parts.now;
  }

  /** Takes up what an earlier server left: what waited waits again, what ran was interrupted. */
  async restore(): Promise<void> {
    for (const job of await this.#store.load()) {
      this.#jobs.set(job.job_id, job);
      if (job.state !== 'running') continue;
      await this.#fail(job, 'restart', 'the server ended while this job ran; start it again');
    }
    this.#startNext();
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  counts(): { readonly active: number; readonly queued: number } {
    return { active: this.#running.size, queued: this.#waiting().length };
  }

  get(id: string): JobRecord | undefined {
    return this.#jobs.get(id);
  }

  /**
   * Holds a place in the queue while an upload arrives. Dispose gives it back; `submit` uses it.
   * @throws ApiError 429 where there is none, 503 while the server ends
   */
  reserve(owner: string): Disposable {
    if (this.#stopping) throw new ApiError(503, 'stopping', 'the server is about to end', { retryAfter: 60 });
    const { active, queued, perCaller = Number.POSITIVE_INFINITY } = this.#limits;
    const waiting = this.#waiting();
    const running = [...this.#running.keys()].flatMap((id) => this.#jobs.get(id) ?? []);
    const own = [...waiting, ...running].filter((job) => job.owner === owner).length;
    const taken = waiting.length + this.#running.size + this.#reserved.length;
    if (own + this.#reserved.filter((one) => one === owner).length >= perCaller)
      throw new ApiError(429, 'too_many_jobs', 'a job of yours runs or waits; wait for its end', {
        retryAfter: RETRY_SECONDS,
      });
    if (taken >= active + queued)
      throw new ApiError(429, 'queue_full', 'too many jobs wait; try again later', { retryAfter: RETRY_SECONDS });
    this.#reserved.push(owner);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#reserved.splice(this.#reserved.indexOf(owner), 1);
        held = false;
      },
    };
  }

  /** Queues a job whose files are in its directory. Resolves when it will outlive this process. */
  async submit(job: JobRecord, place?: Disposable): Promise<void> {
    place?.[Symbol.dispose]();
    this.#jobs.set(job.job_id, job);
    try {
      await this.#save(job);
    } catch (error) {
      this.#jobs.delete(job.job_id);
      throw error;
    }
    this.#onState(job.state);
    for (const old of surplus([...this.#jobs.values()], REMEMBERED)) await this.#forget(old);
    this.#startNext();
  }

  /** Ends a job. @throws ApiError 404, 409 for one that has ended */
  async cancel(id: string): Promise<JobRecord> {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new ApiError(404, 'job_unknown', 'there is no such job');
    if (isEnded(job)) throw new ApiError(409, 'job_ended', `the job has ended (${job.state})`);
    const running = this.#running.get(id);
    if (running) running.abort('canceled' satisfies Why);
    else await this.#fail(job, 'canceled', 'canceled before it began');
    return this.#jobs.get(id) ?? job;
  }

  /** Calls `listener` after each change of a job. @returns what ends that */
  watch(id: string, listener: (job: JobRecord) => void): () => void {
    this.#changes.on(id, listener);
    return () => this.#changes.off(id, listener);
  }

  /** The job when it has ended. */
  async ended(id: string): Promise<JobRecord | undefined> {
    const job = this.#jobs.get(id);
    if (job === undefined || isEnded(job)) return job;
    return new Promise((resolve) => {
      const end = this.watch(id, (changed) => {
        if (!isEnded(changed)) return;
        end();
        resolve(changed);
      });
    });
  }

  /** Takes no more jobs, waits for those that run, and ends them after `ms`. What waits is on disk for the next server. */
  async drain(ms: number): Promise<void> {
    this.#stopping = true;
    const ends = Promise.all([...this.#running.keys()].map((id) => this.ended(id)));
    const timer = setTimeout(() => {
      for (const controller of this.#running.values()) controller.abort('stopping' satisfies Why);
    }, ms);
    await ends;
    clearTimeout(timer);
    await this.#saved;
  }

  /** Forgets ended jobs for which `isOld` holds. */
  async forget(isOld: (job: JobRecord) => boolean): Promise<void> {
    const old = [...this.#jobs.values()].filter((job) => isEnded(job) && isOld(job));
    for (const job of old) await this.#forget(job);
  }

  #time(): string {
    return this.#now().toISOString();
  }

  #waiting(): JobRecord[] {
    return [...this.#jobs.values()].filter((job) => job.state === 'queued' && !this.#running.has(job.job_id));
  }

  async #forget(job: JobRecord): Promise<void> {
    this.#jobs.delete(job.job_id);
    await this.#store.remove(job.job_id);
    await this.#onForget(job);
  }

  #save(job: JobRecord): Promise<void> {
    const save = this.#saved.then(() => this.#store.save(job));
    this.#saved = save.catch(() => {});
    return save;
  }

  async #change(job: JobRecord, change: Partial<JobRecord>): Promise<JobRecord> {
    const known = this.#jobs.get(job.job_id) ?? job;
    const percent = Math.max(known.percent, change.percent ?? 0);
    const next = JobRecord.parse({
      ...known,
      ...change,
      percent,
      sequence: known.sequence + 1,
      updated_at: this.#time(),
    });
    // Cells come and go too fast for a disk, and a restart begins again anyway.
    if (change.state !== undefined) {
      await this.#save(next);
      this.#onState(change.state);
    }
    this.#jobs.set(job.job_id, next);
    this.#changes.emit(job.job_id, next);
    return next;
  }

  async #fail(job: JobRecord, cause: string, error: string): Promise<void> {
    await this.#change(job, { state: 'failed', stage: 'failed', message: '', cause, error, finished_at: this.#time() });
    await this.#store.dropUploads(job);
  }

  #startNext(): void {
    if (this.#stopping) return;
    for (const job of this.#waiting()) {
      if (this.#running.size >= this.#limits.active) return;
      const controller = new AbortController();
      this.#running.set(job.job_id, controller);
      const { limitMs } = job.request;
      const timer = limitMs && setTimeout(() => controller.abort('limit' satisfies Why), limitMs);
      this.#carryOut(job, controller.signal)
        .catch((error: unknown) =>
          this.#log('error', 'a job could not be ended', { job: job.job_id, error: String(error) }),
        )
        .finally(() => {
          clearTimeout(timer);
          this.#running.delete(job.job_id);
          this.#startNext();
        });
    }
  }

  async #carryOut(job: JobRecord, signal: AbortSignal): Promise<void> {
    const started = await this.#change(job, {
      state: 'running',
      stage: 'prepare_run',
      percent: 1,
      started_at: this.#time(),
    });
    const read = progressReader();
    const onEvent: EventListener = (event) => {
      const change = read(event);
      if (change) void this.#change(started, change);
    };
    try {
      const { runId, exitCode, json, markdown } = await this.#run(started, signal, onEvent);
      const done = {
        ...(runId !== '' && { run_id: runId }),
        exit_code: exitCode,
        json,
        markdown,
        finished_at: this.#time(),
      };
      await this.#change(job, { state: 'completed', stage: 'completed', message: '', percent: 100, ...done });
      await this.#store.dropUploads(job);
    } catch (error) {
      await this.#failed(job, signal, error);
    }
  }

  async #failed(job: JobRecord, signal: AbortSignal, error: unknown): Promise<void> {
    if (error instanceof CancelledError || signal.aborted) {
      const why = (signal.reason as Why | undefined) ?? 'canceled';
      return this.#fail(job, why, WORDS[why]);
    }
    if (error instanceof UsageError || error instanceof HostError)
      return this.#fail(job, error instanceof UsageError ? 'input' : 'host', withoutDirectories(error.message));
    this.#log('error', 'a job failed', { job: job.job_id, error: String((error as Error).stack ?? error) });
    return this.#fail(job, 'internal', 'the server failed; its log says why');
  }
}
