import { isAbsolute, join } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError, messageOf, UsageError } from '../model/errors.ts';
import { sha256 } from './canonical.ts';

const DEFAULT_DIR = '/var/lib/bpfcompat-agent';
const OTHERS_WRITE = 0o022;

/**
 * Where this host keeps what is true of it in whatever work directory an agent runs.
 * @throws UsageError for a path that is not absolute: it would be another one elsewhere
 */
function agentStateDir({ env }: Host): string {
  const own = env['BPFCOMPAT_AGENT_STATE_DIR'] || DEFAULT_DIR;
  if (isAbsolute(own)) return own;
  throw new UsageError(
    'state_dir_invalid',
    `BPFCOMPAT_AGENT_STATE_DIR: "${own}" is not an absolute path; write it in full`,
  );
}

/**
 * The directory of the marks, which no one else can write to.
 * @throws Error with what is wrong with it
 */
export async function approvalMarks(host: Host): Promise<string> {
  const state = agentStateDir(host);
  const dir = join(state, 'used-approvals');
  await host.files.makeDir(dir, 0o700);
  for (const place of [state, dir]) {
    const stat = await host.files.stat(place);
    const isOwn = stat !== undefined && (stat.uid === 0 || stat.uid === process.getuid?.());
    if (!isOwn || (stat.mode & OTHERS_WRITE) !== 0)
      throw new Error(`others may write to ${place}, so that a used approval could come back`);
  }
  await host.files.checkWritable(dir);
  return dir;
}

/**
 * Uses an approval up: on this host, and not only in one work directory. It is on the disk when this returns.
 * @throws HostError `approval_used`, or `approval_state` where this host cannot keep that it was used
 */
export async function claimApproval(host: Host, nonce: string, usedBy: string): Promise<void> {
  let dir: string;
  try {
    dir = await approvalMarks(host);
  } catch (cause) {
    throw new HostError(
      'approval_state',
      `this host cannot keep which approvals were used (${messageOf(cause)}); let this user write to ${agentStateDir(host)}, or set BPFCOMPAT_AGENT_STATE_DIR to a directory that is the same for all agents of this host`,
      { cause },
    );
  }
  const mark = join(dir, sha256(nonce));
  await using _lock = await host.files.lock(join(dir, '.lock'));
  if ((await host.files.stat(mark)) !== undefined)
    throw new HostError('approval_used', `the approval was used on this host already, as ${mark} says`);
  await host.files.appendDurably(mark, `${host.now().toISOString()} ${JSON.stringify(usedBy)}\n`);
}
