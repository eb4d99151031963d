import { expect, test } from 'vitest';
import { publicDocument, publicReport } from '../../src/report/public-report.ts';
import { reportDocument } from '../../src/report/read-document.ts';
import { SavedReport } from '../../src/report/saved-report.ts';
import { result, runReport, target } from '../fixtures/run.ts';
import { reportInput } from '../site/site-runs.ts';

const IMAGE = '/home/me/linux/arch/x86/boot/bzImage';
const NOTE = `kernel mine is 6.1.0 from ${IMAGE}, a local file, unverified (sha256 00)`;

/** A report about an object out of a program of the machine, on a kernel of the machine. */
function localReport(): Record<string, unknown> {
  const run = runReport({
    targets: [target('debian-13-7.3')],
    results: [result({ artifact: 0, target: 0 }, { status: 'pass', findings: [] })],
  });
  const { value } = reportInput(run);
  const report = structuredClone(value) as {
    artifact: object;
    summary: { notes: string[] };
    targets: { kernel_package: object; notes: string[]; infra_error: string }[];
  };
  report.artifact = { ...report.artifact, path: '/home/me/agent[main.text]', source: '/home/me/agent' };
  report.summary = { ...report.summary, notes: [NOTE] };
  report.targets = report.targets.map((one) => ({
    ...one,
    kernel_package: { name: 'bzImage', version: '6.1.0', archive: IMAGE, suite: '' },
    notes: [`retried after: ${IMAGE} was busy`, 'attach: /sys/kernel/btf/vmlinux is missing'],
    infra_error: `${IMAGE} is damaged`,
  }));
  return report as unknown as Record<string, unknown>;
}

test('sentences name files of the machine without their directories, and files of the guest as they are', () => {
  const report = localReport();
  const parsed = SavedReport.parse(report);
  for (const shown of [publicReport(report), publicDocument(reportDocument(parsed))]) {
    const text = JSON.stringify(shown);
    expect(text).not.toContain('/home/me');
    expect(text).toContain('kernel mine is 6.1.0 from bzImage, a local file');
    expect(text).toContain('bzImage is damaged');
    expect(text).toContain('/sys/kernel/btf/vmlinux is missing');
  }
});
