import { dirname, relative, resolve } from 'node:path';
import { type Manifest, readManifest } from '../config/manifest.ts';
import { type GateAdditions, withAssets, withFunctionalTest, withGate } from '../config/merge-manifest.ts';
import type { SuiteCase } from '../config/suite.ts';
import type { Host } from '../host/host.ts';
import { joinAssets, loadAssets, NO_ASSETS } from '../run/assets.ts';
import { gatherPayload } from '../run/gather-payload.ts';
import { type Payload, type PreparedCommand, prepareCommand } from '../run/payload.ts';
import { loadText } from '../run/resolve.ts';

/** Where a suite is read. */
export interface GuestFilesContext {
  readonly host: Host;
  readonly cwd: string;
  /** Directory of the suite file: all its paths start there. */
  readonly dir: string;
}

/** The manifest of a case, and what its guests get besides the object. */
export interface CaseGuestFiles {
  readonly manifest: Manifest | undefined;
  /** Absolute; empty without one. */
  readonly manifestPath: string;
  /**
   * Text of the manifest with the test and the assets of the case in it, and with what the suite declares about its verdict:
   * a cell that is run again alone ends the same. undefined where the case adds nothing.
   */
  readonly merged: string | undefined;
  readonly payload: Payload;
  readonly notes: readonly string[];
}

/** The command of a case with its program read; undefined without one. @throws UsageError that names the case */
export async function caseCommand(
  { host, dir }: GuestFilesContext,
  source: SuiteCase,
): Promise<PreparedCommand | undefined> {
  if (source.command === undefined) return undefined;
  const said = { command: `${source.origin}: command`, binary: `${source.origin}: command_binary` };
  return prepareCommand(host, dir, source.command, said);
}

/**
 * Reads the manifest of a case and everything that its guests get.
 * @throws UsageError with file, line and column of what is wrong
 */
export async function caseGuestFiles(
  { host, cwd, dir }: GuestFilesContext,
  source: SuiteCase,
  command: PreparedCommand | undefined,
): Promise<CaseGuestFiles> {
  const own = source.manifest === '' ? '' : resolve(dir, source.manifest);
  // Positions in messages are read where the command was typed.
  const shown = (path: string): string => relative(cwd, path) || path;
  const text = own === '' ? '' : await loadText(host, own, 'manifest', `${source.origin}: manifest ${shown(own)}`);
  const written = own === '' ? undefined : readManifest({ file: shown(own), text });
  const manifestDir = own === '' ? dir : dirname(own);
  const declared = written ? await loadAssets(host, { dir: manifestDir, cwd }, written.assets) : NO_ASSETS;
  const assets = joinAssets(declared, await loadAssets(host, { dir, cwd }, source.assets));
  const gate = gateAdditions(source, written);
  const changes = source.test !== undefined || source.assets.length > 0;
  const adds = changes || gate.minKernel !== undefined || gate.expectations.length > 0;
  const path = adds ? resolve(dir, source.mergedManifest) : own;
  // The merged file lies elsewhere: what was relative to another file is written as its whole path.
  const paths = [
    ...(written?.assets ?? []).map((asset) => ({ path: resolve(manifestDir, asset.path), to: asset.to })),
    ...source.assets.map((asset) => ({ path: resolve(dir, asset.path), to: asset.to })),
  ];
  const tested = source.test === undefined ? text : withFunctionalTest(text, source.test);
  const packedText = adds ? withAssets(tested, paths) : text;
  const merged = adds ? withGate(packedText, gate) : undefined;
  const whole = changes ? readManifest({ file: shown(path), text: packedText }) : written;
  const manifest = whole && withOwnTest(whole, source);
  const from = source.test === undefined && own !== '' ? manifestDir : dir;
  const packed = await gatherPayload(host, { manifest, mode: source.mode, assets, command, dir: from });
  return { manifest, manifestPath: path, merged, ...packed };
}

/** The nearest word counts: the case's, the manifest's, that of the defaults. */
function gateAdditions({ gate }: SuiteCase, manifest: Manifest | undefined): GateAdditions {
  const { minKernel, expectations, defaults } = gate;
  return { minKernel: minKernel ?? (manifest?.minKernel === undefined ? defaults.minKernel : undefined), expectations };
}

/** Positions in messages about the case's own test are those of the suite, where it was written. */
function withOwnTest(manifest: Manifest, { test }: SuiteCase): Manifest {
  if (test === undefined) return manifest;
  return { ...manifest, functionalTests: [...manifest.functionalTests.slice(0, -1), test] };
}
