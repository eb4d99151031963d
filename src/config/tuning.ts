import type { AttachMode, FunctionalTest, ValidationMode } from '../model/cell.ts';
import { flag } from '../model/wording.ts';
import { type LoaderSettings, NO_SETTINGS } from './loader-settings.ts';
import type { Manifest, ProgramVariant } from './manifest.ts';

/**
 * Request lines (`key=value`, docs/guest-protocol.md) for everything that is changed between open and load. What `settings`
 * says wins over the manifest.
 */
export function tuningLines(manifest: Manifest | undefined, settings: LoaderSettings = NO_SETTINGS): string[] {
  if (settings.strictLibbpf || manifest?.strictLibbpf) return ['strict_libbpf=true'];
  const programs = manifest?.programs ?? [];
  const rodata = new Map([...(manifest?.rodata ?? []), ...settings.rodata]);
  const targets = new Map([
    ...programs.flatMap(({ name, attachTarget }) => (attachTarget === '' ? [] : [[name, attachTarget] as const])),
    ...settings.attachTargets,
  ]);
  return [
    ...(manifest ? manifestLines(manifest) : []),
    ...[...rodata].map(([name, value]) => `set_rodata=${name}=${value}`),
    ...[...targets].map(([program, target]) => `set_attach_target=${program}=${target}`),
    ...programs.flatMap(({ name, autoload }) =>
      autoload === undefined ? [] : [`set_autoload=${name}=${autoload ? 'on' : 'off'}`],
    ),
  ];
}

/** Names of the groups of programs of which one is to be loaded. */
export function variantGroups(manifest: Manifest | undefined, settings: LoaderSettings = NO_SETTINGS): string[] {
  if (settings.strictLibbpf || manifest?.strictLibbpf) return [];
  return (manifest?.programVariants ?? []).map(({ group }) => group);
}

/** What strict loading leaves out of a manifest, as a sentence; undefined when that is nothing. */
export function strictNote(manifest: Manifest | undefined, settings: LoaderSettings = NO_SETTINGS): string | undefined {
  if (!settings.strictLibbpf || !manifest) return undefined;
  const count = tuningLines({ ...manifest, strictLibbpf: false }).length;
  if (count === 0) return undefined;
  return `${flag('strict-libbpf')}: ${count} setting${count === 1 ? '' : 's'} of ${manifest.file} for the load left out`;
}

/** What a validation mode leaves out of a manifest, as a sentence; undefined when that is nothing. */
export function modeNote(mode: ValidationMode | undefined, manifest: Manifest | undefined): string | undefined {
  if (mode === undefined || mode === 'behavior' || !manifest) return undefined;
  const tests = manifest.functionalTests.length;
  const attached = mode === 'load_only' ? requiredPrograms(manifest).length : 0;
  const left = [
    ...(tests === 0 ? [] : [`${tests} functional test${tests === 1 ? '' : 's'}`]),
    ...(attached === 0 ? [] : [`${attached} required attachment${attached === 1 ? '' : 's'}`]),
  ];
  if (left.length === 0) return undefined;
  return `validation mode ${mode}: ${left.join(' and ')} of ${manifest.file} not run`;
}

function manifestLines(manifest: Manifest): string[] {
  return [
    ...manifest.maps.flatMap(({ name, maxEntries, innerRingbufBytes, innerMap }) => [
      ...(maxEntries === undefined ? [] : [`set_map_max_entries=${name}=${maxEntries}`]),
      ...(innerRingbufBytes === undefined ? [] : [`set_map_inner_ringbuf=${name}=${innerRingbufBytes}`]),
      ...(innerMap === undefined
        ? []
        : [
            `set_map_inner_map=${name}=${innerMap.type}:${innerMap.keySize}:${innerMap.valueSize}:${innerMap.maxEntries}`,
          ]),
    ]),
    ...manifest.programTypes.map(({ program, type }) => `set_prog_type=${program}=${type}`),
    ...manifest.programVariants.map(
      ({ group, programs }) => `prog_variants=${group}=${programs.map(variantText).join(',')}`,
    ),
    ...(manifest.probeCompanions.length === 0 ? [] : [`probe_companions=${manifest.probeCompanions.join(',')}`]),
  ];
}

/** A variant has one condition on the wire. A trial load covers the helper: a program with an unknown helper fails it. */
function variantText({ name, requiresHelper, trialLoad }: ProgramVariant): string {
  if (trialLoad) return `${name}:trial`;
  return requiresHelper === undefined ? name : `${name}:${requiresHelper}`;
}

/** Names of the programs that must be attached. */
export function requiredPrograms(manifest: Manifest | undefined): string[] {
  return (manifest?.programs ?? []).filter(({ attach }) => attach.required).map(({ name }) => name);
}

/** The validator's option for how to attach (docs/validator.md). */
export function attachModeOf(mode: ValidationMode | undefined, manifest: Manifest | undefined): AttachMode {
  if (mode === 'load_only') return 'disabled';
  return requiredPrograms(manifest).length > 0 ? 'required' : 'best-effort';
}

/** The tests that run in this mode: none with `load_only` and `load_attach`. */
export function testsOf(mode: ValidationMode | undefined, manifest: Manifest | undefined): readonly FunctionalTest[] {
  return mode === undefined || mode === 'behavior' ? (manifest?.functionalTests ?? []) : [];
}
