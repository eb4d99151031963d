import { resolve } from 'node:path';
import {
  auditSignature,
  exportAudit,
  listTokens,
  type RegistryPlace,
  revokeTokens,
  verifyAudit,
} from '../api/admin.ts';
import { createToken } from '../api/admin-token.ts';
import { verifyAll } from '../api/history.ts';
import { environmentOf } from '../api/services.ts';
import type { ValuesOf } from '../config/options.ts';
import type { ParsedArgs } from '../config/parse-args.ts';
import { WORK_DIRECTORY } from '../model/work-directory.ts';
import { printedJson, terminal } from '../report/escape.ts';
import type { Io } from './io.ts';

export type AdminCommand = Extract<ParsedArgs, { command: `admin ${string}` }>;

function placeOf({ workdir }: { readonly workdir: string }, io: Io): RegistryPlace {
  const { host, cwd } = environmentOf({ env: io.env, cwd: io.cwd });
  return { host, cwd, workdir: resolve(cwd, workdir || io.env['BPFCOMPAT_WORKDIR'] || WORK_DIRECTORY) };
}

/** `admin`: for who runs the registry of a server. */
export async function adminCommand(parsed: AdminCommand, io: Io): Promise<number> {
  switch (parsed.command) {
    case 'admin list-tokens':
      return listCommand(parsed.options, io);
    case 'admin create-token':
      return createCommand(parsed.options, io);
    case 'admin revoke-token':
      return revokeCommand(parsed.options, io);
    case 'admin verify-chain':
      return chainCommand(parsed.options, io);
    case 'admin audit-export':
      return exportCommand(parsed.options, io);
    case 'admin audit-verify':
      return verifyCommand(parsed.options, io);
  }
}

type Shown = Awaited<ReturnType<typeof listTokens>>[number];

function lineOf({
  subject,
  tenant,
  projects,
  can_read: reads,
  can_write: writes,
  expires_at: end,
  current,
}: Shown): string {
  const scope = `${terminal(tenant || '*', 64)}/${terminal(projects.join(',') || '*', 200)}`;
  const may = [reads ? 'read' : '', writes ? 'write' : ''].filter(Boolean).join(',') || 'nothing';
  const until = end ? ` until=${terminal(end, 40)}` : '';
  return `- ${terminal(subject, 200)} ${scope} may=${may}${until}${current ? '' : ' (does not count now)'}\n`;
}

async function listCommand(options: ValuesOf<'admin list-tokens'>, io: Io): Promise<number> {
  const tokens = await listTokens(placeOf(options, io));
  io.out(options.json ? printedJson({ tokens }) : tokens.map(lineOf).join('') || 'There are no tokens.\n');
  return 0;
}

/** The token alone is what it prints, for a script to keep. */
async function createCommand(options: ValuesOf<'admin create-token'>, io: Io): Promise<number> {
  const { token, ...made } = await createToken(placeOf(options, io), { ...options, projects: options.project });
  io.out(options.json ? printedJson({ token, ...made }) : `${token}\n`);
  if (!options.json) io.err(`${lineOf(made)}The token is shown this once; the server keeps a hash of it.\n`);
  return 0;
}

async function revokeCommand(options: ValuesOf<'admin revoke-token'>, io: Io): Promise<number> {
  const gone = await revokeTokens(placeOf(options, io), options);
  io.out(`${options.dryRun ? 'would take out' : 'took out'} ${gone.length}:\n${gone.map(lineOf).join('')}`);
  return 0;
}

/** Exit code 1 when a record of the work directory is not what was written. */
async function chainCommand(options: ValuesOf<'admin verify-chain'>, io: Io): Promise<number> {
  const { workdir: workDir } = placeOf(options, io);
  const results = await verifyAll({ workDir, env: io.env, cwd: io.cwd });
  const invalid = results.filter(({ verified }) => !verified).length;
  const document = { scope: 'local_artifact_history', records: results.length, invalid, results };
  io.out(options.json ? printedJson(document) : `History: records=${results.length} invalid=${invalid}\n`);
  return invalid === 0 ? 0 : 1;
}

async function exportCommand(options: ValuesOf<'admin audit-export'>, io: Io): Promise<number> {
  const place = placeOf(options, io);
  const { tenant, project, limit, out, signKey, sigOut } = options;
  const text = await exportAudit(place, { tenant, project, limit });
  if (out === '') {
    io.out(text);
    return 0;
  }
  const signature = signKey === '' ? undefined : await auditSignature(place, text, signKey);
  await place.host.files.writeAtomic(resolve(io.cwd, out), text);
  if (signature) await place.host.files.writeAtomic(resolve(io.cwd, sigOut || `${out}.sig.json`), signature);
  io.out(`Audit: events=${text.split('\n').length - 1} signed=${signature ? 'yes' : 'no'}\n`);
  return 0;
}

async function verifyCommand(options: ValuesOf<'admin audit-verify'>, io: Io): Promise<number> {
  const fault = await verifyAudit(placeOf({ workdir: '' }, io), options);
  io.out(fault === undefined ? 'Audit: verified\n' : `Audit: not verified: ${fault}\n`);
  return fault === undefined ? 0 : 1;
}
