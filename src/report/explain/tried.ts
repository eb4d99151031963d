import { thousands } from '../cost-text.ts';
import type { SavedReport, SavedTarget } from '../saved-report.ts';
import { fields, type Page } from './layout.ts';

function guestText({ guest }: SavedTarget): string {
  if (!guest) return '';
  const accel = `${guest.accel.toUpperCase()}${guest.accel_reason === '' ? '' : ` (${guest.accel_reason})`}`;
  const isolation =
    guest.isolation === 'cell' ? 'restored from a VM snapshot' : guest.isolation === 'boot' ? 'cold boot' : '';
  const sandbox = guest.sandbox_layers.length > 0 ? `sandbox: ${guest.sandbox_layers.join(', ')}` : '';
  const by = guest.qemu_version === '' ? guest.machine : `QEMU ${guest.qemu_version}`;
  return [isolation, `${guest.lane} lane`, accel, by, sandbox].filter(Boolean).join('; ');
}

/** The object, the kernel, the guest and when it was; what is not known has an empty text. */
export function triedRows(report: SavedReport, target: SavedTarget): (readonly [name: string, text: string])[] {
  const { artifact, run } = report;
  const { host, profile, kernel_package: pack } = target;
  const kernel = host?.kernel || profile?.kernel || '';
  const took = target.duration_ms > 0 ? `${(target.duration_ms / 1000).toFixed(1)} s` : '';
  const size = artifact.size_bytes > 0 ? `, ${thousands(artifact.size_bytes)} bytes` : '';
  const digest = artifact.sha256 === '' ? '' : `, SHA-256 ${artifact.sha256.slice(0, 12)}`;
  const shims = target.shims.map(({ kind, subject, detail, errno }) => {
    const what = [subject, detail].filter((part) => part !== '').join(': ');
    return `${kind} ${what}${errno === '' ? '' : ` (not done: ${errno})`}`;
  });
  const from = pack?.suite || pack?.archive || '';
  return [
    [
      'command',
      report.command ? `${report.command.text}, passes with exit code ${report.command.expected_exit_code}` : '',
    ],
    ['object', artifact.path.startsWith('command://') ? '' : `${artifact.path}${size}${digest}`],
    ['kernel', kernel === '' ? '' : `${kernel} ${host?.arch ?? profile?.arch ?? ''}`],
    ['package', pack ? `${pack.name} ${pack.version}${from === '' ? '' : ` from ${from}`}` : ''],
    ['guest', guestText(target)],
    ['when', [target.started_at || run.started_at, took, `run ${run.id}`].filter(Boolean).join(', ')],
    ['loaded with', shims.join('; ')],
    ['run twice', target.retried_after === '' ? '' : `the first time: ${target.retried_after}`],
  ];
}

/** The same for a terminal. */
export function triedLines(page: Page, report: SavedReport, target: SavedTarget): string[] {
  return fields(page, triedRows(report, target));
}
