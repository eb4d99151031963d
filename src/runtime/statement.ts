import * as z from 'zod';
import { KernelIdentity } from '../model/kernel-identity.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const TEST_RESULT = 'https://in-toto.io/attestation/test-result/v0.1';

/** What an object was put through, the weakest first. */
export const MODES = ['load_only', 'load_attach', 'behavior'] as const;
export type Mode = (typeof MODES)[number];

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(4096);
const word = z.string().min(1).max(512);
const time = z.iso.datetime();
const Digest = z.object({ sha256: hex });

export const Subject = z.object({ name: word, digest: Digest });

const Configuration = z.object({
  name: word,
  uri: text.optional(),
  digest: Digest,
  annotations: z.record(z.string().max(128), text).optional(),
});
export type Configuration = z.infer<typeof Configuration>;

/** What this tool adds to the predicate. */
const Extension = z.object({
  runId: word,
  nonce: word,
  /** What the artifact is called, and which of its builds this is. */
  name: word,
  version: z.string().max(512).optional(),
  variant: z.string().max(512).optional(),
  /** A label: kernels are matched by their identity. */
  profileId: word,
  mode: z.enum(MODES),
  accel: z.enum(['kvm', 'tcg']),
  machine: text,
  backend: z.literal('qemu'),
  sharedBoot: z.boolean(),
  sandboxLayers: z.array(text).max(64),
  startedOn: time,
  finishedOn: time,
  toolVersion: text,
  /** What the object needs of a host. */
  needs: z.object({ btf: z.boolean(), mapTypes: z.array(text).max(256), programTypes: z.array(text).max(256) }),
  /** What was in force in the guest. */
  guest: z.object({ lockdown: text, lsm: text }),
  /** Of the whole run. */
  summary: z.object({
    status: z.enum(['pass', 'fail', 'error']),
    requiredPassed: z.number().int().nonnegative(),
    requiredFailed: z.number().int().nonnegative(),
    codes: z.array(text).max(256),
  }),
});
export type Extension = z.infer<typeof Extension>;

const tests = z.array(text).max(4096);

/** One artifact on one kernel. What is not named here is left out when it is read. */
export const Statement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(Subject).min(1).max(16),
  predicateType: z.literal(TEST_RESULT),
  predicate: z.object({
    result: z.enum(['PASSED', 'WARNED', 'FAILED']),
    configuration: z.array(Configuration).min(1).max(64),
    passedTests: tests,
    warnedTests: tests,
    failedTests: tests,
    bpfcompat: Extension,
  }),
});
export type Statement = z.infer<typeof Statement>;

const PREFIX = 'bpfcompat_';
/** `btf_sha256` of a kernel without BTF: annotations are texts. */
const NO_BTF = 'none';

const NAMES = {
  arch: 'arch',
  release: 'release',
  build_id: 'buildId',
  btf_sha256: 'btfSha256',
  config_sha256: 'configSha256',
  distro: 'distro',
  distro_version: 'distroVersion',
} as const;

/** The identity of a kernel as annotations of its entry in the configuration. */
export function kernelAnnotations(identity: KernelIdentity): Record<string, string> {
  const pairs = Object.entries(NAMES).flatMap(([key, name]) => {
    const value = identity[key as keyof typeof NAMES];
    return value === undefined ? [] : [[`${PREFIX}${name}`, value ?? NO_BTF] as const];
  });
  return Object.fromEntries(pairs);
}

/** The kernel that a statement is about; undefined where its annotations are no identity. */
export function kernelOf({ predicate }: Statement): KernelIdentity | undefined {
  const kernels = predicate.configuration.filter(({ name }) => name === 'kernel');
  // With two kernels in it the result could be of either.
  if (kernels.length !== 1) return undefined;
  const annotations = kernels[0]?.annotations ?? {};
  const values = Object.entries(NAMES).flatMap(([key, name]) => {
    const value = annotations[`${PREFIX}${name}`];
    if (value === undefined) return [];
    return [[key, key === 'btf_sha256' && value === NO_BTF ? null : value] as const];
  });
  return KernelIdentity.safeParse(Object.fromEntries(values)).data;
}

/** Digest of the entry `name` of the configuration; undefined where there is none. */
export function configured({ predicate }: Statement, name: string): string | undefined {
  return predicate.configuration.find((one) => one.name === name)?.digest.sha256;
}

/** SHA-256 of the object that a statement is about: its first subject. */
export function artifactOf({ subject }: Statement): string {
  return subject[0]?.digest.sha256 ?? '';
}
