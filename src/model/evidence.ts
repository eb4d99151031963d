import * as z from 'zod';
import { Alters } from './altering.ts';
import { FormatStage } from './format-stage.ts';
import { KernelLog } from './kernel-log.ts';
import { grouped, oncePer } from './once-per.ts';
import { SymbolStage } from './symbol-stage.ts';
import { VariantGroup } from './variant-group.ts';

/**
 * What a guest reported, by stages. The guest is hostile: every value has gone through these schemas, strings
 * are bounded, unknown keys are dropped. In prose: docs/guest-protocol.md.
 */
const name = z.string().max(256);
const message = z.string().max(4096);
const log = z.string().max(256 * 1024);
const errno = z.number().int().min(-4095).max(4095);
const micros = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

const StageStatus = z.enum(['pass', 'fail', 'skipped']);

/** Version of the frames and of what they say (docs/guest-protocol.md); `FRAME_VERSION` of validator-c is the same. */
export const PROTOCOL_VERSION = 2;

/** First frame of a guest, before it got any byte. */
export const Hello = z.object({
  protocol: z.literal(PROTOCOL_VERSION),
  validator: z.object({ version: name, libbpf: name }),
  kernel: z.object({ release: name, version: message, machine: name }),
  btf: z.object({ vmlinux: z.boolean(), size: count }),
  facts: z
    .object({
      cmdline: message,
      lsm: message,
      lockdown: message,
      unprivileged_bpf_disabled: z.string().max(32),
      jit_enable: z.string().max(32),
      jit_limit: z.string().max(32),
      kptr_restrict: z.string().max(32),
      perf_event_paranoid: z.string().max(32),
      perf_event_max_stack: z.string().max(32),
      /** Effective capabilities of the validator, hex as in /proc/self/status. */
      cap_eff: z.string().max(32),
      /** Of the kernel, hex; empty where its notes have none. */
      build_id: name,
      /** Names below /sys/kernel/btf besides vmlinux, separated by commas. */
      btf_modules: message,
    })
    .partial(),
  /** What the guest could not set up (module, mount), with the errno. */
  problems: z.array(z.object({ what: name, errno, detail: message })).max(64),
  /** From kernel start until ready. */
  ready_us: micros,
});
export type Hello = z.infer<typeof Hello>;

const BeginStage = z.object({
  stage: z.literal('begin'),
  nonce: z.string().max(64),
  artifact_sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Sent before anything that may hang or panic, so that the host can say what was going on. */
const StepStage = z.object({ stage: z.literal('step'), phase: name, subject: name });

/**
 * The rejected system call once more with one thing changed; tried in the order of the list until the kernel takes one,
 * so the last entry with errno 0 names what it rejects. Never done for what passed.
 */
export const Probe = z.object({
  /**
   * Maps: `no_flags`, `needed_flags` (those without which the type cannot be had), `one_entry`, `page_entries`,
   * `canonical_sizes`, `inner_map`, `no_btf`, `no_extra`; `canonical` is the type alone with definitions that every
   * kernel takes that knows it. Programs: `trivial` (two instructions, all else as it was), `no_flags`,
   * `no_attach_type`, `other_attach_type` (the one that came first for the type), `type_only`.
   */
  change: name,
  errno,
});
export type Probe = z.infer<typeof Probe>;

const ProgramFacts = z.object({
  name,
  section: name,
  type: name,
  expected_attach_type: z.number().int().nonnegative().optional(),
  autoload: z.boolean(),
  insns: count,
});
const MapFacts = z.object({
  name,
  type: name,
  type_id: count,
  key_size: count,
  value_size: count,
  max_entries: count,
  flags: count,
});

/**
 * One thing that was done to the object before it was loaded, because its own loader would do it or because the user sets it
 * for it.
 */
export const Shim = z.object({
  /**
   * `map_size`, `map_key_value`, `inner_map`, `map_field`, `pinning`, `program_type`; as the user sets: `map_setting`,
   * `program_type`, `rodata`, `attach_target`, `autoload`; `variant` and `companion` only for programs that are not there.
   */
  kind: name,
  /** Map, program or variable. */
  subject: name,
  detail: message,
  /** Why it could not be done; 0 when it was. */
  errno,
});
export type Shim = z.infer<typeof Shim>;

/** Programs and maps as they are going to be loaded, what `shims` lists included. */
const OpenStage = z.object({
  stage: z.literal('open'),
  status: StageStatus,
  errno,
  error: message,
  log,
  elapsed_us: micros,
  artifact_has_btf: z.boolean(),
  artifact_has_btf_ext: z.boolean(),
  /** CO-RE relocation records in .BTF.ext; 0 when there are none. */
  core_relocations: count,
  license: name,
  programs: z.array(ProgramFacts).max(10_000),
  maps: z.array(MapFacts).max(10_000),
  shims: z.array(Shim).max(2000).optional(),
});

/** One program loaded with every other program left out, or as part of the object when that was enough. */
const ProgramStage = z.object({
  stage: z.literal('program'),
  name,
  section: name,
  status: StageStatus,
  /** Why it was skipped; empty otherwise. */
  reason: message,
  errno,
  /** false: observed inside the load of the whole object. */
  alone: z.boolean(),
  /** libbpf's own warnings of this load. */
  log,
  verifier_log_head: log,
  verifier_log_tail: log,
  /** Length of the log the kernel wrote, and how much of it is in neither head nor tail. */
  verifier_log_bytes: count,
  verifier_log_dropped: count,
  verified_insns: count,
  /** From the verifier's statistics; absent when it wrote none. */
  total_states: count.optional(),
  peak_states: count.optional(),
  /** Deepest stack in bytes over all call chains, as far as the kernel says. */
  stack_bytes: count.optional(),
  xlated_bytes: count,
  jited_bytes: count,
  elapsed_us: micros,
  /** Only for a program that was rejected with an empty verifier log. */
  probes: z.array(Probe).max(16).optional(),
});

const MapStage = z.object({
  stage: z.literal('map'),
  name,
  type: name,
  status: StageStatus,
  errno,
  error: message,
  probes: z.array(Probe).max(16).optional(),
});

/**
 * What libbpf found for the CO-RE relocations of the programs it prepared: one entry per distinct access, present or
 * not. Accesses that only check whether something exists stand beside those that need it.
 */
const CoreStage = z.object({
  stage: z.literal('core'),
  relocations: z
    .array(
      z.object({
        program: name,
        /** Instruction of the access in the program's own section, counted from the program's start. */
        insn: count,
        /** libbpf's word: `byte_off`, `field_exists`, `type_size`, `enumval_value`, ... */
        kind: name,
        /** As libbpf writes it: `struct inet_sock.freebind`, `enum bpf_cmd::BPF_PROG_LOAD`. */
        access: message,
        present: z.boolean(),
        /** Whether the kernel has any type of the name that the access begins with. */
        type_present: z.boolean().optional(),
      }),
    )
    .max(4096),
  /** Entries that were left out. */
  dropped: count,
});

/** Functions, variables and options of the kernel that the object names. */
const ExternStage = z.object({
  stage: z.literal('externs'),
  externs: z
    .array(
      z.object({
        name,
        kind: z.enum(['kfunc', 'ksym', 'kconfig']),
        weak: z.boolean(),
        /** absent: not known. */
        present: z.boolean().optional(),
        /** Module whose BTF or symbol table has it; empty for the kernel itself. */
        module: name,
      }),
    )
    .max(2048),
});

const LoadStage = z.object({
  stage: z.literal('load'),
  status: StageStatus,
  errno,
  error: message,
  log,
  elapsed_us: micros,
  /** What stood in for inner maps at last, where the `inner_map` shims of `open` were fitted to the programs since. */
  inner_map: message.optional(),
  /** One entry per group that the request names. */
  variants: z.array(VariantGroup).max(16).optional(),
  alters: Alters,
});

const AttachStage = z.object({
  stage: z.literal('attach'),
  program: name,
  section: name,
  status: StageStatus,
  /** How it was attached: `auto` (libbpf decided), `xdp`, `tc`, `tcx`, `cgroup`, `iter`, ... */
  method: name,
  /** What it was attached to (device, cgroup, function); may be empty. */
  target: name,
  errno,
  error: message,
  /** Why it was skipped; empty otherwise. */
  reason: message,
  log,
  elapsed_us: micros,
});

/** One thing a test expected without a shell, in the order of its plan: maps, variables, events, runs. */
export const Assertion = z.object({
  kind: z.enum(['map', 'variable', 'event', 'run']),
  /** Map, variable or program; `trace_pipe`. */
  subject: name,
  status: StageStatus,
  /** The plan's line without its subject, cut; for people only. */
  wanted: message,
  /** What was found, as `key=value` fields with blanks between (docs/guest-protocol.md). */
  seen: message,
  error: message,
});
export type Assertion = z.infer<typeof Assertion>;

const FunctionalStage = z.object({
  stage: z.literal('functional'),
  name,
  required: z.boolean(),
  status: StageStatus,
  command: message,
  timeout_seconds: count,
  expected_exit_code: z.number().int().min(0).max(255),
  /** -1: no command was run. */
  exit_code: z.number().int().min(-1).max(255),
  timed_out: z.boolean(),
  /** All of it where it is the report of a loader of ours. */
  stdout_tail: z.string().max(256 * 1024),
  stderr_tail: z.string().max(8192),
  /** Lengths of the whole streams; they were searched whole. */
  stdout_bytes: count.optional(),
  stderr_bytes: count.optional(),
  /** How the streams began; absent where the tail has it. */
  stdout_head: z.string().max(2048).optional(),
  stderr_head: z.string().max(2048).optional(),
  /** How long the command ran; with assertions, how long the whole test took. */
  elapsed_us: micros.optional(),
  error: message,
  assertions: z.array(Assertion).max(64).optional(),
});

/** What the kernel logged of trouble until then: reported by PID 1 before something is attached or run that could hide it. */
const KernelStage = z.object({ stage: z.literal('kernel'), kernel: KernelLog });

/** The last word, said by PID 1 and not by the process that touched the object. */
const ExitStage = z.object({
  stage: z.literal('exit'),
  kind: z.enum(['exited', 'signaled', 'timeout', 'protocol']),
  code: z.number().int().min(0).max(255),
  signal: z.number().int().min(0).max(128),
  elapsed_us: micros,
  /** The modules of the request, in its order; errno 0: it is inserted. Absent when there were none. */
  modules: z.array(z.object({ name, errno })).max(64).optional(),
  /** What the kernel itself said of trouble since the last `kernel` stage; absent in older recordings. */
  kernel: KernelLog.optional(),
});

export const Stage = z.discriminatedUnion('stage', [
  BeginStage,
  StepStage,
  OpenStage,
  MapStage,
  ProgramStage,
  CoreStage,
  ExternStage,
  SymbolStage,
  FormatStage,
  LoadStage,
  AttachStage,
  FunctionalStage,
  KernelStage,
  ExitStage,
]);
/** One statement of the validator about one step (docs/guest-protocol.md). */
export type Stage = z.infer<typeof Stage>;
export type StageOf<K extends Stage['stage']> = Extract<Stage, { stage: K }>;

/** Everything one guest said about one artifact, in the order it said it. Never changed. */
export interface Evidence {
  readonly hello: Hello;
  readonly stages: readonly Stage[];
  /** The validator's own document (docs/validator.md), as it came; written to disk, never used for the verdict. */
  readonly document: string | undefined;
}

const byKind = oncePer((evidence: Evidence) => grouped(evidence.stages, ({ stage }) => stage));

/** All stages of one kind. */
export function stagesOf<K extends Stage['stage']>(evidence: Evidence, kind: K): readonly StageOf<K>[] {
  return (byKind(evidence).get(kind) ?? []) as readonly StageOf<K>[];
}

/** The first stage of a kind: a later one can never replace it. */
export function firstStage<K extends Stage['stage']>(evidence: Evidence, kind: K): StageOf<K> | undefined {
  return stagesOf(evidence, kind)[0];
}
