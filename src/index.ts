/**
 * bpfcompat as a library: does a compiled eBPF object load and attach on the kernels you care about?
 *
 * ```ts
 * import { validate } from 'bpfcompat';
 * const { verdict, report } = await validate({ artifacts: ['build/conn.bpf.o'], quick: true, onEvent: console.log });
 * ```
 *
 * @module bpfcompat
 */
export { type BisectKernel, type BisectOptions, type BisectResult, type BisectStep, bisect } from './api/bisect.ts';
export type { CommandOptions } from './api/command-mode.ts';
export { type CompareRequest, type CompareResult, compare, type HistorySides } from './api/compare.ts';
export { type DoctorCheck, type DoctorReport, doctor } from './api/doctor.ts';
export { type ExplainRequest, explain } from './api/explain.ts';
export type { FinishedRun } from './api/finish-run.ts';
export type { SuiteResult } from './api/finish-suite.ts';
export {
  type FreshnessOptions,
  type FreshnessResult,
  type FreshnessRow,
  type FreshnessStatus,
  kernelFreshness,
} from './api/freshness.ts';
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
export { type MergeFacts, type MergeOptions, type MergeResult, mergeReports } from './api/merge.ts';
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
export type { KernelChoice } from './config/kernel-choice.ts';
export type { LoaderSettings } from './config/loader-settings.ts';
export type { LockMode } from './config/lock.ts';
export type { DraftCase } from './config/suite-draft.ts';
export type { FindingArgs } from './findings/findings.ts';
export { type Words, words } from './findings/words.ts';
export type { SavedGuests } from './guests/snapshot/evict.ts';
export type { VerificationRow } from './history/verify.ts';
export type { KernelList } from './kernels/inventory.ts';
export type { EnsuredKernel } from './kernels/supply.ts';
export type { Userland } from './kernels/userland.ts';
export type { AlteringProgram } from './model/altering.ts';
export type { InsnBudget } from './model/budget.ts';
export type * from './model/cell.ts';
export type * from './model/comparison.ts';

export { CancelledError, HostError, UsageError } from './model/errors.ts';
export type { EventListener, RunEvent } from './model/events.ts';
export type { Evidence, Hello, Stage } from './model/evidence.ts';
export type { Confidence, Finding, FindingCode, FindingGroup, SourceLocation } from './model/finding.ts';
export type { Format, ReportFiles } from './model/formats.ts';
export type { Expectation, Expected, FailOn, MetCause } from './model/gate.ts';
export type { LoaderFacts, LoaderResult } from './model/guest-loader.ts';
export type * from './model/inspection.ts';
export type { KernelRecord, LockedKernel, Profile, TestedKernel } from './model/kernel.ts';
export type { CellBtf } from './model/kernel-btf.ts';
export type { CellModules } from './model/kernel-modules.ts';
export type { KernelRange } from './model/kernel-range.ts';
export type { AssetFact, CommandFacts } from './model/loader-command.ts';
export type { LocalKernel } from './model/local-kernel.ts';
export type { Prediction } from './model/prediction.ts';
export type { RunReport, RunStatus, Verdict } from './model/report.ts';
export type { Shard, ShardPart } from './model/shard.ts';
export type { TestExpectations } from './model/test-expectations.ts';
export type { Wording } from './model/wording.ts';
export type { BuildResult } from './plan/bisect.ts';
export type { Need } from './plan/classes/needs.ts';
export type { JobMatrix } from './plan/job-matrix.ts';
export type { ReleaseScan } from './release/scan.ts';
export { baselineText, diffSummaryLine } from './report/compare-text.ts';
export type { CheckCase as SuiteCaseReport, CheckDocument as SuiteReport } from './report/document.ts';
export { inspectText } from './report/inspect-text.ts';
export type { SummaryLimits } from './report/job-summary.ts';
export { type ReportPaths, reportJson } from './report/json.ts';
export { reportMarkdown } from './report/markdown.ts';
export { stableLines } from './report/stable-lines.ts';
export { suiteLines } from './report/suite-lines.ts';
export { summaryMarkdown } from './report/summary.ts';
export {
  documentMatrix as suiteMatrixText,
  matrixText,
  runText,
  suiteText,
  type TextOptions,
} from './report/terminal/text.ts';
export { versionsText } from './report/versions.ts';
