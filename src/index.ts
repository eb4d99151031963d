/**
 * bpfcompat as a library: does a compiled eBPF object load and attach on the kernels you care about?
 *
 * ```ts
 * import { validate } from 'bpfcompat';
 * const { verdict, report } = await validate({ artifacts: ['build/conn.bpf.o'], quick: true, onEvent: console.log });
 * ```
 */
export { type BisectKernel, type BisectOptions, type BisectResult, type BisectStep, bisect } from './api/bisect.ts';
export type { CommandOptions } from './api/command-mode.ts';
export { type CompareRequest, type CompareResult, compare, type HistorySides } from './api/compare.ts';
export { type DoctorCheck, type DoctorReport, doctor } from './api/doctor.ts';
export { type ExplainRequest, explain } from './api/explain.ts';
export type { SuiteResult } from './api/finish-suite.ts';
export { type FreshnessOptions, type FreshnessResult, type FreshnessRow, kernelFreshness } from './api/freshness.ts';
export { type GroupOptions, type GroupResult, groupKernels, type KernelGroup } from './api/group.ts';
export { type HistoryOptions, historyDoubt, listHistory, type SignOptions, signAll, verifyAll } from './api/history.ts';
export { type InitOptions, type InitResult, initSuite } from './api/init.ts';
export { type InspectOptions, type InspectResult, inspect } from './api/inspect.ts';
export {
  type CleanedKernels,
  cleanKernels,
  type FetchKernelsOptions,
  type FetchUserlandOptions,
  fetchKernels,
  fetchUserland,
  isRecordOf,
  type KnownKernels,
  knownKernels,
  matrixProfiles,
} from './api/kernels.ts';
export { type LockedChange, type LockKernelsOptions, type LockKernelsResult, lockKernels } from './api/lock.ts';
export { type MergeOptions, type MergeResult, mergeReports } from './api/merge.ts';
export { type PlanOptions, type PlanResult, planShards } from './api/plan.ts';
export { releaseCheck } from './api/release-check.ts';
export { reportSummary, type SummaryRequest } from './api/report-summary.ts';
export type { Environment } from './api/services.ts';
export { type BuildSiteOptions, type BuildSiteResult, buildSite } from './api/site.ts';
export { type SuiteOptions, validateSuite } from './api/suite.ts';
export { kernelSweep, type SweepOptions, type SweepResult } from './api/sweep.ts';
export { type ValidateOptions, type ValidateResult, validate } from './api/validate.ts';
export {
  type HostLoadOptions,
  type HostLoadResult,
  validateBeforeLoad,
  validateBytes,
} from './api/validate-before-load.ts';
export { type WatchOptions, watch } from './api/watch.ts';
export { type WatchSuiteOptions, watchSuite } from './api/watch-suite.ts';
export type { LoaderSettings } from './config/loader-settings.ts';
export { type Words, words } from './findings/words.ts';
export type * from './model/cell.ts';
export type * from './model/comparison.ts';
export { CancelledError, HostError, UsageError } from './model/errors.ts';
export type { EventListener, RunEvent } from './model/events.ts';
export type { Evidence, Hello, Stage } from './model/evidence.ts';
export type { Confidence, Finding, FindingCode } from './model/finding.ts';
export type { ReportFiles } from './model/formats.ts';
export type { Expectation, Expected, FailOn } from './model/gate.ts';
export type * from './model/inspection.ts';
export type { KernelRecord, Profile } from './model/kernel.ts';
export type { AssetFact, CommandFacts } from './model/loader-command.ts';
export type { LocalKernel } from './model/local-kernel.ts';
export type { RunReport, RunStatus, Verdict } from './model/report.ts';
export type { Shard } from './model/shard.ts';
export type { SuiteCaseReport, SuiteReport } from './model/suite.ts';
export { baselineText, diffSummaryLine } from './report/compare-text.ts';
export { inspectText } from './report/inspect-text.ts';
export { reportJson } from './report/json.ts';
export { reportMarkdown } from './report/markdown.ts';
export { matrixText } from './report/matrix-text.ts';
export { stableLines } from './report/stable-lines.ts';
export { suiteLines, suiteMatrixText, suiteText } from './report/suite-text.ts';
export { summaryMarkdown } from './report/summary.ts';
export { versionsText } from './report/versions.ts';
