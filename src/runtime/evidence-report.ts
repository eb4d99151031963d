import * as z from 'zod';
import { KernelIdentity } from '../model/kernel-identity.ts';
import { onceEach } from '../model/once-each.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().default('');
const count = z.number().int().nonnegative().default(0);

const Target = z.object({
  profile_id: z.string().min(1),
  required: z.boolean().default(true),
  status: z.enum(['pass', 'fail', 'skipped', 'inferred', 'infra_error']),
  validation: z
    .object({ load_status: text, attach_mode: text, attach_status: text })
    .default({ load_status: '', attach_mode: '', attach_status: '' }),
  functional: z
    .object({
      tests: z.array(z.object({ name: text, required: z.boolean().default(false), status: text })).default([]),
    })
    .default({ tests: [] }),
  classification_code: text,
  started_at: text,
  finished_at: text,
  kernel_package: z
    .object({
      name: text,
      version: text,
      archive: text,
      sha256: hex.optional(),
      vmlinuz_sha256: hex.optional(),
      vouched_by: text,
    })
    .optional(),
  kernel_identity: KernelIdentity.optional(),
  guest: z
    .object({
      lane: text,
      accel: z.enum(['kvm', 'tcg']),
      machine: text,
      qemu_version: text,
      sandbox_layers: z.array(z.string()).default([]),
    })
    .optional(),
  programs: z
    .array(z.object({ name: z.string(), type: text, load_status: text, attach_status: text, attach_target: text }))
    .default([]),
  shims: z.array(z.object({ kind: text, subject: text, detail: text, errno: text })).default([]),
  loaders: z
    .array(z.object({ name: text, version: text, sha256: text, decides: z.boolean().default(false) }))
    .default([]),
  btf: z.object({ supplied: z.object({ sha256: text, used: z.boolean().default(true) }).optional() }).optional(),
  modules: z.object({ used: z.array(z.object({ name: text, status: text })).default([]) }).optional(),
  findings: z.array(z.object({ code: text, decisive: z.boolean().default(false) })).default([]),
  maps: z.array(z.object({ name: z.string(), type: text })).default([]),
  core_relocations: z.object({ present: count, absent: z.array(z.unknown()).default([]) }).optional(),
  kernel_facts: z.object({ lockdown: text, lsm: text }).default({ lockdown: '', lsm: '' }),
});
export type EvidenceTarget = z.infer<typeof Target>;

/** What evidence is made of: a report (docs/report.md), `schema_version` v0.1. */
export const EvidenceReport = z.object({
  schema_version: z.literal('v0.1'),
  run: z.object({ id: z.string().min(1) }),
  artifact: z.object({ path: z.string(), basename: z.string().min(1), sha256: hex }),
  validator: z.object({ sha256: hex }),
  command: z.unknown().optional(),
  shard: z.unknown().optional(),
  targets: onceEach(Target).default([]),
  summary: z.object({ status: z.enum(['pass', 'fail', 'error']) }),
});
export type EvidenceReport = z.infer<typeof EvidenceReport>;
