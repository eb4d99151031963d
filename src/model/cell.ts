import type { AlteringProgram } from './altering.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { LoaderFacts, LoaderResult } from './guest-loader.ts';
import type { Channel, Profile, TestedKernel } from './kernel.ts';
import type { CellBtf } from './kernel-btf.ts';
import type { CellModules } from './kernel-modules.ts';
import type { Prediction } from './prediction.ts';
import type { TestExpectations } from './test-expectations.ts';

/** What is done with programs that loaded: nothing, attach where it can be done, or fail where it cannot. */
export type AttachMode = 'disabled' | 'best-effort' | 'required';
/** `load_only`: load; `load_attach`: load and attach; `behavior`: also the functional tests of the manifest. */
export const VALIDATION_MODES = ['load_only', 'load_attach', 'behavior'] as const;
/** One of `VALIDATION_MODES`. */
export type ValidationMode = (typeof VALIDATION_MODES)[number];

/** Where an object was before it was taken out. */
export interface ArtifactSource {
  /** Absolute path of the program, archive or source file; of an image, its reference. */
  readonly place: string;
  /** `sha256:` and hex: of that file, or of the image's manifest. */
  readonly digest: string;
  /** What is behind the name of the file: `[main.agent]`, `@0x2020`; empty where the place has no other object. */
  readonly inside: string;
}

/** A compiled object as the run sees it. */
export interface Artifact {
  /** Absolute path; of an object that was taken out of another file, the path of that with what is meant in it behind it. */
  readonly path: string;
  readonly basename: string;
  readonly name: string;
  /** Hex; empty for one that could not be read. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** What it was taken out of; absent for a file of its own. */
  readonly source?: ArtifactSource | undefined;
  /** Programs that can alter what is observed while they are attached; absent: none, or no one looked. */
  readonly altering?: readonly AlteringProgram[] | undefined;
}

/** What is done and looked at in the guest while the programs are attached (docs/manifest.md, functional_tests). */
export interface FunctionalTest {
  readonly name: string;
  /** Empty where only `expect` is looked at. */
  readonly command: string;
  readonly required: boolean;
  readonly timeoutSeconds: number;
  readonly expectExitCode: number;
  readonly expectStdoutContains: string;
  readonly expectStderrContains: string;
  /** Absent: the command alone decides. */
  readonly expect?: TestExpectations | undefined;
}

/** A kernel of the matrix. */
export interface Target {
  readonly profile: Profile;
  readonly required: boolean;
  /** Milliseconds for boot and run together. */
  readonly timeoutMs: number;
}

/** The unit of work: one artifact on one kernel. */
export interface Cell {
  /** Index of the artifact in the run. */
  readonly artifact: number;
  /** Index of the kernel in the matrix. */
  readonly target: number;
}

/** Why a guest gave no result. */
export type InfraCause =
  | 'artifact_unreadable'
  | 'profile_invalid'
  | 'kernel_unavailable'
  | 'userland_unavailable'
  | 'btf_unavailable'
  | 'module_unavailable'
  | 'qemu_failed'
  | 'kvm_unusable'
  | 'boot_timeout'
  | 'system_failed'
  | 'guest_crash'
  | 'timeout'
  | 'protocol'
  | 'command_unrunnable'
  | 'not_measured'
  | 'wrong_kernel'
  | 'no_space'
  | 'shard_missing'
  | 'internal';

/** How long each part of a cell took, in milliseconds. */
export interface CellTimings {
  readonly prepareMs: number;
  readonly bootMs: number;
  readonly runMs: number;
  readonly totalMs: number;
}

/** `cell`: each cell has a fresh copy of a guest that booted; `boot`: each cell boots a guest of its own. */
export const ISOLATIONS = ['cell', 'boot'] as const;
/** One of `ISOLATIONS`. */
export type Isolation = (typeof ISOLATIONS)[number];

/** `direct`: the vendor's kernel with an initramfs of ours; `image`: the vendor's whole system from its disk image. */
export const LANE_CHOICES = ['direct', 'image'] as const;
/** One of `LANE_CHOICES`. */
export type LaneChoice = (typeof LANE_CHOICES)[number];

/** How the guest was run; stands in every report. */
export interface GuestFacts {
  readonly lane: string;
  /** `cell`: every guest is a fresh copy of one that booted; `boot`: every guest boots from nothing. */
  readonly isolation: Isolation;
  readonly accel: 'kvm' | 'tcg';
  /** Why this accelerator. */
  readonly accelReason: string;
  readonly machine: string;
  /** What guest and host talked over. */
  readonly channel: Channel;
  readonly cpuModel: string;
  readonly memoryMb: number;
  readonly qemuVersion: string;
  /** Wrapper layers that were really active (`seccomp`, `namespaces`, `no-new-privs`, `limits`). */
  readonly sandboxLayers: readonly string[];
  readonly argv: readonly string[];
}

/** What is concluded about a kernel that was not tested from one that was. */
export interface Inference {
  /** Id of the profile that was tested. */
  readonly from: string;
  /** What that one said. */
  readonly verdict: 'pass' | 'fail';
  /** A pass that is concluded decides as little as one that was observed: the user chose so. Never so of a failure. */
  readonly accepted: boolean;
}

/** What became of a cell. A value, never an exception. */
export type Outcome =
  | { readonly status: 'pass'; readonly findings: readonly Finding[] }
  | { readonly status: 'fail'; readonly failedStage: FailedStage; readonly findings: readonly Finding[] }
  /** `otherShard`: another machine runs it. */
  | { readonly status: 'skipped'; readonly reason: string; readonly otherShard?: true }
  /** Not tested: a kernel that has the same of everything that matters to the object was (docs/sampling.md). */
  | { readonly status: 'inferred'; readonly inference: Inference }
  | { readonly status: 'infra_error'; readonly cause: InfraCause; readonly message: string };

/** The `status` of an `Outcome`. */
export type OutcomeStatus = Outcome['status'];
/** The stage in which a cell failed; `command`: the command that loads the object. */
export type FailedStage = 'load' | 'attach' | 'functional' | 'validation' | 'transport' | 'infra' | 'command';

/** A finished cell with all it left behind. */
export interface CellResult {
  readonly cell: Cell;
  readonly outcome: Outcome;
  /** What the object's bytes let one expect of this kernel; absent when no one looked. */
  readonly prediction?: Prediction | undefined;
  readonly kernel: TestedKernel | undefined;
  readonly evidence: Evidence | undefined;
  /** Why `evidence` is less than the guest said; absent where it lacks nothing that was judged or that reports show. */
  readonly shortened?: string | undefined;
  readonly guest: GuestFacts | undefined;
  /** What modules of the kernel had to do with it; absent where nothing needed any. */
  readonly modules?: CellModules | undefined;
  /** What BTF that the user brought along had to do with it; absent where there is none. */
  readonly btf?: CellBtf | undefined;
  /** Whose verdict `outcome` is; absent where it is our validator's libbpf and no other was run. */
  readonly loader?: LoaderFacts | undefined;
  /** What other loaders made of the object; absent where none was run. */
  readonly loaders?: readonly LoaderResult[] | undefined;
  readonly timings: CellTimings;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Findings of the first run; undefined when its result stands. */
  readonly retriedAfter: string | undefined;
  /** Directory with the cell's files (console, validator document); undefined when none were written. */
  readonly dir: string | undefined;
}
